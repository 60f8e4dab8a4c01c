"""The same ticks with the code of another commit and with this one, in turn, on one machine at one time.

Two processes run the same markets from the same seed, a tick each in turn, and the CPU time of a tick is compared with
that of the same tick: what the machine does beside is the same for both. Called by ``bench_scenarios.py --against``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What is run: scenario and users. Few users show what a tick costs before anybody chooses, many what choices cost.
CASES = (("baseline-2026", 200), ("baseline-2026", 10_000), ("compute-crunch", 1_000))
#: Ticks that are not timed, in all of which sellers look; and those that are: a day after three in which lists settle.
FIRST, TIMED = 73, 24
#: Speed over that of the other commit below which a case is marked: a fall of more than a fifth.
MARKED = 0.8

ROOT = Path(__file__).parents[1]


def work() -> None:
    """Of a process: make the market that a line names, or run so many ticks, and tell how long it took [s]."""
    from market import TokenMarket
    from scenarios.library import SCENARIOS

    model = None
    for line in sys.stdin:
        what, number = line.split()
        begin = time.process_time()
        if what in SCENARIOS:
            model = TokenMarket(SCENARIOS[what].economy(int(number)), rng=1)
        for _ in range(int(number) if what == "ticks" and model is not None else 0):
            model.step()
        print(time.process_time() - begin, flush=True)


class Worker:
    """A process with the code of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        paths = {"PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).resolve()), "--work"]
        self._process = subprocess.Popen(
            command, cwd=folder, env=os.environ | paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, what: str, number: int) -> float:
        """How long it took."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {number}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"bench_scenarios: the code in {self._folder} does not run {what}: see above")
        return float(line)

    def end(self) -> None:
        """No more of it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def git(*words: str) -> str:
    """What git says."""
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench_scenarios: git {' '.join(words)}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.strip()


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A folder with the code of a commit, for a while."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "other"
        git("worktree", "add", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            git("worktree", "remove", "--force", str(folder))


def compared(before: Worker, now: Worker, scenario: str, users: int) -> tuple[float, float]:
    """Time of the same ticks before and now [ms a tick], by the ticks in the middle of what each pair says."""
    for worker in (before, now):
        worker.seconds(scenario, users)
        worker.seconds("ticks", FIRST)
    pairs = []
    for k in range(TIMED):
        turn = (before, now) if k % 2 else (now, before)
        took = {worker: 1e3 * worker.seconds("ticks", 1) for worker in turn}
        pairs.append((took[before], took[now]))
    pairs.sort(key=lambda pair: pair[1] / pair[0])
    middle = pairs[TIMED // 4 : -(TIMED // 4)]
    return sum(a for a, _ in middle) / len(middle), sum(b for _, b in middle) / len(middle)


def side_by_side(commit: str) -> None:
    """Print the ratios, and mark what got slower by more than a fifth."""
    name = git("rev-parse", "--short=12", "--verify", f"{commit}^{{commit}}")
    print(f"{'scenario':16s}{'users':>8s}{name:>15s} [ms]{'now [ms]':>12s}{'times as fast':>16s}")
    with checked_out(name) as folder:
        before, now = Worker(folder), Worker(ROOT)
        try:
            for scenario, users in CASES:
                then, today = compared(before, now, scenario, users)
                mark = "  SLOWER by more than a fifth" if then / today < MARKED else ""
                print(f"{scenario:16s}{users:8,d}{then:20.2f}{today:12.2f}{then / today:16.2f}{mark}", flush=True)
        finally:
            before.end()
            now.end()


if __name__ == "__main__" and sys.argv[1:] == ["--work"]:
    work()
