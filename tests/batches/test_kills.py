"""Batches that are killed: whatever hits whom and where, the tables come out the same."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import cheap_work
import pytest
from cheap_work import a_study, leftovers, tables_of
from family import children, is_alive, is_worker, until
from in_line import InLine

from scenarios.batches import open_batch, resume_batch, run_batch
from scenarios.batches.work.processes import Processes

HERE = Path(__file__).parents[1]
#: Seed of who is killed and where: the same in every run, unless another one is set to look for what this one misses.
SEED = int(os.environ.get("TOKENMARKET_KILL_SEED", "2026"))
AGAIN = f"do it again with TOKENMARKET_KILL_SEED={SEED}"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    run_batch(a_study(3, 6), folder, engine=InLine(), work=cheap_work.draw, quiet=True)
    return tables_of(folder)


@pytest.mark.slow
def test_forty_kills_at_drawn_points_change_no_byte(tmp_path, undisturbed):
    command = [sys.executable, str(HERE / "kill_chain.py"), str(tmp_path), "40", str(SEED)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert made.returncode == 0, f"{AGAIN}: {made.stderr}"
    report = json.loads(made.stdout)
    assert sum(report["hits"].values()) == 40
    assert min(report["hits"].values()) > 5, AGAIN
    assert report["points"] > 2 * 18, "every part of the eighteen runs takes its place between two points"
    assert set(report["statuses"]) <= {0, 3, -signal.SIGKILL}, f"{AGAIN}: {report}, {logs(tmp_path)}"
    for folder in report["finished"]:
        assert tables_of(folder) == undisturbed, AGAIN
        assert leftovers(folder) == [], AGAIN


def logs(folder):
    return "\n".join(path.read_text()[-2000:] for path in folder.glob("*.log"))


PARENT = """
import sys
sys.path.insert(0, {here!r})
import cheap_work
from scenarios.batches import run_batch
run_batch(cheap_work.a_study(3, 10), {folder!r}, workers=2, work=cheap_work.slow, resume=True, quiet=True)
"""


@pytest.mark.slow
def test_real_workers_are_replaced_and_end_with_their_parent(tmp_path):
    """Spawned workers: two are killed one after the other, then the parent; nobody is left; resume ends it."""
    folder = tmp_path / "b"
    code = PARENT.format(here=str(HERE), folder=str(folder))
    parent = subprocess.Popen([sys.executable, "-c", code])
    done = folder / "parts"
    chance = random.Random(SEED)

    def finished():
        return len(list(done.glob("run-*.part"))) if done.is_dir() else 0

    for count in (2, 6):
        until(lambda count=count: finished() >= count)
        os.kill(chance.choice([pid for pid in children(parent.pid) if is_worker(pid)]), signal.SIGKILL)
    until(lambda: finished() >= 9)
    workers = [pid for pid in children(parent.pid) if is_worker(pid)]
    assert workers
    parent.kill()
    parent.wait()
    until(lambda: not any(is_alive(pid) for pid in workers))
    before = finished()
    assert 9 <= before < 30, AGAIN
    batch = resume_batch(folder, workers=2, work=cheap_work.slow, quiet=True)
    assert batch.state.count("done") == 30
    run_batch(a_study(3, 10), tmp_path / "c", engine=InLine(), work=cheap_work.draw, quiet=True)
    assert tables_of(folder) == tables_of(tmp_path / "c"), AGAIN


def test_a_run_that_ends_its_worker_each_time_is_a_failed_row(tmp_path, quick_workers):
    runs = run_batch(a_study(2, 4), tmp_path / "b", workers=1, work=cheap_work.kills_itself, quiet=True).runs
    failed = runs[runs["status"] == "failed"]
    assert failed[["label", "seed"]].to_numpy().tolist() == [["case 1", 2]]
    assert "its worker ended 3 times while at it: killed, or out of memory?" in failed["error"].iloc[0]
    assert failed["digest"].iloc[0] == a_study(2, 4).scenario(a_study(2, 4).cases[1]).digest


def test_a_batch_whose_workers_all_die_stops_and_says_so(tmp_path, monkeypatch, quick_workers):
    monkeypatch.setattr("scenarios.batches.work.engine.DEATHS", 1)
    with pytest.raises(ValueError, match=r"4 workers ended in a row and no run was done .*memory enough.*--resume"):
        run_batch(a_study(2, 4), tmp_path / "b", workers=1, work=cheap_work.kills_all, quiet=True)
    assert open_batch(tmp_path / "b").state.count("done") == 0


def test_a_crash_at_any_file_operation_while_tables_are_put_together_loses_nothing(tmp_path, monkeypatch):
    """Every rename, removal and flush in turn is the last thing that the process does."""
    flag = tmp_path / "flag"
    work = cheap_work.MendedLater(flag)
    study = a_study(2, 60)
    run_batch(study, tmp_path / "whole", engine=InLine(), work=cheap_work.draw, quiet=True)
    expected = tables_of(tmp_path / "whole")
    run_batch(study, tmp_path / "b", engine=InLine(), work=work, quiet=True)  # tables with two failed runs
    flag.touch()
    point = 0
    while dies_at(point, tmp_path / "b", work, monkeypatch):
        point += 1
        seen = open_batch(tmp_path / "b")
        assert seen.state.count("done") + seen.state.count("failed") + seen.state.count("missing") == 120
        assert seen.state.count("done") >= 118
    assert point > 15
    assert tables_of(tmp_path / "b") == expected
    assert leftovers(tmp_path / "b") == []


class Dead(BaseException):
    """What a killed process does next: nothing."""


def dies_at(point, folder, work, monkeypatch):
    """Resume; whether the process died at that operation before it was through."""
    count = 0

    def mortal(operation):
        def done(*args, **kwargs):
            nonlocal count
            count += 1
            if count > point:
                raise Dead
            return operation(*args, **kwargs)

        return done

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink", "mkdir"):
            patch.setattr(Path, name, mortal(getattr(Path, name)))
        patch.setattr(os, "fsync", mortal(os.fsync))
        try:
            resume_batch(folder, engine=InLine(), work=work, quiet=True)
        except Dead:
            return True
    return False


def test_workers_end_at_once_when_they_are_told_to():
    pool = Processes(1)
    future = pool.submit(time.sleep, 60)
    until(lambda: any(is_worker(pid) for pid in children(os.getpid())))
    begin = time.monotonic()
    pool.kill()
    assert time.monotonic() - begin < 10
    assert future.done() or future.cancelled()
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(time.sleep, 0)
