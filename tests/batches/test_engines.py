"""Whatever runs a batch, its tables are the same; and an engine is what the command's words say."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cheap_work
import pytest
from cheap_work import a_study, leftovers, tables_of
from in_line import InLine

from capacity.errors import InputError
from scenarios.batches import open_batch, run_batch
from scenarios.batches.work import engines

HERE = Path(__file__).parents[1]
STUDY = a_study(3, 14)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected") / "batch"
    run_batch(STUDY, folder, engine=InLine(), work=cheap_work.draw, quiet=True)
    return tables_of(folder)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_processes_gives_the_same_bytes(tmp_path, expected, workers, quick_workers):
    batch = run_batch(STUDY, tmp_path / "b", workers=workers, work=cheap_work.draw, quiet=True)
    assert tables_of(tmp_path / "b") == expected
    assert leftovers(tmp_path / "b") == []
    assert str(os.getpid()) not in {worker.split(":")[1] for worker in batch.runs["worker"]}


def test_any_executor_does(tmp_path, expected):
    with ThreadPoolExecutor(3) as threads:
        run_batch(STUDY, tmp_path / "b", engine=threads, workers=3, work=cheap_work.draw, quiet=True)
    assert tables_of(tmp_path / "b") == expected


# -------------------------------------------------------------------- Dask


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A real Dask scheduler and two workers on loopback: its address, and the workers' processes."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    where = ["--scheduler-file", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": os.environ | {"PYTHONPATH": path_of()}}
    begin = [sys.executable, "-m"]
    head = [*begin, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *where]
    hand = [*begin, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", *where]
    started = [subprocess.Popen(head, **quiet)]
    try:
        ends = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < ends, "no scheduler"
            time.sleep(0.05)
        started += [subprocess.Popen(hand, **quiet) for _ in range(2)]
        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def path_of():
    """Where a worker that is started by hand finds what the tests use."""
    return os.pathsep.join([str(HERE), str(HERE.parent)])


def test_dask_gives_the_same_bytes_though_a_worker_is_killed(tmp_path, expected, scheduler):
    """The second of the cluster's two workers is killed in the midst of it."""
    address, workers = scheduler
    killed = []

    def kill_one(tally):
        if tally.done > 7 and not killed:
            os.kill(workers[1].pid, signal.SIGKILL)
            killed.append(tally.done)

    batch = run_batch(STUDY, tmp_path / "b", engine="dask", address=address, work=cheap_work.slow, watch=kill_one)
    assert killed
    assert killed[0] < 42
    assert tables_of(tmp_path / "b") == expected
    pids = {int(worker.split(":")[1]) for worker in batch.runs["worker"]}
    assert pids <= {worker.pid for worker in workers}


def test_a_dask_scheduler_that_does_not_answer_is_an_error_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.batches.work.engines.PATIENCE", 1)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        run_batch(STUDY, tmp_path / "b", engine="dask", address="tcp://127.0.0.1:9", work=cheap_work.draw, quiet=True)


def test_a_scheduler_that_goes_away_is_an_error_in_words(scheduler):
    from distributed.comm import CommClosedError

    with pytest.raises(InputError, match="the Dask scheduler is gone"), engines.engine("dask", 1, scheduler[0]):
        raise CommClosedError("ConnectionPool closing.")


def test_a_cluster_that_is_started_here_does(tmp_path, expected):
    run_batch(STUDY, tmp_path / "b", engine="dask", workers=1, work=cheap_work.draw, quiet=True)
    assert tables_of(tmp_path / "b") == expected


# -------------------------------------------------------------------- workers elsewhere


class Elsewhere(InLine):
    """Workers that see another folder under that name, or none: they hand their bytes back."""

    def submit(self, fn, /, task, *args):
        from dataclasses import replace

        return super().submit(fn, replace(task, order=replace(task.order, folder="/nowhere")), *args)


def test_workers_that_do_not_see_the_folder_hand_their_runs_back(tmp_path, expected):
    run_batch(STUDY, tmp_path / "b", engine=Elsewhere(), work=cheap_work.draw, quiet=True)
    assert tables_of(tmp_path / "b") == expected


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "0123", "has other code .* than the batch was begun with"),
        ("versions", (("numpy", "1.0"),), "has numpy .*, but the batch needs 1.0"),
        ("work", b"cnowhere\nwork\n.", "cannot load the work .*must be able to import it"),
    ],
)
def test_a_worker_with_other_code_libraries_or_without_the_work_stops_the_batch(tmp_path, field, value, words):
    class Strange(InLine):
        def submit(self, fn, /, task, *args):
            from dataclasses import replace

            return super().submit(fn, replace(task, order=replace(task.order, **{field: value})), *args)

    with pytest.raises(InputError, match=words):
        run_batch(STUDY, tmp_path / "b", engine=Strange(), work=cheap_work.draw, quiet=True)
    assert open_batch(tmp_path / "b").state.count("done") == 0


# -------------------------------------------------------------------- from anywhere in Python

PROGRAM = """
import sys
sys.path.insert(0, {here!r})
from cheap_work import a_study, draw
from scenarios.batches import run_batch
print(run_batch(a_study(1, 4), {folder!r}, workers=1, work=draw, quiet=True))
"""


@pytest.mark.parametrize("how", ["-c", "stdin", "script without a guard"])
def test_it_works_from_a_notebook_a_pipe_and_a_script_without_a_guard(tmp_path, how):
    """Workers never run the caller's own lines again."""
    text = PROGRAM.format(here=str(HERE), folder=str(tmp_path / "b"))
    script = tmp_path / "study.py"
    script.write_text(text)
    command, sent = {"-c": (["-c", text], None), "stdin": (["-"], text)}.get(how, ([str(script)], None))
    made = subprocess.run([sys.executable, *command], input=sent, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout == f"batch '{tmp_path / 'b'}': 4 done of 4 runs\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engine": "procesess"}, r"--engine is 'procesess' \(did you mean 'processes'\?\)"),
        ({"workers": 0}, "--workers is 0, but must be at least 1"),
        ({"address": "tcp://x:1"}, "only --engine dask has one"),
    ],
)
def test_a_wrong_engine_is_refused_before_anything_is_written(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        run_batch(STUDY, tmp_path / "b", **options)
    assert list(tmp_path.iterdir()) == []
