"""Fitting: parameters moved until a market is like the world, by the method of simulated moments.

A moment's distance is (found - middle) / half its range. Least squares of these [McFadden 1989; scipy's trust-region
reflective, with soft-l1 loss so that a moment out of reach does not bend all others], over parameters between bounds;
the same seeds in every run [common random numbers]; slopes by differences. Where the search ends it begins anew from
the best place that any run was at, with slopes over a longer step, until neither finds a better one. A weak pull to
where it began keeps a parameter that no moment moves where it was. Every run is kept in a file: a fit that was stopped
goes on.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from capacity.errors import InputError
from scenarios.batches.work.side_by_side import side_by_side
from scenarios.definition.scenario import Scenario
from scenarios.loading.own_files import mark
from scenarios.studies.moments.finding import mean_over
from scenarios.studies.moments.free import Free
from scenarios.studies.moments.moments import Moment, Verdict, judge

type Floats = NDArray[np.float64]

#: Steps by which slopes are taken, one after the other, of the way between a parameter's bounds.
STEPS: Final = (0.04, 0.12)
#: Part of what a place costs by which a better one must cost less.
BETTER: Final = 0.01
#: Weight of the pull to where a parameter began, over a moment's.
PULL: Final = 0.2
#: Distance that counts for a moment on which a run has nothing to say.
NOTHING_TO_SAY: Final = 10.0
#: Distance from which on a moment pulls less than its square: it may be out of reach.
SOFT_FROM: Final = 3.0
RUNS: Final = "runs.jsonl"
#: What is said of a parameter whose range is all that was searched.
NO_BETTER: Final = "no better than its bounds"


@dataclass(frozen=True)
class Task:
    """What is fitted to what, and how long the runs are.

    Attributes:
        scenario: where the fit begins.
        free: parameters that may move.
        moments: what is known.
        days, users, seeds: length and size of the runs, and their seeds.
    """

    scenario: Scenario
    free: tuple[Free, ...]
    moments: tuple[Moment, ...]
    days: float
    users: int
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        self.at(self.start)  # says so if a path or a bound cannot be
        for k, one in enumerate(self.free):
            for place in (0.0, 1.0):
                try:
                    self.at(np.where(np.arange(len(self.free)) == k, place, self.start))
                except InputError as error:
                    raise InputError(f"{one.path} between {one.low:g} and {one.high:g}: {error}") from error

    @property
    def settings(self) -> dict[str, Any]:
        """All that it is, as plain values: a folder of runs is one task's."""
        return {
            "scenario": self.scenario.name,
            "scenario_digest": self.scenario.digest,
            "days": self.days,
            "users": self.users,
            "seeds": list(self.seeds),
            "parameters": [asdict(one) for one in self.free],
            "moments": [asdict(one) for one in self.moments],
        }

    @property
    def start(self) -> Floats:
        """Places of the parameters at the start."""
        return np.array([one.place(one.start) for one in self.free])

    def values(self, places: Floats) -> dict[str, float]:
        """Values of the parameters by path."""
        return {one.path: one.value(float(place)) for one, place in zip(self.free, places, strict=True)}

    def at(self, places: Floats) -> Scenario:
        """The scenario with these parameters."""
        return self.scenario.with_changes(self.values(places))

    def key(self, places: Floats) -> str:
        """A name for a run that no other run has."""
        about = [self.scenario.digest, self.values(places), self.days, self.users, self.seeds]
        return hashlib.sha256(json.dumps(about, default=str).encode()).hexdigest()[:16] + mark()

    def distances(self, found: dict[str, float]) -> Floats:
        """How far each moment is from the middle of its range, in halves of it."""
        return np.array([_distance(verdict) for verdict in judge(list(self.moments), found)])


def _distance(verdict: Verdict) -> float:
    moment = verdict.moment
    half = 0.5 * (moment.high - moment.low) or max(abs(moment.high), 1e-9)
    found = (verdict.found - 0.5 * (moment.low + moment.high)) / half
    return found if math.isfinite(found) else NOTHING_TO_SAY


def evaluate(task: Task, places: Floats) -> dict[str, float]:
    """What the market gives at these parameters, by measure."""
    measures = [moment.measure for moment in task.moments]
    return mean_over(task.at(places), task.days, task.users, task.seeds, list(dict.fromkeys(measures)))


@dataclass
class Runs:
    """Runs that were done, in memory and in a file.

    Attributes:
        task: what is fitted.
        path: the file.
        tell: told of each run that is done anew.
    """

    task: Task
    path: Path
    workers: int
    tell: Callable[[int], None]
    known: dict[str, dict[str, float]] = field(default_factory=dict)
    done: int = 0

    def __post_init__(self) -> None:
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    row = json.loads(line)
                    self.known[row["key"]] = {name: math.nan if v is None else v for name, v in row["found"].items()}
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue  # the end of a line that was being written when the fit was stopped

    def of(self, many: Sequence[Floats]) -> list[dict[str, float]]:
        """What the market gives at each of these, two at a time and more where there are workers."""
        keys = [self.task.key(places) for places in many]
        todo = {key: places for key, places in zip(keys, many, strict=True) if key not in self.known}
        if len(todo) <= 1 or self.workers == 1:
            for key, places in todo.items():
                self._keep(key, evaluate(self.task, places))
        else:
            calls = {key: partial(evaluate, self.task, places) for key, places in todo.items()}
            side_by_side(calls, self.workers, self._keep)
        return [self.known[key] for key in keys]

    def _keep(self, key: str, found: dict[str, float]) -> None:
        self.known[key] = found
        row = {"key": key, "found": {name: v if math.isfinite(v) else None for name, v in found.items()}}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self.done += 1
        self.tell(self.done)


@dataclass(frozen=True)
class Fit:
    """What came out.

    Attributes:
        task: what was fitted.
        places: of the parameters, from 0 to 1 between their bounds.
        found: what the market gives there, by measure.
        slopes: change of each moment's distance with each parameter's place, by moment and parameter.
        sd: standard deviation of each place, if a moment's half range is one.
        rounds: steps that were made.
        ended: whether the search came to its end, and did not run out of rounds before: then another step would move
            the parameters, and ranges, which are slopes at where it stopped, may be others there.
    """

    task: Task
    places: Floats
    found: dict[str, float]
    slopes: Floats
    sd: Floats
    rounds: int
    ended: bool

    @property
    def verdicts(self) -> list[Verdict]:
        """Hits and misses."""
        return judge(list(self.task.moments), self.found)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether anything is known of each parameter: its range leaves out some of the way between its bounds."""
        return np.asarray((self.places - self.sd > 0.0) | (self.places + self.sd < 1.0))

    def parameters(self) -> pd.DataFrame:
        """A row a parameter: its value, between what it may be, and which moment moves it most."""
        rows: list[dict[str, Any]] = []
        for k, one in enumerate(self.task.free):
            place, sd, column = float(self.places[k]), float(self.sd[k]), np.abs(self.slopes[:, k])
            most = int(np.argmax(column))
            moved = bool(column[most] > PULL)
            rows.append(
                {
                    "path": one.path,
                    "value": float(f"{one.value(place):.4g}"),
                    "from": float(f"{one.value(max(place - sd, 0.0)):.4g}"),
                    "to": float(f"{one.value(min(place + sd, 1.0)):.4g}"),
                    "at_bound": bool(place < 0.01 or place > 0.99),
                    "moved_by": self.task.moments[most].name if moved else "",
                    "known": "" if self.known[k] else NO_BETTER,
                    "search_ended": self.ended,
                }
            )
        return pd.DataFrame(rows)

    def sensitivity(self) -> pd.DataFrame:
        """Change of each moment, in halves of its range, over a tenth of each parameter's way between its bounds."""
        names = [moment.name for moment in self.task.moments]
        return pd.DataFrame(0.1 * self.slopes, index=names, columns=[one.path for one in self.task.free])


def slopes_of(runs: Runs, places: Floats, step: float) -> tuple[Floats, list[Floats]]:
    """Change of each moment's distance with each parameter's place, by moment and parameter, from such steps.

    And where these went.
    """
    count = len(runs.task.free)
    steps = np.where(places + step <= 1.0, step, -step)
    stepped = [places + np.eye(count)[k] * steps[k] for k in range(count)]
    found = runs.of([places, *stepped])
    here = runs.task.distances(found[0])
    slopes = [(runs.task.distances(one) - here) / steps[k] for k, one in enumerate(found[1:])]
    return np.array(slopes).T, stepped


@dataclass
class Search:
    """Least squares, begun anew from the best place that any run was at, with slopes over other steps if it ends.

    A market with few users is bumpy: the slope over a small step may point the wrong way, and a place to which such a
    step went may be better than where slopes lead.

    Attributes:
        runs: what the market gives.
        best: the best place so far.
        least: what it costs.
        rounds: steps that were made.
    """

    runs: Runs
    best: Floats
    least: float = math.inf
    rounds: int = 0

    def distances(self, places: Floats) -> Floats:
        """Of all moments, and the pull to where the search began."""
        task = self.runs.task
        away = np.concatenate((task.distances(self.runs.of([places])[0]), PULL * (places - task.start)))
        cost = float(np.sum(np.sqrt(1.0 + (away / SOFT_FROM) ** 2) - 1.0))
        if cost < self.least:
            self.best, self.least = np.array(places), cost
        return away

    def slopes(self, places: Floats, step: float) -> Floats:
        """Their changes with each place, from steps whose ends are looked at, too."""
        found, stepped = slopes_of(self.runs, places, step)
        for one in stepped:
            self.distances(one)
        return np.vstack((found, PULL * np.eye(len(places))))

    def go(self, most: int) -> bool:
        """Search in at most so many rounds; whether it came to its end before."""
        tried = 0
        while tried < len(STEPS) and self.rounds < most:
            begun = self.least
            result = least_squares(
                self.distances,
                np.clip(self.best, 1e-6, 1.0 - 1e-6),
                jac=partial(self.slopes, step=STEPS[tried]),
                bounds=(0.0, 1.0),
                loss="soft_l1",
                f_scale=SOFT_FROM,
                x_scale=1.0,
                max_nfev=most - self.rounds,
                ftol=1e-3,
                xtol=1e-4,
            )
            self.rounds += int(result.nfev)
            if int(result.status) == 0:  # at most so many rounds
                return False
            tried = tried + 1 if self.least > begun * (1.0 - BETTER) else 0
        return tried == len(STEPS)


def fit(task: Task, folder: Path, rounds: int, workers: int, tell: Callable[[int], None]) -> Fit:
    """Move the parameters, in at most so many rounds of one step and all slopes."""
    runs = Runs(task, folder / RUNS, workers, tell)
    search = Search(runs, task.start)
    ended = search.go(rounds)
    slopes = search.slopes(places := search.best, STEPS[0])
    sd = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)))
    return Fit(task, places, runs.of([places])[0], slopes[: len(task.moments)], sd, search.rounds, ended)
