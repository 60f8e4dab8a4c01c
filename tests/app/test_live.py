"""A run in a process of its own: the same numbers as the command line, stopped at once, its death survived."""

import gc
import os
import shlex
import signal
import sys
import time

import pandas as pd
import pytest
from family import processor_seconds

from capacity import InputError
from scenarios.app import live as living
from scenarios.app import tabs
from scenarios.app.limits import check_size
from scenarios.app.live import Live
from scenarios.app.result import ShownResult
from scenarios.app.run_request import RunRequest
from scenarios.cli import main as cli
from scenarios.results import run_folder

pytestmark = pytest.mark.usefixtures("quick_processes")
SECONDS = 120.0
SMALL = RunRequest("baseline-2026", ("demand.growth=10", 'labs.*.pricing.kind="surge"'), 1.0, 200, 3)
LONG = RunRequest("baseline-2026", (), 364.0, 5_000, 1)


@pytest.fixture(scope="module")
def market(quick_processes):
    """One process for the tests of this file: it takes a while to start."""
    return Live()


def finished(market, asked, to=None):
    ticks = check_size(asked.settings())
    market.begin(asked, ticks, ticks if to is None else to)
    assert market.wait(SECONDS)
    return run_folder.read(market.result_folder())


def test_it_gives_the_numbers_of_the_command_that_it_names(market, tmp_path, monkeypatch, capsys):
    found = finished(market, SMALL)
    assert market.trouble == ""
    assert market.ticks_done == market.ticks == 24
    command = found.about["command"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [*shlex.split(command), "--out", "same", "--no-picture", "--quiet"])
    cli.app(standalone_mode=False)
    same = run_folder.read(tmp_path / "same")
    for name, frame in same.frames.items():
        pd.testing.assert_frame_equal(found.frames[name], frame)
    assert found.about["digest"] == same.about["digest"]


def test_steps_come_to_the_same_as_a_run_and_each_says_how_to_make_it(market):
    whole = finished(market, SMALL)
    finished(market, SMALL, to=1)
    assert market.number == 3  # a new run each time it begins anew
    market.run_to(2)
    assert market.wait(SECONDS)
    two = run_folder.read(market.result_folder())
    assert two.about["ticks"] == len(two.frames["ticks"]) == 2
    assert f"--days {2 / 24:.10g}" in two.about["command"]
    market.run_to(1_000)
    assert market.wait(SECONDS)
    assert market.number == 3
    stepped = run_folder.read(market.result_folder())
    for name, frame in whole.frames.items():
        pd.testing.assert_frame_equal(stepped.frames[name], frame)


def test_a_stop_takes_less_than_a_second_keeps_what_is_done_and_it_can_go_on(market, monkeypatch):
    market.begin(LONG, check_size(LONG.settings()), 8_736)
    deadline = time.monotonic() + SECONDS
    while market.ticks_done < 20 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert market.is_running
    assert 0.0 < market.share_done < 1.0
    assert market.seconds_left > 0.0
    monkeypatch.setattr(living, "STOP_SECONDS", SECONDS)  # a busy machine may have it wait for its turn
    begin = processor_seconds(market.process.pid)
    market.stop()
    assert processor_seconds(market.process.pid) - begin < 1.0
    done = market.ticks_done
    assert 20 <= done < 8_736
    assert len(run_folder.read(market.result_folder()).frames["ticks"]) == done
    assert market.has_model
    market.run_to(done + 1)
    assert market.wait(SECONDS)
    assert market.ticks_done == done + 1


def test_a_process_that_does_not_answer_a_stop_is_ended(market, monkeypatch):
    monkeypatch.setattr(living, "STOP_SECONDS", 0.2)
    market.begin(LONG, 8_736, 8_736)
    os.kill(market.process.pid, signal.SIGSTOP)  # as if a tick went on and on
    market.stop()
    assert not market.is_running
    assert "nothing of it is left" in market.trouble


def test_a_process_that_is_killed_is_named_and_the_next_run_works(market):
    market.begin(LONG, 8_736, 8_736)
    os.kill(market.process.pid, signal.SIGKILL)
    assert market.wait(SECONDS)
    assert not market.has_model
    assert "killed by SIGKILL" in market.trouble
    assert len(finished(market, SMALL, to=2).frames["ticks"]) == 2
    assert market.trouble == ""


def test_what_the_scenario_refuses_is_said_and_the_process_lives(market):
    market.begin(RunRequest("baseline-2026", ("supply.growth=-1",), 1.0, 200, 1), 24, 24)
    assert market.wait(SECONDS)
    assert "supply.growth is -1" in market.trouble
    assert not market.is_running
    pid = market.process.pid
    finished(market, SMALL, to=1)
    assert market.process.pid == pid


def test_two_markets_know_nothing_of_each_other_and_go_with_their_files(market):
    mine = finished(market, SMALL, to=3)
    other = Live()
    theirs = finished(other, RunRequest("baseline-2026", (), 1.0, 300, 9), to=2)
    assert (mine.about["users"], theirs.about["users"]) == (200, 300)
    assert market.ticks_done == 3
    process, folder = other.process, other.result_folder()
    assert folder.is_dir()
    del other
    gc.collect()
    assert process.poll() is not None
    assert not folder.parent.exists()


def test_what_a_closed_tab_held_is_put_away_after_a_while_and_not_before(monkeypatch):
    market = Live("a tab")
    finished(market, SMALL, to=1)
    market.results["shown"] = ShownResult.read(1, SMALL, market.result_folder())
    folder = market.result_folder()
    tabs.put_away_closed(lambda name: False)
    tabs.put_away_closed(lambda name: False)
    assert market.is_there  # it may come back
    tabs.put_away_closed(lambda name: name == "a tab")
    monkeypatch.setattr(tabs, "GONE_SECONDS", 0.0)
    tabs.put_away_closed(lambda name: False)
    assert market.is_there  # it was open again meanwhile
    tabs.put_away_closed(lambda name: False)
    assert not market.is_there
    assert market.results == {}
    assert not folder.parent.exists()
    assert len(finished(market, SMALL, to=2).frames["ticks"]) == 2  # whoever comes back begins anew


def test_too_many_at_work_are_refused_and_idle_ones_make_room(market, monkeypatch):
    finished(market, SMALL, to=1)
    monkeypatch.setattr(living, "MOST_MODELS", 1)
    market.begin(LONG, 8_736, 8_736)
    other = Live()
    with pytest.raises(InputError, match="under way in other tabs"):
        other.start()
    market.stop()
    old = market.process
    other.start()
    assert old.poll() is not None  # it was idle
    assert other.is_there


def test_what_is_taken_away_opens_in_pandas(market, tmp_path):
    import io
    import zipfile

    finished(market, SMALL, to=5)
    shown = ShownResult.read(1, SMALL, market.result_folder())
    with zipfile.ZipFile(io.BytesIO(shown.zipped())) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / shown.file_name
    for name, frame in shown.result.frames.items():
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), frame)
        assert len(pd.read_csv(folder / "csv" / f"{name}.csv")) == len(frame)
    assert (folder / "scenario.toml").read_text() == SMALL.settings().scenario.to_toml()
    assert run_folder.read(folder).about["seed"] == 3  # the folder is a result like any other
