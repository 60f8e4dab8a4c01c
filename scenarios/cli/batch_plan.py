"""A plan in words: what is run, how long it takes, and how much disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.batches.work.pilot import Forecast
from scenarios.text.durations import bytes_in_words, seconds_in_words

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Study

#: Cases that are named.
NAMED = 6


def plan_lines(study: Study, folder: Path, forecast: Forecast, workers: int, address: str | None = None) -> list[str]:
    """The plan, a line a fact."""
    runs = len(study.runs)
    twice = ", twice that for a moment at the end" if study.keep else ""
    facts = {
        "cases": f"{len(study.cases):,}: {_some([case.label for case in study.cases])}",
        "seeds": f"{len(study.seeds):,}: {_seeds(study.seeds)}, the same for every case",
        "runs": f"{runs:,}, {_length(study)}, {study.users:,} simulated users",
        "kept": f"every measure of each run{''.join(f', {name}' for name in study.keep)}",
        "time": _time(forecast, runs, workers, address),
        "on disk": f"about {bytes_in_words(forecast.bytes * runs)}{twice}",
        "into": str(folder),
    }
    notes = [f" note      {note}" for note in study.notes]
    return [f"{study.name}: {study.question}", *(f" {name:9s} {text}" for name, text in facts.items()), *notes]


def _some(words: list[str]) -> str:
    return ", ".join(words[:NAMED]) + (f", ... {words[-1]}" if len(words) > NAMED else "")


def _seeds(seeds: tuple[int, ...]) -> str:
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return _some([str(seed) for seed in seeds])


def _length(study: Study) -> str:
    if study.days is not None:
        lengths = [study.days]
    else:
        lengths = sorted({scenario.time.days for scenario in study.scenarios.values()})
    words = " or ".join(f"{days:g}" for days in lengths[:4])
    return f"{words} {'day' if words == '1' else 'days'} each"


def _time(forecast: Forecast, runs: int, workers: int, address: str | None) -> str:
    one = f"{forecast.seconds:.2g} s a run at first, by a pilot"
    if address is not None:
        return f"about {seconds_in_words(forecast.seconds * runs)} of one core, shared by the cluster ({one})"
    hands = f"{workers} worker{'s' if workers > 1 else ''}"
    least, most = (seconds_in_words(seconds) for seconds in forecast.total_seconds(runs, workers))
    return f"about {least if least == most else f'{least} to {most}'} with {hands} ({one})"
