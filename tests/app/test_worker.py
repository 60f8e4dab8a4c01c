"""The process of a run, without the process: its limits of time and memory, and what it says when they are reached."""

import io
import json
import subprocess
import sys

import pytest

from scenarios.app import worker as working
from scenarios.app.run_request import RunRequest
from scenarios.app.worker import Worker
from scenarios.runs import run as running

SMALL = RunRequest("baseline-2026", (), 1.0, 50, 1).to_json()


def reports(home, *orders):
    """What it says to these orders, one after the other."""
    out = io.StringIO()
    worker = Worker(home, out)
    for number, order in enumerate(orders, 1):
        worker.orders.put({"order": number, **order})
    worker.orders.put(None)
    worker.work()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_every_order_ends_with_where_its_result_is(tmp_path, monkeypatch):
    monkeypatch.setattr(working, "REPORT_SECONDS", 60.0)
    said = reports(tmp_path, {"asked": SMALL, "to": 2}, {"to": 3})
    ends = [report for report in said if "folder" in report]
    assert [(end["order"], end["folder"]) for end in ends] == [
        (1, str(tmp_path / "result-1")),
        (2, str(tmp_path / "result-2")),
    ]
    assert [report["tick"] for report in said if "tick" in report] == [0, 2, 2, 3]


def test_a_run_whose_time_is_up_is_stopped_with_what_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(working, "MOST_SECONDS", 0.0)
    said = reports(tmp_path, {"asked": SMALL, "to": 24})
    assert {"order": 1, "out_of_time": True} in said
    assert said[-2] == {"order": 1, "tick": 1}
    assert said[-1]["folder"]


def test_a_run_that_needs_too_much_memory_says_so_and_the_next_one_works(tmp_path, monkeypatch):
    start = running.start

    def greedy(settings):
        if settings.seed == 2:
            raise MemoryError
        return start(settings)

    monkeypatch.setattr(running, "start", greedy)
    said = reports(tmp_path, {"asked": {**SMALL, "seed": 2}, "to": 1}, {"asked": SMALL, "to": 1})
    assert "needs more than 3 GB of memory" in said[0]["failed"]
    assert said[-1]["folder"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_process_is_held_to_its_memory():
    code = "from scenarios.app.worker import hold_to; hold_to(2**28); bytearray(2**30)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "MemoryError" in ended.stderr


def test_the_time_of_a_run_holds_for_setting_it_up_too(tmp_path, monkeypatch):
    start = running.start

    def endless(settings):
        while settings.seed == 2:
            pass
        return start(settings)

    monkeypatch.setattr(running, "start", endless)
    monkeypatch.setattr(working, "MOST_SECONDS", 20.0)
    monkeypatch.setattr("scenarios.app.worker.time_limit", lambda seconds, hold=working.time_limit: hold(seconds / 20))
    said = reports(tmp_path, {"asked": {**SMALL, "seed": 2}, "to": 1}, {"asked": {**SMALL, "seed": 1}, "to": 1})
    assert "setting it up, or one tick, takes more than" in said[0]["failed"]
    assert said[-1].get("folder") or "takes more than" in said[-1]["failed"]  # the process goes on


def test_a_tick_without_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.app.worker.time_limit", lambda _, hold=working.time_limit: hold(3.0))
    monkeypatch.setattr("market.TokenMarket.step", lambda _: [None for _ in iter(int, 1)])
    (first, last) = reports(tmp_path, {"asked": SMALL, "to": 1})
    assert "one tick" in last["failed"]
    assert first == {"order": 1, "tick": 0}
