"""A process with one model in it: it takes orders on stdin and reports on stdout, a line of JSON each.

Orders: ``{"order": 1, "asked": {...}, "to": 48}`` makes a model and runs it to tick 48, ``{"order": 2, "to": 49}``
runs it on, ``{"stop": 2}`` stops order 2 after the tick it is in. Every order ends with one report that has ``folder``
(where the result so far was written), ``refused`` (what the person got wrong) or ``failed``; before that come
``tick`` and perhaps ``out_of_time``. The process ends when nobody is left who could give orders (stdin is closed),
or after a while without any.

A process of its own, so that a page can stop it, outlive it, and hold it to its share of memory.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import shutil
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from capacity.errors import InputError
from scenarios.app.limits import IDLE_SECONDS, MOST_BYTES, MOST_SECONDS, check_size
from scenarios.app.run_request import RunRequest
from scenarios.laws.time_limit import TimeUpError, time_limit
from scenarios.loading.own_files import in_own_code, load_own_file
from scenarios.results import run_folder
from scenarios.runs import run as running
from scenarios.runs.provenance import code
from scenarios.runs.run import result_so_far

if TYPE_CHECKING:
    from market import TokenMarket

#: Time between two reports of progress [s].
REPORT_SECONDS: Final = 0.1
#: How long a tick may last when the time of its run is up [s].
TICK_SECONDS: Final = 60.0


class Worker:
    """The model, and what has been asked of it."""

    def __init__(self, home: Path, out: IO[str]) -> None:
        self.home, self.out = home, out
        self.orders: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.order, self.stopped = 0, 0
        self.asked: RunRequest | None = None
        self.model: TokenMarket | None = None
        self.seconds = self.begun = 0.0

    def say(self, **report: Any) -> None:
        """Report on the order at hand."""
        self.out.write(json.dumps({"order": self.order, **report}) + "\n")
        self.out.flush()

    def listen(self, source: IO[str]) -> None:
        """Take orders as they come; a stop does not wait for its turn."""
        for line in source:
            order = json.loads(line)
            if "stop" in order:
                self.stopped = max(self.stopped, order["stop"])
            else:
                self.orders.put(order)
        self.stopped = sys.maxsize
        self.orders.put(None)

    def work(self) -> None:
        """Carry out orders until there is nobody left to give them."""
        code()  # as it is now: somebody may work on it meanwhile
        while True:
            try:
                order = self.orders.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                return
            if order is None:
                return
            self.order = order["order"]
            try:
                if "asked" in order:
                    with time_limit(MOST_SECONDS):
                        self.make(RunRequest.of_json(order["asked"]))
                with time_limit(MOST_SECONDS + TICK_SECONDS):
                    self.run_to(order["to"])
                self.write()
            except InputError as error:
                self.say(refused=str(error))
            except TimeUpError:
                self.model = None  # in the middle of something
                self.say(failed=f"setting it up, or one tick, takes more than {MOST_SECONDS / 60:g} minutes: take less")
            except MemoryError:
                self.model = None
                self.say(failed=f"it needs more than {MOST_BYTES / 2**30:g} GB of memory: take fewer users or days")
            except Exception as error:
                said = in_own_code(error)
                if not said:
                    raise
                self.model = None
                self.say(refused=said)

    def make(self, asked: RunRequest) -> None:
        """A model before its first tick, in place of the one there was."""
        self.model, self.asked, self.seconds = None, asked, 0.0
        self.begun = time.monotonic()
        settings = asked.settings()
        check_size(settings)
        self.model = running.start(settings)

    def run_to(self, tick: int) -> None:
        """Step the model until so many ticks are done, it is stopped, or its time is up."""
        assert self.model is not None
        self.say(tick=self.model.tick + 1)
        begin = self.begun or time.monotonic()  # setting up counts
        self.begun, said = 0.0, time.monotonic()
        while self.model.tick + 1 < tick and self.stopped < self.order:
            self.model.step()
            now = time.monotonic()
            if now - said >= REPORT_SECONDS:
                self.say(tick=self.model.tick + 1)
                said = now
            if now - begin > MOST_SECONDS:
                self.say(out_of_time=True)
                break
        self.seconds += time.monotonic() - begin
        self.say(tick=self.model.tick + 1)

    def write(self) -> None:
        """Write the result so far, with the command that makes the same; the one before it is no longer needed."""
        assert self.model is not None
        assert self.asked is not None
        if self.model.tick < 0:  # stopped before the first tick
            self.say(folder="")
            return
        settings = self.asked.settings()
        result = result_so_far(settings, self.model, self.seconds, self.asked.command)
        command = self.asked.command_for(result.about["days"])
        folder = self.home / f"result-{self.order}"
        folder.mkdir()
        run_folder.write_files(replace(result, about={**result.about, "command": command}), folder)
        for old in self.home.glob("result-*"):
            if old != folder and old.name != f"result-{self.order - 1}":
                shutil.rmtree(old, ignore_errors=True)
        self.say(folder=str(folder))


def hold_to(most_bytes: int) -> None:
    """Refuse this process more memory than this, where the system can."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))


def main(home: str, *own: str) -> None:
    """Be a worker until it is over; ``own``: files of one's own."""
    # What else may be printed goes to stderr: stdout is for reports.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    hold_to(MOST_BYTES)
    for path in own:
        load_own_file(Path(path))
    worker = Worker(Path(home), out)
    threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True).start()
    try:
        worker.work()
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception as error:
        traceback.print_exc()
        worker.say(failed=f"{type(error).__name__}: {error}; the terminal says more")
    finally:
        if worker.stopped == sys.maxsize:  # nobody is left who could read it
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
