"""The market of a page: a process that holds the model (see ``worker.py``), and what it reports."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from capacity.errors import InputError
from scenarios.app.limits import MOST_MODELS, MOST_SECONDS
from scenarios.app.run_request import RunRequest
from scenarios.loading.own_files import given

if TYPE_CHECKING:
    from scenarios.app.result import ShownResult

#: How long a stop waits for the tick that is under way [s]; then the process is ended.
STOP_SECONDS: Final = 0.8


@dataclass
class Reports:
    """What a process has said of the order at hand; filled by a thread of its own, read by the page."""

    order: int = 0
    ticks_done: int = 0
    began: float | None = None
    folder: str | None = None
    out_of_time: bool = False
    refused: str = ""
    failed: str = ""
    over: bool = False
    news: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, source: IO[str]) -> None:
        """Take in reports until the process ends."""
        with source, contextlib.suppress(json.JSONDecodeError):  # one that is killed may end within a line
            for line in source:
                report = json.loads(line)
                with self.news:
                    if report.pop("order") == self.order:
                        self.take(report)
                        self.news.notify_all()
        with self.news:
            self.over = True
            self.news.notify_all()

    def take(self, report: dict[str, Any]) -> None:
        """Take in one report."""
        self.ticks_done = report.get("tick", self.ticks_done)
        if self.began is None and "tick" in report:
            self.began = time.monotonic()
        self.folder = report.get("folder", self.folder)
        self.out_of_time = report.get("out_of_time", self.out_of_time)
        self.refused = report.get("refused", self.refused)
        self.failed = report.get("failed", self.failed)

    def expect(self, order: int) -> None:
        """Forget all but the ticks done: another order begins."""
        with self.news:
            self.order, self.began, self.folder = order, None, None
            self.out_of_time, self.refused, self.failed = False, "", ""

    @property
    def complete(self) -> bool:
        """Whether the order has come to its end, a good one or not."""
        return self.folder is not None or bool(self.refused or self.failed) or self.over


class Live:
    """One model at a time: made, run on, stopped, read. It is put away when nobody holds it any more.

    Attributes:
        asked: what the model is a run of; None before the first.
        ticks: ticks of the whole run.
        number: which run it is, from 1; its steps share the number.
        tab: name of the tab that it belongs to.
        gone_since: when the tab was first seen closed; None while it is open.
        results: what is on the page, by 'shown' and 'last'.
    """

    def __init__(self, tab: str = "") -> None:
        self.tab = tab
        self.gone_since: float | None = None
        self.results: dict[str, ShownResult] = {}
        self.asked: RunRequest | None = None
        self.ticks = self.from_tick = self.to_tick = self.number = self.order = 0
        self.was_stopped = False
        self.last_order = time.monotonic()
        self.process: subprocess.Popen[str] | None = None
        self.reports = Reports()
        self._end: Callable[[], Any] = lambda: None
        _all.add(self)

    # ------------------------------------------------------------------------ the process

    def start(self) -> None:
        """Start the process if there is none; it imports what it needs before anybody asks."""
        with _starting:
            if self.is_there:
                return
            _make_room(self)
            self._end()  # what is left of one that has ended
            home = Path(tempfile.mkdtemp(prefix="tokenmarket-app-"))
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scenarios.app.worker", str(home), *_own_files(home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C in the terminal is for the server; this ends with its stdin
            )
            self.reports = Reports(self.order)
            threading.Thread(target=self.reports.listen, args=(self.process.stdout,), daemon=True).start()
            self._end = weakref.finalize(self, _end, self.process, home)

    def put_away(self) -> None:
        """End the process and let go of the results; another order begins anew."""
        self._end()
        self.results.clear()

    def warm_up(self) -> None:
        """Start the process ahead of its first order, if there is room."""
        with contextlib.suppress(InputError):
            self.start()

    @property
    def is_there(self) -> bool:
        """Whether there is a process to give orders to."""
        return self.process is not None and not self.reports.over and self.process.poll() is None

    @property
    def has_model(self) -> bool:
        """Whether the model is there and can be run on."""
        return self.is_there and self.asked is not None and not self.reports.refused and not self.reports.failed

    # ------------------------------------------------------------------------ orders

    def begin(self, asked: RunRequest, ticks: int, to_tick: int, *, new: bool = True) -> None:
        """Make a model and run it; ``ticks`` of the whole run as ``limits.check_size`` gives them."""
        if self.is_running:
            self.stop()
        self.start()
        self.asked, self.ticks, self.number = asked, ticks, self.number + int(new)
        self.reports.ticks_done = 0
        self._order(to_tick, asked=asked.to_json())

    def run_to(self, tick: int) -> None:
        """Run on until so many ticks are done."""
        self._order(tick)

    def _order(self, tick: int, **more: Any) -> None:
        self.order += 1
        self.last_order, self.was_stopped = time.monotonic(), False
        self.from_tick, self.to_tick = self.reports.ticks_done, min(tick, self.ticks)
        self.reports.expect(self.order)
        self._send(order=self.order, to=self.to_tick, **more)

    def stop(self) -> None:
        """Stop after the tick that is under way and keep what is done; end the process if it does not answer."""
        self.was_stopped = True
        self._send(stop=self.order)
        if not self.wait(STOP_SECONDS) and self.process is not None:
            self.process.kill()
            self.wait(STOP_SECONDS)

    def _send(self, **order: Any) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # it has ended: the reports say so
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()

    # ------------------------------------------------------------------------ what has come of it

    @property
    def is_running(self) -> bool:
        """Whether a result is still to come."""
        return self.asked is not None and not self.reports.complete

    @property
    def is_starting(self) -> bool:
        """Whether the model is still being made."""
        return self.is_running and self.reports.began is None

    @property
    def ticks_done(self) -> int:
        """Ticks that the model has run."""
        return self.reports.ticks_done

    @property
    def share_done(self) -> float:
        """Share of the ticks last asked for."""
        wanted = max(self.to_tick - self.from_tick, 1)
        return min(max((self.ticks_done - self.from_tick) / wanted, 0.0), 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Time that is left at the pace so far [s]; None before there is a pace."""
        share, began = self.share_done, self.reports.began
        return (time.monotonic() - began) * (1.0 - share) / share if began is not None and share > 0.0 else None

    @property
    def trouble(self) -> str:
        """What went wrong, as a sentence for the reader; nothing if all is well."""
        reports = self.reports
        if reports.refused:
            return reports.refused
        if reports.failed:
            return f"The run failed: {reports.failed}."
        if reports.out_of_time:
            return (
                f"The run was stopped after {MOST_SECONDS / 60:g} minutes, the most that the app gives to one; below "
                "is what it measured until then. Take fewer users or days, or the command line."
            )
        if self.asked is not None and reports.over and reports.folder is None:
            if self.was_stopped:
                return "The run was stopped while it was set up or in the middle of a tick: nothing of it is left."
            return f"The run ended unexpectedly ({_ending(self.process)}). Earlier results are kept; run it again."
        return ""

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the order, at most so long; whether it has come."""
        with self.reports.news:
            return self.reports.news.wait_for(lambda: self.reports.complete, seconds)

    def result_folder(self) -> Path | None:
        """Where the result so far is; None if there is none."""
        return Path(self.reports.folder) if self.reports.folder else None


_all: weakref.WeakSet[Live] = weakref.WeakSet()
_starting = threading.Lock()


def all_markets() -> list[Live]:
    """Every market that somebody holds."""
    return list(_all)


def _own_files(home: Path) -> list[str]:
    """Copies of the files of one's own that the server knows, for the process to import: bytes count."""
    copies = []
    for number, source in enumerate(given(), 1):
        copy = home / f"own-{number}" / source.name
        copy.parent.mkdir()
        copy.write_bytes(source.text)
        copies.append(str(copy))
    return copies


def _ending(process: subprocess.Popen[str] | None) -> str:
    try:
        code = process.wait(1.0) if process is not None else 0
    except subprocess.TimeoutExpired:
        return "it does not answer"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"


def _end(process: subprocess.Popen[str], home: Path) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    process.kill()
    process.wait()
    shutil.rmtree(home, ignore_errors=True)


def _make_room(for_one: Live) -> None:
    """End the processes that have been idle longest while there are too many; refuse if all are at work."""
    there = sorted((one for one in _all if one is not for_one and one.is_there), key=lambda one: one.last_order)
    while len(there) >= MOST_MODELS:
        idle = next((one for one in there if not one.is_running), None)
        if idle is None or idle.process is None:
            raise InputError(f"{MOST_MODELS} runs are under way in other tabs, the most at once: wait, or stop one")
        idle.process.kill()
        idle.process.wait()
        there.remove(idle)
