"""``tokenmarket batch``, with the real market: the plan, the run, the way on, and what it refuses."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cheap_work
import pandas as pd
import pytest
from cheap_work import tables_of
from family import children, is_alive, until
from in_line import WITHOUT_PROCESSES, InLine

from scenarios.batches import open_batch, run_batch
from scenarios.batches.plan.planning import study_of
from scenarios.batches.store import parts
from scenarios.batches.work import pilot
from scenarios.batches.work.engine import Tally
from scenarios.batches.work.progress import Lines, Pace, rate
from scenarios.batches.work.simulation import simulate
from scenarios.cli import main as cli
from scenarios.text.durations import bytes_in_words, seconds_in_words

SMALL = ("--days", "0.25", "--users", "30", "--workers", "1")


@pytest.fixture
def tokenmarket(tmp_path, monkeypatch, capfd):
    """Run a command in an empty folder; give its exit status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["tokenmarket", *words])
        status = 0
        try:
            cli.main()
        except SystemExit as error:
            status = error.code or 0
        shown = capfd.readouterr()
        return status, shown.out, shown.err

    return call


@WITHOUT_PROCESSES
def test_a_dry_run_prints_the_plan_and_writes_nothing(tokenmarket, tmp_path):
    status, out, err = tokenmarket("batch", "off-peak:*", "--seeds", "32", "--keep", "ticks", "--dry-run", *SMALL)
    assert (status, err) == (0, "")
    assert " cases     3: off-peak, off-peak: time-of-day, off-peak: dynamic\n" in out
    assert " seeds     32: 1 to 32, the same for every case\n" in out
    assert " runs      96, 0.25 days each, 30 simulated users\n" in out
    assert " with 1 worker (" in out
    assert "results/off-peak-batch" in out
    assert list(tmp_path.iterdir()) == []


@WITHOUT_PROCESSES
def test_what_runs_make_nothing_of_is_warned_of_once_a_scenario(tokenmarket):
    event = 'events.+={name="dark", kind="outage", date=2026-07-01}'
    vary = ("--vary", "labs.*.tiers.plan.quota_per_day=500,1500", "--set", event)
    status, _, err = tokenmarket("batch", "off-peak:*", *vary, "--seeds", "2", "--dry-run", *SMALL)
    assert status == 0
    late, quota = err.splitlines()
    assert late.startswith("tokenmarket: off-peak: event 'dark' on 2026-07-01 is after the end: it does not happen")
    assert quota.startswith(
        "tokenmarket: off-peak: quota_per_day of tier 'plan' of Aster, Borealis, Cygnus is set, but"
    )


@WITHOUT_PROCESSES
@pytest.mark.parametrize(
    ("workers", "used", "said"),
    [
        (1000, "4 workers", "1000, and this machine has 3 cores: more than that is allowed, but no faster; 4 of them"),
        (4, "4 workers", "4, and this machine has 3 cores: more than that is allowed, but no faster\n"),
        (3, "3 workers", ""),
    ],
)
def test_workers_beyond_cores_and_runs_are_told_of(tokenmarket, monkeypatch, workers, used, said):
    monkeypatch.setattr("scenarios.batches.work.running.cores", lambda: 3)
    words = ("--seeds", "4", "--days", "0.25", "--users", "30", "--workers", str(workers), "--dry-run")
    status, out, err = tokenmarket("batch", "off-peak", *words)
    assert status == 0
    assert f" with {used} (" in out
    assert said in err
    assert err.count("\n") == bool(said)


@WITHOUT_PROCESSES
def test_a_batch_from_the_command_and_the_way_on(tokenmarket, tmp_path):
    vary = ("--vary", "supply.growth=2,5", "--seeds", "2", "--keep", "ticks")
    status, out, err = tokenmarket("batch", "off-peak", *vary, "--out", "b", *SMALL)
    assert status == 0, err
    assert "4 of 4 runs done" in out
    assert "wrote b: runs.parquet, summaries.parquet, frames of ticks" in out
    summaries = open_batch("b").summaries
    assert summaries["supply.growth"].tolist() == [2, 5, 2, 5]
    assert (summaries["spot-price"] > 0).all()
    assert pd.read_parquet("b/frames/ticks").groupby("run").size().tolist() == [6] * 4
    before = tables_of("b")

    assert tokenmarket("batch", "off-peak", "--out", "b", *SMALL)[0] == 2
    status, out, _ = tokenmarket("batch", "--resume", "b")
    assert (status, tables_of("b")) == (0, before)
    assert "batch 'b': 4 done of 4 runs; nothing is left to do" in out

    status, out, _ = tokenmarket("batch", "--resume", "b", "--force-new", "--quiet", "--workers", "1")
    assert (status, out) == (0, "b-2\n")
    assert tables_of("b-2") == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["off-peek"], "unknown scenario 'off-peek' (did you mean 'off-peak'?)"),
        (["off-peak", "--workers", "0"], "--workers is 0, but must be at least 1"),
        (["off-peak", "--engine", "mpi"], "--engine is 'mpi'"),
        (["off-peak", "--address", "tcp://a:1"], "only --engine dask has one"),
        (["--resume", "nowhere"], "there is no batch folder 'nowhere'"),
        (
            ["off-peak", "--resume", "nowhere", "--seeds", "3"],
            "--resume needs nothing else: leave SCENARIO, --seeds out",
        ),
        (["off-peak", "--out", "."], "holds no batch: choose another"),
    ],
)
def test_wrong_words_are_refused_in_one_line_and_nothing_is_written(tokenmarket, tmp_path, words, said):
    (tmp_path / "notes.txt").write_text("mine")
    status, out, err = tokenmarket("batch", *words)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@WITHOUT_PROCESSES
def test_failed_runs_are_named_and_the_exit_status_says_so(tokenmarket, monkeypatch):
    """One of the four runs raises; a resume tries it again."""
    from scenarios.batches.work import running

    def run_here(study, folder, **means):
        return whole(study, folder, engine=InLine(), work=cheap_work.raises, quiet=True)

    whole = running.run_batch
    monkeypatch.setattr(running, "run_batch", run_here)
    status, out, err = tokenmarket("batch", "off-peak", "--seeds", "4", "--out", "b", *SMALL)
    assert status == 1
    assert "3 of 4 runs done" in out
    assert "run 1 (off-peak, seed 2) failed: ValueError: no luck with" in err
    assert "1 of 4 runs failed; tracebacks are in b/runs.parquet; `tokenmarket batch --resume b`" in err


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path):
    command = [sys.executable, "-m", "scenarios.cli.main", "batch", "off-peak", "--seeds", "400", "--days", "0.25"]
    # Of its own session, as in a terminal: Ctrl-C goes to the workers too.
    made = subprocess.Popen(
        [*command, "--users", "30", "--workers", "1", "--out", "b", "--quiet"],
        cwd=tmp_path,
        start_new_session=True,
        # What a shell has put in the background is deaf to Ctrl-C, and so would its children be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # nothing else runs here
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[2])},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: len(list((tmp_path / "b/parts").glob("run-*.part"))) >= 3 or made.poll() is not None, 60.0)
    family = children(made.pid)
    assert len(family) >= 2
    os.killpg(made.pid, signal.SIGINT)
    _, err = made.communicate(timeout=20)
    assert made.returncode == 130
    assert err == "tokenmarket: stopped; finished runs are kept, `tokenmarket batch --resume b` goes on\n"
    batch = open_batch(tmp_path / "b")
    assert 3 <= batch.state.count("done") < 400
    assert batch.state.count("failed") == 0
    until(lambda: not any(is_alive(pid) for pid in family))


# -------------------------------------------------------------------- the plan, and how far it is


def test_a_forecast_is_of_the_right_size():
    """Seconds are the machine's affair; bytes are not."""
    study = study_of("off-peak", seeds=1, days=2, users=30, keep=["ticks", "offers", "listings"])
    found = pilot.forecast(study, 1)
    assert found.tried == 1
    assert 0 < found.seconds < 60
    assert found.start > 0.1, "a worker imports the model"
    least, most = found.total_seconds(10, 3)
    assert least == pytest.approx(found.start + 4 * found.seconds)
    assert most - least == pytest.approx((pilot.LONGER - 1) * 4 * found.seconds)
    frames = simulate(study.scenario(study.cases[0]), 1, 2, 30, study.keep).frames
    actual = sum(len(parts.packed(frame)) for frame in frames.values())
    assert found.bytes == pytest.approx(actual, rel=0.5)


def test_a_forecast_is_tried_as_the_batch_is_run(monkeypatch):
    """Workers take each other's time, so as many as the batch will have try at once."""
    started = []

    class Here(InLine):
        """Counts the workers that would be started; that they start and are forecast is tried above."""

        def __init__(self, workers):
            super().__init__()
            started.append(workers)

        def kill(self):
            pass

    monkeypatch.setattr(pilot, "Processes", Here)
    pilot.forecast(study_of("off-peak", seeds=3, days=0.25, users=30), 3)
    pilot.forecast(study_of("off-peak", seeds=1, days=0.25, users=30), 3)
    assert started == [3, 1]


@pytest.mark.slow
@WITHOUT_PROCESSES
def test_a_forecast_comes_true(tmp_path, monkeypatch):
    """By the processor's clock: what else the machine does is no affair of the forecast."""
    monkeypatch.setattr("time.perf_counter", time.process_time)
    study = study_of("off-peak", seeds=2, days=1, users=60)
    least, most = pilot.forecast(study, 1).total_seconds(2, 1)
    begin = time.process_time()
    run_batch(study, tmp_path / "b", engine=InLine(), quiet=True)
    assert 0.6 * least < time.process_time() - begin < 1.7 * most


def test_times_rates_and_sizes_as_a_person_would_say_them():
    assert [seconds_in_words(s) for s in (0.2, 45, 600, 7200, 4 * 86400)] == [
        "under 1 s",
        "45 s",
        "10 min",
        "2.0 h",
        "4.0 days",
    ]
    assert [rate(a) for a in (250.0, 2.5, 0.5, 0.001)] == ["250 runs/s", "2.5 runs/s", "30 runs/min", "3.6 runs/h"]
    assert [bytes_in_words(b) for b in (700, 5600, 728_000, 1.2e9, 3e12)] == [
        "700 bytes",
        "5.6 kB",
        "728 kB",
        "1.2 GB",
        "3.0 TB",
    ]


def test_plain_lines_come_now_and_then(monkeypatch, capfd):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    lines, tally = Lines("study"), Tally(100)
    for done in range(0, 100, 5):
        tally.done, tally.running = done, 2
        lines(tally)
        now[0] += 5.0
    shown = capfd.readouterr().err.splitlines()
    assert shown[0] == "study: 30 of 100 done, 2 running, 1 runs/s, 70 s left"
    assert len(shown) == 3


def test_the_pace_counts_only_what_was_done_since_it_began(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    pace, tally = Pace(), Tally(100, done=50, running=2)
    assert pace.words(tally) == "50 of 100 done, 2 running"
    now[0], tally.done, tally.failed = 10.0, 69, 1
    assert pace.words(tally) == "69 of 100 done, 1 failed, 2 running, 2 runs/s, 15 s left"
