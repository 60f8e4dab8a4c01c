"""Running a scenario: from its name, a seed and a number of users to a result."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from market import TokenMarket
from scenarios.results.frames import frames_of
from scenarios.results.run_folder import FORMAT, RunResult
from scenarios.runs.changes import asks_for_itself, changes_of
from scenarios.runs.grouping import beside_individuals, cells_of
from scenarios.runs.provenance import code, versions
from scenarios.runs.settings import Settings, ticks_in
from scenarios.text.commands import given_command

type Progress = Callable[[int], None]


def start(settings: Settings) -> TokenMarket:
    """The model of a scenario, before its first tick."""
    code()  # as it is now: somebody may work on it meanwhile
    return TokenMarket(settings.scenario.economy(settings.users), rng=settings.seed)


def advance(model: TokenMarket, ticks: int, progress: Progress | None = None) -> None:
    """Run so many ticks, and tell ``progress`` after each how many are done."""
    for done in range(1, ticks + 1):
        model.step()
        if progress is not None:
            progress(done)


def run(
    settings: Settings, progress: Progress | None = None, command: str = "", timings: dict[str, float] | None = None
) -> RunResult:
    """Run a scenario from the first tick to the last; ``timings`` collects seconds by phase of the tick."""
    begin = time.perf_counter()
    model = start(settings)
    model.timings = timings
    ticks = ticks_in(settings, model.economy)
    beside = beside_individuals(model, settings, ticks)

    def note(done: int) -> None:
        if beside is not None:
            beside.look()
        if progress is not None:
            progress(done)

    advance(model, ticks, note)
    result = result_so_far(settings, model, time.perf_counter() - begin, command)
    return result if beside is None else replace(result, about={**result.about, "grouped": beside.found()})


def result_so_far(settings: Settings, model: TokenMarket, seconds: float, command: str = "") -> RunResult:
    """All that a model has measured in the ticks it has run, and how it was made; it may run on afterwards.

    ``seconds``: time that it took.
    """
    calendar, ticks = model.calendar, model.tick + 1
    whole = ticks == ticks_in(settings, model.economy)
    begin, end = calendar.moment(0), calendar.moment(ticks - 1) + timedelta(hours=calendar.tick_hours)
    about = {
        "format": FORMAT,
        "scenario": settings.scenario.name,
        "question": settings.scenario.question,
        "own_question": asks_for_itself(settings.scenario),
        "changes": changes_of(settings.scenario),
        "digest": settings.scenario.digest,
        "seed": settings.seed,
        "users": settings.users,
        "real_users": float(sum(getattr(segment, "users", 0.0) for segment in model.economy.segments)),
        "days": settings.days if whole else (end - begin).total_seconds() / 86_400.0,
        "own_days": settings.scenario.time.days,
        "ticks": ticks,
        "tick_hours": calendar.tick_hours,
        "begin": begin.isoformat(),
        "end": end.isoformat(),
        "command": command or given_command(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_time_s": round(seconds, 3),
        "code": {**code()},
        "versions": {**versions()},
    }
    if cells := cells_of(model):
        about["grouped"] = cells
    return RunResult(frames_of(model), about, settings.scenario.to_toml())
