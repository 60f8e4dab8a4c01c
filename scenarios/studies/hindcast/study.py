"""All runs of the hindcast: a seed each, with a draw of what is not known; every run is kept in a file."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError
from scenarios.definition.scenario import Scenario
from scenarios.studies.hindcast.doubt import doubtful, drawn, with_values
from scenarios.studies.hindcast.running import run
from scenarios.text.threads import one_thread

RUNS: Final = "runs.jsonl"
#: Months that can be compared begin here; a run has to go beyond it.
EARLIEST: Final = "2024-11"


@dataclass(frozen=True)
class Task:
    """What is run.

    Attributes:
        scenario: where draws begin.
        until: last month, as in 2025-12.
        seeds: a run each.
        users: simulated users.
        sets: values by path, of which each seed takes one in turn; none to draw them between their bounds.
    """

    scenario: Scenario
    until: str
    seeds: tuple[int, ...]
    users: int
    sets: tuple[Mapping[str, float], ...] = ()

    @property
    def ticks(self) -> int:
        """Ticks until the end of the last month."""
        year, month = (int(part) for part in self.until.split("-"))
        end = date(year + month // 12, month % 12 + 1, 1)
        return self.scenario.calendar().ticks_in(float((end - self.scenario.time.start).days))

    def values(self, seed: int) -> Mapping[str, float]:
        """Values of what is not known, by path."""
        return self.sets[(seed - 1) % len(self.sets)] if self.sets else drawn(seed, doubtful())

    def key(self, seed: int) -> str:
        """A name for a run that no other run has."""
        about = [self.scenario.digest, self.until, seed, self.users, self.values(seed)]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]


def task_of(
    scenario: Scenario, until: str, seeds: Sequence[int], users: int, sets: Sequence[Mapping[str, float]]
) -> Task:
    """A task, if its last month can be run to."""
    checked_month(until)
    return Task(scenario, until, tuple(seeds), users, tuple(sets))


def checked_month(until: str) -> None:
    """Say so if it is no month, or one before anything can be compared."""
    try:
        date.fromisoformat(f"{until}-01")
    except ValueError:
        raise InputError(f"--until is '{until}', but must be a month, like 2025-12") from None
    if not EARLIEST <= until <= "2059-12":
        raise InputError(f"--until is {until}, but must be between {EARLIEST} and 2059-12")


def one_run(task: Task, seed: int) -> dict[str, Any]:
    """One run, with the values that it had."""
    values = task.values(seed)
    return {"seed": seed, "values": values, **run(with_values(task.scenario, values), seed, task.users, task.ticks)}


def kept(task: Task, path: Path) -> dict[int, dict[str, Any]]:
    """Runs of a task that are in a file, by seed; the end of a line that was being written does not count."""
    if not path.exists():
        return {}
    wanted = {task.key(seed): seed for seed in task.seeds}
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            if row["key"] in wanted:
                found[wanted[row["key"]]] = row["run"]
        except (ValueError, KeyError, TypeError):
            continue
    return found


def all_runs(task: Task, folder: Path, workers: int, tell: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """All runs, in the order of their seeds; what is in the folder is not run again.

    ``tell`` is told how many are done, and of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RUNS
    done = kept(task, path)
    todo = [seed for seed in task.seeds if seed not in done]
    tell(len(done), len(task.seeds))

    def keep(seed: int, result: dict[str, Any]) -> None:
        done[seed] = result
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": task.key(seed), "run": result}) + "\n")
        tell(len(done), len(task.seeds))

    if workers == 1 or len(todo) <= 1:
        for seed in todo:
            keep(seed, one_run(task, seed))
    else:
        _side_by_side(task, todo, workers, keep)
    return [done[seed] for seed in task.seeds]


def _side_by_side(task: Task, todo: Sequence[int], workers: int, keep: Callable[[int, dict[str, Any]], None]) -> None:
    spawn = multiprocessing.get_context("spawn")
    one_thread()
    with ProcessPoolExecutor(min(workers, len(todo)), mp_context=spawn, initializer=one_thread) as pool:
        waiting = {pool.submit(one_run, task, seed): seed for seed in todo}
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for one in finished:
                keep(waiting.pop(one), one.result())
