"""The loop that keeps an executor busy: few tasks in hand at a time, small runs bundled, the dead counted.

Whatever the executor does, a run that is written is done, and a run that ends its worker again and again fails.
"""

from __future__ import annotations

import math
import pickle
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from capacity.errors import InputError
from scenarios.batches.store import parts
from scenarios.batches.store.parts import DONE, FAILED
from scenarios.batches.work.worker import Order, Report, Task, failed, perform, write

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Run, Study

#: Work in a task [s]: enough that handing it over costs little, little enough that a kill loses little.
TASK_SECONDS: Final = 0.25
#: A task that takes longer hands back what it has not begun [s].
PATIENCE_SECONDS: Final = 1.0
MOST_RUNS: Final = 256
#: Workers that one run may end before it fails.
ATTEMPTS: Final = 3
#: Workers that may end in a row, without one run done in between, before the batch stops; and more for more workers.
DEATHS: Final = 10
#: How often those who watch are told [s].
WATCH_SECONDS: Final = 0.5
#: How much the last runs count in the mean time of a run.
WEIGHT: Final = 0.2


@dataclass
class Tally:
    """How far a batch is: numbers of runs."""

    total: int
    done: int = 0
    failed: int = 0
    running: int = 0

    @property
    def left(self) -> int:
        """Runs that are neither done nor failed."""
        return self.total - self.done - self.failed


@dataclass(frozen=True)
class Engine:
    """Something that runs tasks.

    Attributes:
        executor: any Executor.
        slots: how many tasks it does at a time, now.
        ahead: tasks in hand for each of those, so that it never waits.
    """

    executor: Executor
    slots: Callable[[], int]
    ahead: int = 2


@dataclass
class Loop:
    """One pass over the runs that are wanted.

    Attributes:
        study: what is run.
        order: what all tasks have in common.
        engine: what runs them.
        wanted: numbers of the runs to do, in order.
        tally: kept up to date.
        watch: told now and then.
    """

    study: Study
    order: Order
    engine: Engine
    wanted: Iterator[int]
    tally: Tally
    watch: Callable[[Tally], None]
    _again: deque[int] = field(default_factory=deque)
    _attempts: dict[int, int] = field(default_factory=dict)
    _deaths: int = 0
    _seconds: float = math.inf
    _scenarios: Mapping[str, bytes] = field(default_factory=dict)

    def run(self) -> None:
        """Do all; return when nothing is left, or raise what stops the batch."""
        self._scenarios = {key: pickle.dumps(scenario) for key, scenario in self.study.scenarios.items()}
        in_hand: dict[Future[list[Report]], tuple[Run, ...]] = {}
        while True:
            self._fill(in_hand)
            self.tally.running = min(len(in_hand), self.engine.slots())
            self.watch(self.tally)
            if not in_hand:
                return
            finished, _ = wait(in_hand, timeout=WATCH_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                self._take(future, in_hand.pop(future))

    # -------------------------------------------------------------------- out

    def _fill(self, in_hand: dict[Future[list[Report]], tuple[Run, ...]]) -> None:
        slots = max(self.engine.slots(), 1)
        while len(in_hand) < slots * self.engine.ahead:
            runs = self._bundle(slots)
            if not runs:
                return
            scenarios = {run.case.key: self._scenarios[run.case.key] for run in runs}
            task = Task(self.order, scenarios, runs, PATIENCE_SECONDS)
            try:
                in_hand[self.engine.executor.submit(perform, task)] = runs
            except (BrokenExecutor, RuntimeError) as error:
                raise InputError(f"the executor takes no more work: {' '.join(str(error).split())}") from error

    def _bundle(self, slots: int) -> tuple[Run, ...]:
        share = math.ceil(self.tally.left / (2 * slots * self.engine.ahead))
        size = max(1, min(int(TASK_SECONDS / self._seconds), share, MOST_RUNS))
        numbers: list[int] = []
        while len(numbers) < size:
            number = self._again.popleft() if self._again else next(self.wanted, None)
            if number is None:
                break
            if number in self._attempts:  # what has ended a worker before goes alone
                if not numbers:
                    numbers.append(number)
                else:
                    self._again.appendleft(number)
                break
            numbers.append(number)
        return tuple(self.study.runs[number] for number in numbers)

    # -------------------------------------------------------------------- back

    def _take(self, future: Future[list[Report]], runs: tuple[Run, ...]) -> None:
        try:
            reports = future.result()
        except InputError:
            raise  # it is for the whole batch
        except Exception as error:  # whatever an executor raises when its worker is gone
            self._mourn(runs, error)
            return
        for report in reports:
            if report.data is not None:
                write(Path(self.order.folder), report.run, report.data)
            self._count(report.status)
            known = math.isfinite(self._seconds)
            self._seconds = (1 - WEIGHT) * self._seconds + WEIGHT * report.seconds if known else report.seconds
        self._seconds = max(self._seconds, 1e-6)
        reported = {report.run for report in reports}
        self._again.extend(run.number for run in runs if run.number not in reported)

    def _mourn(self, runs: tuple[Run, ...], error: Exception) -> None:
        """A worker is gone: what it wrote counts, the first of the rest was its end, the others have another try."""
        rest = [run for run in runs if not self._is_written(run.number)]
        self._deaths += 1
        if not rest:
            return
        suspect = rest[0]
        self._attempts[suspect.number] = self._attempts.get(suspect.number, 0) + 1
        if self._attempts[suspect.number] >= ATTEMPTS:
            self._give_up(suspect, error)
            rest = rest[1:]
        self._again.extend(run.number for run in rest)
        if self._deaths >= DEATHS + 3 * self.engine.slots():
            raise InputError(
                f"{self._deaths} workers ended in a row and no run was done (the last: {_why(error)}); is there "
                "memory enough for so many --workers?"
            )

    def _is_written(self, number: int) -> bool:
        try:
            part = parts.read(parts.path_of(Path(self.order.folder), number))
        except parts.DamagedError:
            return False
        self._count(part.status)
        return True

    def _give_up(self, run: Run, error: Exception) -> None:
        text = f"its worker ended {ATTEMPTS} times while at it: killed, or out of memory? ({_why(error)})"
        part = failed(run, self.study.scenario(run.case).digest, text)
        write(Path(self.order.folder), run.number, part.encoded())
        self._attempts.pop(run.number)
        self._count(FAILED)

    def _count(self, status: str) -> None:
        if status == DONE:
            self.tally.done += 1
            self._deaths = 0
        else:
            self.tally.failed += 1


def _why(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
