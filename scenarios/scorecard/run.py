"""Running the scorecard: every scenario that a check needs, over seeds, and what came of each check."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.scorecard import measures
from scenarios.scorecard.statements import STATEMENTS, Check, Statement


@dataclass(frozen=True)
class Job:
    """One run: a scenario, for how many days and in which mode, with a seed."""

    scenario: str
    days: float
    mode: str
    seed: int
    users: int


@dataclass(frozen=True)
class Outcome:
    """What came of a check: the mean over seeds, its 90 % interval, and the verdict."""

    statement: Statement
    check: Check
    mean: float
    low: float
    high: float
    seeds: int

    @property
    def hit(self) -> bool:
        """Mean in the range, and the interval not across the range's bound."""
        inside = self.check.low <= self.mean <= self.check.high
        return inside and self.low >= self.check.low and self.high <= self.check.high


def run_job(job: Job, names: Sequence[str]) -> dict[str, float]:
    """Run one scenario and take the measures named."""
    changes = {"time": {"days": job.days, "mode": job.mode}}
    scenario = SCENARIOS[job.scenario].with_changes(changes)
    model = TokenMarket(scenario.economy(job.users), rng=job.seed)
    model.run_for(scenario.ticks)
    return {name: float(getattr(measures, name)(model)) for name in names}


def _jobs(check: Check, seeds: int, users: int) -> list[Job]:
    time = SCENARIOS[check.scenario].time
    names = [check.scenario] + ([check.against] if check.against else [])
    return [Job(name, time.days, time.mode, seed, users) for name in names for seed in range(1, seeds + 1)]


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and its 90 % interval over seeds (Student's t)."""
    from scipy import stats

    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    if array.size == 0:
        return math.nan, math.nan, math.nan
    mean = float(array.mean())
    if array.size == 1:
        return mean, mean, mean
    half = float(stats.t.ppf(0.95, array.size - 1) * array.std(ddof=1) / math.sqrt(array.size))
    return mean, mean - half, mean + half


def score(
    seeds: int = 8,
    users: int = 2_000,
    workers: int = 2,
    statements: Iterable[Statement] = STATEMENTS,
    done: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Run all that the statements' checks need, each run once, and judge them."""
    chosen = [(s, c) for s in statements for c in s.checks]
    wanted: dict[Job, set[str]] = {}
    for _, check in chosen:
        for job in _jobs(check, seeds, users):
            wanted.setdefault(job, set()).add(check.measure.__name__)
    found: dict[Job, dict[str, float]] = {}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool:
        futures = {pool.submit(run_job, job, sorted(names)): job for job, names in wanted.items()}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            if done is not None:
                done(len(found), len(wanted))
    return [_judge(statement, check, found, seeds, users) for statement, check in chosen]


def _judge(statement: Statement, check: Check, found: dict[Job, dict[str, float]], seeds: int, users: int) -> Outcome:
    jobs, name = _jobs(check, seeds, users), check.measure.__name__
    values = [found[job][name] for job in jobs[:seeds]]
    if check.against:
        # The same seed draws the same users in both: the difference is sharp.
        values = [a - found[job][name] for a, job in zip(values, jobs[seeds:], strict=True)]
    return Outcome(statement, check, *interval(values), seeds)
