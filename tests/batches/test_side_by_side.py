"""Calls side by side: all results come, and no worker outlives who began it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from functools import partial
from operator import mul
from pathlib import Path

import pytest
from fresh import tokenmarket

from capacity.errors import InputError
from scenarios.batches.work.side_by_side import side_by_side

#: A program that prints the numbers of its workers, which would sleep for a minute.
SLEEPERS = """
import os, sys, time
from functools import partial
from scenarios.batches.work.side_by_side import side_by_side
side_by_side({0: os.getpid, 1: os.getpid, 2: partial(time.sleep, 60), 3: partial(time.sleep, 60)}, 2,
             lambda key, pid: print(pid, flush=True))
"""


def test_every_call_is_made_once_and_told_of() -> None:
    found: dict[int, int] = {}
    side_by_side({k: partial(mul, k, k) for k in range(5)}, 2, found.__setitem__)
    assert found == {k: k * k for k in range(5)}


def test_workers_look_for_garbage() -> None:
    # They do not while they import; a market that was run is garbage in circles, and filled the machine's memory.
    found: dict[int, bool] = {}
    side_by_side({0: gc.isenabled, 1: gc.isenabled}, 1, found.__setitem__)
    assert found == {0: True, 1: True}


def test_a_worker_that_is_killed_is_said_in_a_line() -> None:
    with pytest.raises(InputError, match="ended from outside"):
        side_by_side({0: partial(os.kill, 0, 0), 1: partial(os._exit, 9)}, 2, lambda key, result: None)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_who_began_them(how: signal.Signals) -> None:
    began = subprocess.Popen([sys.executable, "-c", SLEEPERS], stdout=subprocess.PIPE, text=True)
    assert began.stdout is not None
    workers = [int(began.stdout.readline()) for _ in range(2)]
    began.send_signal(how)
    began.wait(10)
    began.stdout.close()
    until = time.monotonic() + 20
    while (alive := [pid for pid in workers if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive


#: A file of one's own, and a program that has a worker make a behaviour of it, and fail in it.
MINE = """
from dataclasses import dataclass
from market.supply.quotas import QuotaPolicy

@dataclass(frozen=True)
class Mine(QuotaPolicy):
    "Half of it."
    kind = "mine"

    def __call__(self, of):
        return 0.5 if of else {}["usual"]
"""
WITH_MINE = """
import pickle
from functools import partial
from operator import call
from pathlib import Path
from capacity.errors import InputError
from market.kinds import kind_named
from market.supply.quotas import QuotaPolicy
from scenarios.batches.work.side_by_side import side_by_side
from scenarios.loading.own_files import load_own_file, mark

assert mark() == ""
load_own_file(Path("mine.py"))
assert mark().startswith(" with mine.py ")
mine = kind_named(QuotaPolicy, "mine")()
side_by_side({0: partial(mine, True)}, 1, lambda key, result: print(result))
try:
    side_by_side({0: partial(mine, False)}, 1, lambda key, result: None)
except InputError as error:
    print(error)
"""


def test_workers_know_the_files_of_ones_own_and_say_where_they_fail(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    said = tokenmarket(code=WITH_MINE, cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert said.stdout.splitlines() == ["0.5", "mine.py:11: in Mine.__call__: KeyError: 'usual'"]
