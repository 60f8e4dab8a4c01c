"""Why a firm stands where it stands: what it earns and owes, and how it failed, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, UnknownNameError, nearest, require_whole
from market.records import Records
from market.simulation.describe import money, share
from market.simulation.founded import Founded
from market.simulation.trained import choosing
from market.supply.provider import ProviderAgent

type Floats = NDArray[np.float64]

#: What a firm pays, in the order of the statements, and what it is for.
COSTS = {
    "machines": "machines",
    "running": "power, upkeep and other running cost",
    "staff": "staff",
    "research": "research",
    "interest": "interest",
}


def explain_firm(founded: Founded, records: Records, name: str, tick: int | None = None) -> str:
    """What a provider or an owner of machines earned and owed in the month up to a tick, and what became of it."""
    names = list(records.entities["books"])
    if name not in names:
        raise UnknownNameError(f"unknown firm '{name}'{nearest(name, names)}; known: {', '.join(names)}")
    if records.ticks == 0:
        raise InputError("nothing has been run yet: call run_for first")
    when = records.ticks - 1 if tick is None else require_whole("tick", tick)
    if not 0 <= when < records.ticks:
        raise InputError(f"tick is {when}, but must be from 0 to {records.ticks - 1}")
    k = names.index(name)
    books = _whole(founded, records, k)
    provider = next((p for p in founded.providers if p.name == name), None)
    end = _end(records, provider.number, when) if provider is not None else _taken_over(records, name, when)
    if provider is not None and not records.tables["providers"].data["active"][: when + 1, provider.number].any():
        return f"{_when(founded, name, when)}\n\nOutside: it has not come so far, and neither earned nor owed anything."
    upto = when if end is None else max(end[0] - 1, 0)
    lines = [_when(founded, name, when), ""]
    if end is not None:
        lines.append(_what_came(founded, books, *end, when))
    racks = _racks(founded, records, upto) if founded.maker is not None and name == founded.maker.name else []
    trains = _training(founded, records, provider, upto) if provider is not None else []
    means = _means(founded, books, name, upto)
    return "\n".join([*lines, *_month(founded, books, upto), *racks, *trains, *means])


def _when(founded: Founded, name: str, when: int) -> str:
    return f"{name}, tick {when}: {founded.calendar.moment(when):%A %d %B %Y, %H:%M} UTC"


def _whole(founded: Founded, records: Records, k: int) -> dict[str, Floats]:
    """A firm's books by tick [USD], scaled to the whole time where weeks are left out, as statements are."""
    data = records.tables["books"].data
    return {key: values[:, k] / founded.calendar.simulated_share for key, values in data.items()}


def _first_of_month(founded: Founded, upto: int) -> int:
    """First tick of the month up to a tick; of one of which a week is simulated, of that week."""
    return max(upto + 1 - founded.ticks_in_month, 0)


def _end(records: Records, number: int, when: int) -> tuple[int, str] | None:
    """First tick in which a provider that sold does not, or is owned, up to a tick, and which of both."""
    data = {key: records.tables["providers"].data[key][: when + 1, number] > 0 for key in ("active", "acquired")}
    if data["acquired"].any():
        return int(np.argmax(data["acquired"])), "bought"
    there = np.flatnonzero(data["active"])
    if there.size == 0:
        return None
    gone = np.flatnonzero(~data["active"][there[0] :])
    return (int(there[0] + gone[0]), "failed") if gone.size else None


def _taken_over(records: Records, name: str, when: int) -> tuple[int, str] | None:
    """Tick in which creditors last began to have an owner's machines run, up to a tick."""
    owners = list(records.entities["wholesale"])
    if name not in owners:
        return None
    held = records.tables["wholesale"].data["held"][: when + 1, owners.index(name)] > 0
    began = np.flatnonzero(np.diff(held, prepend=False) & held)
    return (int(began[-1]), "taken over") if began.size else None


def _what_came(founded: Founded, books: Mapping[str, Floats], tick: int, how: str, when: int) -> str:
    """How it ended, and who bears what it owed."""
    date = f"{founded.calendar.moment(tick):%d %B %Y}"
    lost = float(books["forgiven"][tick])
    if how == "bought":
        left_over = -float(books["raised"][tick])
        rest = f"; its creditors lost {money(lost)}" if lost > 0 else ", which paid what it owed"
        rest += f" and left {money(left_over)} to investors" if left_over > 0 else ""
        return f"Bought: on {date}, for {money(float(books['owners_gave'][tick]))}{rest}."
    if how == "taken over":
        return f"Failed: on {date} it owed more than creditors lend. " + _of_creditors(founded, books, tick, when)
    rest = (
        f"; its creditors lost {money(lost)}. Its contracts ended, and their machines were let anew" if lost > 0 else ""
    )
    return f"Failed: on {date} cash and credit were gone{rest}."


def _of_creditors(founded: Founded, so_far: Mapping[str, Floats], tick: int, when: int) -> str:
    """What creditors who have had an owner's machines run since a tick have of what it owed, up to another."""
    books = {key: values[: when + 1] for key, values in so_far.items()}
    lost = np.flatnonzero(books["forgiven"][tick:] > 0)
    if lost.size:
        taken = tick + int(lost[0])
        return (
            f"On {founded.calendar.moment(taken):%d %B %Y} its machines were worth less than what it owed: they took "
            f"them for {money(float(books['owners_gave'][taken]))}, lost {money(float(books['forgiven'][taken]))}, and "
            f"have had {money(max(-float(books['owners_gave'][taken + 1 :].sum()), 0.0))} of them since."
        )
    paid = np.flatnonzero(books["debt"][tick:] == 0)
    if paid.size:
        date = f"{founded.calendar.moment(tick + int(paid[0])):%d %B %Y}"
        return f"They had its machines run, and were paid whole by {date}."
    return (
        "Its machines are worth more than that: they have them run, and what these bring goes to them until they are "
        f"paid. They lost nothing so far, and are owed {money(float(books['debt'][-1]))}."
    )


def _month(founded: Founded, books: Mapping[str, Floats], upto: int) -> list[str]:
    """What came in and went out in the month before."""
    first = _first_of_month(founded, upto)
    sums = {key: float(values[first : upto + 1].sum()) for key, values in books.items()}
    days = (upto + 1 - first) * founded.hours / 24.0 / founded.calendar.simulated_share
    sales = sums["sales"]
    of_sales = f" ({share(sums['machines'] / sales)} of sales)" if sales > 0 and sums["machines"] > 0 else ""
    parts = [
        f"{money(sums[key])} for {what}{of_sales if key == 'machines' else ''}"
        for key, what in COSTS.items()
        if sums[key] > 0
    ]
    spent = sum(sums[key] for key in COSTS)
    lines = [
        f"Income: in the {days:.0f} days before it took {money(sales)}, and paid "
        + (", ".join(parts) or "nothing")
        + "."
    ]
    gap = sales - spent
    before_staff = gap + sums["staff"] + sums["research"] + sums["interest"]
    if gap < 0:
        why = (
            "it lost on every sale: machines and running cost were more than what they sold for"
            if before_staff < 0
            else "what it sold earned more than it cost, but not what staff, research and interest took"
        )
        lines.append(f"Loss: {money(-gap)}, for {why}.")
    else:
        lines.append(f"Gain: {money(gap)}.")
    if sums["raised"] > 0:
        lines.append(f"Investors gave {money(sums['raised'])}.")
    return lines


def _racks(founded: Founded, records: Records, upto: int) -> list[str]:
    """What a maker of racks was asked for in the month before, what it made, and at which prices."""
    maker = founded.economy.maker
    assert maker is not None
    first = _first_of_month(founded, upto)
    ordered, given = (
        float(records.tables["wholesale"].data[key][first : upto + 1].sum()) for key in ("racks_ordered", "racks_given")
    )
    asked, memory = (float(records.tables["ticks"].data[key][upto, 0]) for key in ("rack_price", "memory_price"))
    share_of_weeks = founded.calendar.simulated_share
    short = f" of {ordered:,.0f} ordered: its rule is '{maker.allotment.kind}'" if given < 0.9999 * ordered else ""
    line = f"Racks: {given:,.0f} sold{short}, at {money(asked)} ({money(maker.price / share_of_weeks)} at the start)."
    if maker.memory is not None:
        line += f" Memory at {money(memory)} per GB ({money(maker.memory.price / share_of_weeks)})."
    return [line]


def _training(founded: Founded, records: Records, p: ProviderAgent, upto: int) -> list[str]:
    """What a rack-hour more of training brings a lab that rents what pays, and what it has to pay for it."""
    if not any(one.spec.funder == p.name for one in choosing(founded)):
        return []
    brings, ahead = (
        float(records.tables["providers"].data[key][upto, p.number]) for key in ("training_worth", "months_ahead")
    )
    costs = float(records.tables["ticks"].data["spot_price"][upto, 0])
    where = "ahead of" if ahead >= 0 else "behind"
    return [
        f"Training: a rack-hour more would bring {money(brings)} over time, and costs {money(costs)} on spot. "
        f"By what it has trained its models are {abs(ahead):.1f} months {where} the clock."
    ]


def _means(founded: Founded, by_tick: Mapping[str, Floats], name: str, upto: int) -> list[str]:
    """What it holds and owes, and what it has promised."""
    books = {key: float(values[upto]) for key, values in by_tick.items()}
    spec = next((p.spec for p in founded.providers if p.name == name), None)
    credit = spec.credit / founded.calendar.simulated_share if spec is not None else 0.0
    line = f" of a line of {money(credit)}" if credit > 0 else ""
    lines = [f"Means: {money(books['cash'])} in cash, {money(books['debt'])} owed{line}."]
    if books["commitments"] > 0:
        lines.append(f"Promised: {money(books['commitments'])} under contracts for machines, used or not.")
    if books["backlog"] > 0:
        lines.append(f"To come: {money(books['backlog'])} under contracts.")
    return lines
