"""Why an offer did what it did in a tick, in words and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from capacity.errors import InputError, UnknownNameError, nearest, require_whole
from market.calendar import DAYS_PER_WEEK
from market.exchange.books import Book
from market.records import Records
from market.simulation.describe import hours, money, number, share
from market.simulation.founded import Founded
from market.simulation.state import State
from market.simulation.unrest import restless_so_far


def explain(founded: Founded, state: State, records: Records, offer: str, tick: int | None = None) -> str:
    """Say what made an offer's price, wait and sales in a tick (the last one by default)."""
    book = state.posted.book
    if offer not in book.names:
        raise UnknownNameError(f"unknown offer '{offer}'{nearest(offer, book.names)}; known: {', '.join(book.names)}")
    if records.ticks == 0:
        raise InputError("nothing has been run yet: call run_for first")
    when = records.ticks - 1 if tick is None else require_whole("tick", tick)
    if not 0 <= when < records.ticks:
        raise InputError(f"tick is {when}, but must be from 0 to {records.ticks - 1}")
    j = book.names.index(offer)
    o = {name: values[when, j] for name, values in records.tables["offers"].data.items()}
    k = int(book.pool[j])
    pool = {name: values[when, k] for name, values in records.tables["pools"].data.items()}
    provider = founded.providers[int(book.provider[j])]
    flows = records.flows[when]
    lines = [
        f"{offer}, sold by {provider.name}, tick {when}: {founded.calendar.moment(when):%A %d %B %Y, %H:%M} UTC",
        "",
        *_price(o, pool, provider.name),
        *_rest(founded, records, j, when),
        *_terms(founded, j, int(o["terms"])),
        *_capacity(o, pool, founded.pool_names[k]),
        *_quota(founded, j, o),
        *_buyers(founded, book, j, flows),
        *_unserved(o),
        *_wholesale(founded, records, provider.number, when),
    ]
    return "\n".join(lines)


def _price(o: dict[str, Any], pool: dict[str, Any], provider: str) -> list[str]:
    line = f"Price: {money(o['price'])} per million output-equivalent tokens on the list"
    if pool["rent"] > 0:
        line += f"; with the scarcity rent users paid {money(o['paid_price'])} on average"
    return [line + f". {provider} took {money(o['revenue'])} from this offer in the tick."]


def _terms(founded: Founded, j: int, number: int) -> list[str]:
    """On which terms it was sold, where its seller may choose them."""
    provider = founded.providers[int(founded.book.provider[j])]
    tier = provider.spec.offers[j - int(provider.offers[0])].tier
    if not tier.may_choose:
        return []
    now = tier.may_choose[number - 1] if number else tier.terms
    others = [one.in_words for one in dict.fromkeys((tier.terms, *tier.may_choose)) if one != now]
    why = "as it was listed first" if number == 0 else "which earned most on its seller's estimate when it looked"
    return [f"Terms: {now.in_words}, {why}; it may also be sold {' or '.join(f'({one})' for one in others)}."]


def _rest(founded: Founded, records: Records, j: int, when: int) -> list[str]:
    """That the list goes round, if it did up to a tick."""
    found, name = restless_so_far(founded, records, when + 1), str(founded.offer_names[j])
    if name not in found:
        return []
    low, high = found[name]
    return [
        f"No rest: the list goes up and down between {money(low)} and {money(high)}, and buyers with it. Each best "
        "reply makes another one better, so no prices are an equilibrium, unless demand or costs move as much."
    ]


def _capacity(o: dict[str, Any], pool: dict[str, Any], name: str) -> list[str]:
    used = f"{number(pool['used'])} of {number(pool['capacity'])} rack-hours ({share(pool['utilisation'])})"
    if pool["capacity"] <= 0:
        return [f"Capacity: pool {name} had no machines in this tick, so nothing could be served."]
    full = pool["used"] >= pool["capacity"] * (1 - 1e-9)
    verdict = "machines were the limit" if full else "machines were not the limit"
    rent = f" A rack-hour more was worth {money(pool['rent'])} above its running cost." if pool["rent"] > 0 else ""
    return [
        f"Capacity: pool {name} used {used}; {verdict}. This offer took {number(o['work'])} rack-hours.{rent}",
        f"Service: {number(o['served'])} requests served at {number(o['speed'])} tokens/s; a request that came in the "
        f"tick could expect to wait {hours(o['wait_h'])}.",
    ]


def _quota(founded: Founded, j: int, o: dict[str, Any]) -> list[str]:
    """What one user may make of it a day, and what such a user brings."""
    first, a_day = founded.book, founded.calendar.ticks_per_day
    of_windows = float(first.quota[j]) * a_day / float(first.quota_ticks[j])
    listed = min(of_windows, float(first.week_quota[j]) / DAYS_PER_WEEK)
    if not np.isfinite(listed):
        return []
    fee, worth = float(founded.fee[j]), float(founded.user_worth[j])
    line = f"Quota: one user could make {number(o['granted'] * listed)} requests of it a day, "
    line += f"{share(float(o['granted']))} of the {number(listed)} that are listed"
    brings = [f"pays {money(fee)} a month for it"] if fee > 0 else []
    brings += [f"is held to be worth {money(worth)} a month to its seller"] if worth > 0 else []
    return [f"{line}; a user {' and '.join(brings)}." if brings else f"{line}."]


def _buyers(founded: Founded, book: Book, j: int, flows: dict[str, Any]) -> list[str]:
    orders = flows["ordered"][:, j]
    total = float(orders.sum())
    if total <= 0:
        return ["Buyers: nobody ordered it."]
    parts = [
        f"{segment.name} {share(float(orders[s]) / total)} at {money(float(flows['prices'][s, j]))} a request"
        for s, segment in enumerate(founded.economy.segments)
        if orders[s] > 0
    ]
    work = book.work[:, j]
    with np.errstate(divide="ignore", invalid="ignore"):
        earned = np.where(orders > 0, flows["prices"][:, j] / work, np.inf)
    least = int(np.argmin(earned))
    first = (
        "are priced out first"
        if founded.economy.clearing.charges_rents
        else "would be priced out first if machines went to who pays most"
    )
    marginal = (
        f"The marginal buyers are {founded.economy.segments[least].name}: they pay least for the machines' time, "
        f"{money(float(earned[least]))} a rack-hour, and {first}."
    )
    return [f"Buyers: {number(total)} requests were ordered: " + ", ".join(parts) + f". {marginal}"]


def _unserved(o: dict[str, Any]) -> list[str]:
    parts = [
        f"{number(o[key])} requests {what}"
        for key, what in (
            ("waiting", "waited at its end"),
            ("impatient", "lost patience and left"),
            ("late", "were turned away at the deadline"),
        )
        if o[key] > 0
    ]
    if not parts:
        return ["Not served: nobody was left waiting or turned away."]
    came = ""
    if o["joined"] > 0 and o["waiting"] > 0:
        came = f" {number(o['joined'])} came over from other offers' queues, and are served from the next tick on."
    return ["Not served: " + ", ".join(parts) + f".{came}"]


def _wholesale(founded: Founded, records: Records, provider: int, when: int) -> list[str]:
    p = {name: values[when, provider] for name, values in records.tables["providers"].data.items()}
    if p["contracted"] + p["spot"] + p["owned"] <= 0:
        return ["Machines: it had none."]
    parts = [
        f"{number(p[key])} rack-hours {what}"
        for key, what in (
            ("owned", "of its own"),
            ("contracted", "under contract"),
            ("spot", "rented on the spot market"),
        )
        if p[key] > 0
    ]
    price = float(records.tables["ticks"].data["spot_price"][when, 0])
    idle = float(records.tables["wholesale"].data["idle"][when].sum())
    spot = f" A rack-hour cost {money(price)} on the spot market" if founded.owners else ""
    if spot:
        spot += (
            f", where {number(idle)} were left over: the marginal seller set the price."
            if idle > 0
            else ", where nothing was left over: the marginal bid that was not served set the price."
        )
    return ["Machines: " + ", ".join(parts) + "." + spot]
