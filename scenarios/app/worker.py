"""A process with one model in it: it takes orders on stdin and reports on stdout, a line of JSON each.

Orders: ``{"to": 48}`` runs on to tick 48, ``{"stop": true}`` stops after the tick it is in. It ends when nobody is
left who could give orders (stdin is closed), or after a while without any. Reports: ``{"tick": 12}`` while it runs,
``{"folder": "..."}`` when a result is written, ``{"refused": "..."}`` and ``{"failed": "..."}``.

A process of its own, so that a page can stop it, outlive it, and hold it to its share of memory.
"""

from __future__ import annotations

import json
import os
import queue
import shlex
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from market import TokenMarket
    from scenarios.run import Settings

#: Time between two reports of progress [s].
REPORT_SECONDS: Final = 0.1


class Worker:
    """The model, and what has been asked of it."""

    def __init__(self, asked: dict[str, Any], folder: Path, out: IO[str]) -> None:
        from scenarios.app.asked import Asked

        self.asked = Asked.of_json(asked)
        self.folder, self.out = folder, out
        self.orders: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.stopping = threading.Event()
        self.seconds, self.written = 0.0, 0

    def say(self, **report: Any) -> None:
        """Report."""
        self.out.write(json.dumps(report) + "\n")
        self.out.flush()

    def listen(self, source: IO[str]) -> None:
        """Take orders as they come; a stop does not wait for its turn."""
        for line in source:
            order = json.loads(line)
            if "stop" in order:
                self.stopping.set()
            else:
                self.orders.put(order)
        self.stopping.set()
        self.orders.put(None)

    def work(self) -> None:
        """Carry out orders until there is nobody left to give them."""
        from scenarios import run as running
        from scenarios.app.limits import IDLE_SECONDS, check_size

        settings = self.asked.settings()
        check_size(settings)
        made_by = running.code()
        model = running.start(settings)
        while True:
            try:
                order = self.orders.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                return
            if order is None:
                return
            self.run_to(model, int(order["to"]))
            self.write(settings, model, made_by)

    def run_to(self, model: TokenMarket, tick: int) -> None:
        """Step the model until so many ticks are done, it is stopped, or its time is up."""
        from scenarios.app.limits import MOST_SECONDS

        self.stopping.clear()
        self.say(tick=model.tick + 1)
        begin = said = time.monotonic()
        while model.tick + 1 < tick and not self.stopping.is_set():
            model.step()
            now = time.monotonic()
            if now - said >= REPORT_SECONDS:
                self.say(tick=model.tick + 1)
                said = now
            if now - begin > MOST_SECONDS:
                self.say(out_of_time=True)
                break
        self.seconds += time.monotonic() - begin
        self.say(tick=model.tick + 1)

    def write(self, settings: Settings, model: TokenMarket, made_by: dict[str, Any]) -> None:
        """Write the result so far into a folder of its own, with the command that makes the same."""
        from scenarios import results
        from scenarios.run import result_so_far

        if model.tick < 0:
            self.say(folder="")
            return
        result = result_so_far(settings, model, self.seconds, self.asked.command, made_by)
        command = self.asked.command_for(result.about["days"])
        folder = self.folder / f"result-{self.written}"
        self.written += 1
        folder.mkdir()
        results.write_files(results.RunResult(result.frames, {**result.about, "command": command}), folder)
        (folder / "scenario.toml").write_text(settings.scenario.to_toml(), encoding="utf-8")
        self.say(folder=str(folder))


def hold_to(most_bytes: int) -> None:
    """Refuse this process more memory than this, where the system can."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))


def main(asked: str, folder: str) -> None:
    """Be a worker until it is over; what a person got wrong, and what went wrong, is reported in a line."""
    # What else may be printed goes to stderr: stdout is for reports.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    from capacity.errors import InputError
    from scenarios.app.limits import MOST_BYTES

    hold_to(MOST_BYTES)
    worker = Worker(json.loads(asked), Path(folder), out)
    threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True).start()
    try:
        worker.work()
    except InputError as error:
        worker.say(refused=str(error))
    except MemoryError:
        worker.say(failed=f"it needs more than {MOST_BYTES / 2**30:g} GB of memory: take fewer users or days")
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception as error:
        traceback.print_exc()
        worker.say(failed=f"{type(error).__name__}: {error}; more in the terminal, after {shlex.quote(asked)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
