"""Would it have mattered? Runs with and without an event, on the same seed, until some days after it began."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np

from capacity.errors import InputError, UnknownNameError, nearest
from market.simulation.befalling import befallen
from market.simulation.model import TokenMarket
from scenarios.definition.scenario import Scenario
from scenarios.loading.toml_files import read_table

#: Events of the world that come with the project.
LIBRARY: Final = "events_2025.toml"


def library() -> Path:
    """The file of events that comes with the project."""
    return Path(str(resources.files("scenarios.library").joinpath(LIBRARY)))


def events_in(path: Path, only: Sequence[str]) -> list[dict[str, Any]]:
    """Events in a TOML file, or those of them that are named."""
    data = read_table(path, "events")
    found = data.get("events")
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        like = next((name for name in data if name != "events" and nearest(name, ["events"])), "")
        hint = f" ({like} may be meant for it)" if like else ""
        raise InputError(f"{path}: it has no [[events]]{hint}, but at least one is needed")
    names = [str(one.get("name", "")) for one in found]
    for name in only:
        if name not in names:
            raise UnknownNameError(f"{path} has no event '{name}'{nearest(name, names)}; known: {', '.join(names)}")
    return [one for one in found if not only or one.get("name") in only]


@dataclass(frozen=True)
class Difference:
    """What an event changed, in the days after it began.

    Attributes:
        name, kind, date, observed: as the event says.
        changes: relative change by measure, mean over seeds; NaN where there is nothing to compare.
    """

    name: str
    kind: str
    date: date
    observed: str
    changes: dict[str, float]


def with_event(scenario: Scenario, event: dict[str, Any], where: str) -> Scenario:
    """The scenario with one event more; what is wrong with the event is said with the file that it is in."""
    try:
        return scenario.with_changes({"events.+": event})
    except InputError as error:
        # Its place is that in the scenario, which is not that in the file.
        said = re.sub(r"^.*?events\[\d+\]\.?", "", str(error))
        called = f"event '{event['name']}'" if event.get("name") else "an event without a name"
        raise InputError(f"{where}: {called}: {said}") from error


def days_run(scenario: Scenario, changed: Scenario, event: str, days: float) -> tuple[float, float]:
    """Days from the start of the scenario to the event, or 0, and to the end of what is compared."""
    chosen, start = next(one for one in changed.events if one.name == event), scenario.time.start
    begin = (chosen.date - start).days
    if scenario.calendar().ticks_in(max(begin + days, 0.0)) <= 0:
        raise InputError(
            f"event '{event}' is on {chosen.date}, {counted(-begin, 'day')} before the scenario starts on {start}, so "
            f"that nothing is run of the {counted(days, 'day')} to compare (see --days)"
        )
    return float(max(begin, 0)), begin + days


def counted(number: float, what: str) -> str:
    """A number of things in words.

    >>> counted(1, "day"), counted(2.5, "day")
    ('1 day', '2.5 days')
    """
    return f"{number:g} {what}{'' if number == 1 else 's'}"


def difference(
    scenario: Scenario, changed: Scenario, event: str, days: float, users: int, seeds: Sequence[int]
) -> Difference:
    """Run both."""
    chosen = next(one for one in changed.events if one.name == event)
    calendar = scenario.calendar()
    first, last = (calendar.ticks_in(day) for day in days_run(scenario, changed, event, days))
    found = [[_outcome(one, seed, users, first, last, event, changed) for one in (changed, scenario)] for seed in seeds]
    changes = {
        name: float(np.mean([_relative(with_it[name], without[name]) for with_it, without in found]))
        for name in found[0][0]
    }
    return Difference(event, chosen.kind, chosen.date, chosen.observed, changes)


def _relative(with_it: float, without: float) -> float:
    return with_it / without - 1.0 if without > 0 else np.nan


def _outcome(
    scenario: Scenario, seed: int, users: int, first: int, last: int, event: str, changed: Scenario
) -> dict[str, float]:
    """Sums over the ticks from the first to the last."""
    model = TokenMarket(scenario.economy(users), rng=seed)
    named = changed.economy(users)
    number = next(k for k, one in enumerate(named.events) if one.name == event)
    on = befallen(named)[number] if named.events[number].acts_on == "offers" else np.array([], dtype=np.int64)
    names = (
        "rack-hour on the spot market",
        "tokens sold",
        "dollars paid",
        "tokens of those it befell",
        "their list price",
    )
    sums = dict.fromkeys(names, 0.0)
    for tick in range(last):
        model.step()
        if tick < first:
            continue
        state, book = model.state, model.book
        tokens = (state.served.round.served * book.tokens[:, None]).sum(axis=0)
        sums[names[0]] += float(state.machines.allotment.price)
        sums[names[1]] += float(tokens.sum())
        sums[names[2]] += float(state.paid.for_tokens.sum())
        sums[names[3]] += float(tokens[on].sum())
        sums[names[4]] += float(state.posted.book.price[on][book.open[:, on].any(axis=0)].sum())
    return sums
