"""What a batch will take: a few cases are run for a few ticks, and the rest is proportion."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scenarios.batches.store import parts
from scenarios.results.frames import STATIC_COLUMNS, Frames, frames_of
from scenarios.results.measures import summarise
from scenarios.runs.run import start
from scenarios.runs.settings import Settings, ticks_in

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Case, Study

#: Cases that are tried, and how long each [s]; the first ticks are not like the others.
CASES: Final = 3
SECONDS: Final = 0.6
LEAST_TICKS: Final = 6
MOST_TICKS: Final = 168
#: Bytes of a run besides its frames: its rows in the index, the summaries and the times.
ROW_BYTES: Final = 700
#: Starting a worker: mostly the import of the libraries [s].
START_SECONDS: Final = 4.0


@dataclass(frozen=True)
class Forecast:
    """What one run takes.

    Attributes:
        seconds: of one core.
        bytes: on disk.
        tried: cases that were tried.
    """

    seconds: float
    bytes: float
    tried: int

    def total_seconds(self, runs: int, workers: int) -> float:
        """Of so many runs with so many workers."""
        return START_SECONDS + self.seconds * -(-runs // workers)


def forecast(study: Study) -> Forecast:
    """Try a few cases, spread over all."""
    places = np.unique(np.linspace(0, len(study.cases) - 1, min(CASES, len(study.cases))).round().astype(int))
    tried = [_try(study, study.cases[int(place)]) for place in places]
    seconds, size = np.mean(tried, axis=0)
    return Forecast(float(seconds), float(size), len(tried))


def _try(study: Study, case: Case) -> tuple[float, float]:
    """Seconds and bytes of a run of a case."""
    begin = time.perf_counter()
    settings = Settings(study.scenario(case), study.days, study.seeds[0], study.users)
    model = start(settings)
    whole = ticks_in(settings, model.economy)
    model.step()
    begun, ticks = time.perf_counter(), 1
    while ticks < min(whole, MOST_TICKS) and (ticks < LEAST_TICKS or time.perf_counter() - begun < SECONDS):
        model.step()
        ticks += 1
    a_tick = (time.perf_counter() - begun) / max(ticks - 1, 1)
    frames, measuring = frames_of(model), time.perf_counter()
    summarise(frames)
    # Part of measuring is the same however long the run is; taking it as that is right for short runs.
    measured = time.perf_counter() - measuring
    return begun - begin + a_tick * (whole - 1) + measured, ROW_BYTES + _size(frames, study.keep, whole / ticks)


def _size(frames: Frames, keep: tuple[str, ...], longer: float) -> float:
    """Bytes of the kept frames of a run that is so many times as long."""
    sizes = {name: len(parts.packed(frames[name])) for name in keep}
    return sum(size if name in STATIC_COLUMNS else size * longer for name, size in sizes.items())
