"""What a batch will take: a few cases are run for a few ticks, as the batch will run them, and the rest is proportion.

As many workers as the batch will have try at the same time, since they take each other's time: cores that share a
memory, a clock or, as threads of one core, everything. Starting them is measured on the way.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scenarios.batches.store import parts
from scenarios.batches.work.processes import Processes, look_for_garbage
from scenarios.loading.own_files import OwnSource, load_own
from scenarios.results.frames import STATIC_COLUMNS, Frames, frames_of
from scenarios.results.measures import summarise
from scenarios.runs.run import start
from scenarios.runs.settings import Settings, ticks_in

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Study

#: Cases that are tried, and how long each [s], once the market has settled in its first day.
CASES: Final = 3
SECONDS: Final = 0.6
LEAST_TICKS: Final = 6
MOST_TICKS: Final = 168
#: Bytes of a run besides its frames: its rows in the index, the summaries and the times.
ROW_BYTES: Final = 700
#: Most workers that try.
MOST_TRIERS: Final = 32
#: Ticks of a whole run over those of its first week: at most so much longer. Measured on one core over whole runs of
#: five scenarios (672 to 6,048 ticks, 500 users): 1.00 to 1.19, as sellers come, queues fill and frames grow.
LONGER: Final = 1.2


@dataclass(frozen=True)
class Forecast:
    """What one run takes.

    Attributes:
        seconds: of one worker, beside the others, at the pace of the first ticks.
        bytes: on disk.
        tried: cases that were tried.
        start: seconds until a worker has begun its first run.
    """

    seconds: float
    bytes: float
    tried: int
    start: float

    def total_seconds(self, runs: int, workers: int) -> tuple[float, float]:
        """Of so many runs with so many workers: at the pace of the first ticks, and at that of a whole run at most."""
        least = self.start + self.seconds * -(-runs // workers)
        return least, least + (LONGER - 1.0) * self.seconds * -(-runs // workers)


@dataclass(frozen=True)
class Trial:
    """A few ticks of one case, to be tried in a worker; its scenario, pickled, may need files of one's own."""

    scenario: bytes
    days: float | None
    seed: int
    users: int
    keep: tuple[str, ...]
    own_files: tuple[OwnSource, ...]


def forecast(study: Study, workers: int) -> Forecast:
    """Try a few cases, spread over all, in so many workers at a time."""
    count = min(max(CASES, min(workers, MOST_TRIERS)), len(study.runs))
    places = np.linspace(0, len(study.runs) - 1, count).round().astype(int)
    runs = [study.runs[int(place)] for place in places]
    trials = [
        Trial(pickle.dumps(study.scenario(run.case)), study.days, run.seed, study.users, study.keep, study.own_files)
        for run in runs
    ]
    begin = time.time()
    executor = Processes(min(workers, MOST_TRIERS, count))
    try:
        tried = [one.result() for one in [executor.submit(_try, trial) for trial in trials]]
    finally:
        executor.kill()
    seconds, size = np.mean([one[:2] for one in tried], axis=0)
    start = max(0.0, min(begun for _, _, begun in tried) - begin)
    return Forecast(float(seconds), float(size), len({run.case.label for run in runs}), start)


def _try(trial: Trial) -> tuple[float, float, float]:
    """Seconds and bytes of a run of a case, and when it was begun [s since 1970]."""
    clock = time.time()
    begin = time.perf_counter()
    look_for_garbage()
    for own in trial.own_files:
        load_own(own)
    settings = Settings(pickle.loads(trial.scenario), trial.days, trial.seed, trial.users)
    model = start(settings)
    whole = ticks_in(settings, model.economy)
    settled = min(model.economy.calendar.ticks_per_day, whole)
    model.run_for(settled)
    begun, ticks = time.perf_counter(), settled
    while ticks < min(whole, MOST_TICKS) and (ticks < settled + LEAST_TICKS or time.perf_counter() - begun < SECONDS):
        model.step()
        ticks += 1
    a_tick = (time.perf_counter() - begun) / max(ticks - settled, 1)
    frames, measuring = frames_of(model), time.perf_counter()
    summarise(frames)
    # Part of measuring is the same however long the run is; taking it as that is right for short runs.
    measured = time.perf_counter() - measuring
    size = ROW_BYTES + _size(frames, trial.keep, whole / ticks)
    return begun - begin + a_tick * (whole - settled) + measured, size, clock


def _size(frames: Frames, keep: tuple[str, ...], longer: float) -> float:
    """Bytes of the kept frames of a run that is so many times as long."""
    sizes = {name: len(parts.packed(frames[name])) for name in keep}
    return sum(size if name in STATIC_COLUMNS else size * longer for name, size in sizes.items())
