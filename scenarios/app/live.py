"""A run under way: the page's end of the process that holds the model (see ``worker.py``)."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from capacity.errors import InputError
from scenarios.app.asked import Asked
from scenarios.app.limits import MOST_MODELS, MOST_SECONDS

#: How long a stop waits for the tick that is under way [s]; then the process is ended.
STOP_SECONDS: Final = 0.8

_models: weakref.WeakSet[Live] = weakref.WeakSet()
_making = threading.Lock()


@dataclass
class Reports:
    """What the process has said so far; filled by a thread of its own, read by the page."""

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
        for line in source:
            with self.news:
                self.take(json.loads(line))
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


class Live:
    """A model that can be run on, stopped, and read; it is put away with its files when nobody holds it any more.

    Attributes:
        asked: what it is a run of.
        ticks: ticks of the whole run.
    """

    def __init__(self, asked: Asked, ticks: int) -> None:
        """Start the process; ``ticks`` as ``limits.check_size`` gives it."""
        self.asked, self.ticks = asked, ticks
        self.home = Path(tempfile.mkdtemp(prefix="tokenmarket-app-"))
        self.began, self.from_tick, self.to_tick = time.monotonic(), 0, 0
        self.busy = self.was_stopped = False
        self.reports = Reports()
        with _making:
            _make_room()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scenarios.app.worker", json.dumps(asked.to_json()), str(self.home)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C in the terminal is for the server; this ends with its stdin
            )  # fmt: skip
            _models.add(self)
        threading.Thread(target=self.reports.listen, args=(self.process.stdout,), daemon=True).start()
        self.close = weakref.finalize(self, _put_away, self.process, self.home)

    # ------------------------------------------------------------------------ orders

    def run_to(self, tick: int) -> None:
        """Run on until so many ticks are done."""
        self.began, self.from_tick, self.to_tick = time.monotonic(), self.reports.ticks_done, min(tick, self.ticks)
        self.busy, self.was_stopped = True, False
        self.reports.folder, self.reports.out_of_time, self.reports.began = None, False, None
        self._order(to=self.to_tick)

    def stop(self) -> None:
        """Stop after the tick that is under way and keep what is done; end the process if it does not answer."""
        self.was_stopped = True
        self._order(stop=True)
        if not self.wait(STOP_SECONDS):
            self.process.kill()
            self.wait(STOP_SECONDS)

    def _order(self, **order: Any) -> None:
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it has ended: the reports say so
            return

    # ------------------------------------------------------------------------ what has come of it

    @property
    def is_running(self) -> bool:
        """Whether a result is still to come."""
        return self.busy and self.reports.folder is None and not self.reports.over

    @property
    def is_there(self) -> bool:
        """Whether the model is still there and can be stepped."""
        return not self.reports.over and self.process.poll() is None

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
    def is_starting(self) -> bool:
        """Whether the model is still being made."""
        return self.is_running and self.reports.began is None

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
        if self.busy and reports.over and reports.folder is None:
            if self.was_stopped:
                return "The run was stopped in the middle of a tick, so nothing of it is left."
            return f"The run ended unexpectedly ({_ending(self.process)}); earlier results are kept. Run it again."
        return ""

    def wait(self, seconds: float) -> bool:
        """Wait for the result, at most so long; whether it is there, or will never be."""
        with self.reports.news:
            return self.reports.news.wait_for(lambda: not self.is_running, seconds)

    def result_folder(self) -> Path | None:
        """Where the result so far is; None if there is none."""
        return Path(self.reports.folder) if self.reports.folder else None


def _ending(process: subprocess.Popen[str]) -> str:
    try:
        code = process.wait(1.0)
    except subprocess.TimeoutExpired:
        return "it does not answer"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"


def _put_away(process: subprocess.Popen[str], home: Path) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    process.kill()
    process.wait()
    shutil.rmtree(home, ignore_errors=True)


def _make_room() -> None:
    """Put the model away that has been idle longest if there are too many; refuse if all are at work."""
    there = sorted((one for one in _models if one.is_there), key=lambda one: one.began)
    if len(there) < MOST_MODELS:
        return
    idle = [one for one in there if not one.is_running]
    if not idle:
        raise InputError(f"{MOST_MODELS} runs are under way in other tabs, the most at once: wait, or stop one")
    idle[0].process.kill()
