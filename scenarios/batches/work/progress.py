"""How far a batch is: a bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from scenarios.text.durations import seconds_in_words

if TYPE_CHECKING:
    from scenarios.batches.work.engine import Tally

type Watch = Callable[[Tally], None]

#: Between two plain lines [s].
LINE_SECONDS: Final = 30.0


@contextmanager
def watching(label: str, watch: Watch | None = None, *, quiet: bool = False) -> Iterator[Watch]:
    """Something to tell how far a batch is: what was given, or a bar, or lines."""
    if watch is not None:
        yield watch
        return
    if quiet:
        yield lambda _: None
        return
    console = Console(stderr=True)
    if console.is_terminal or console.is_jupyter:
        with _bar(label, console) as bar:
            yield bar
    else:
        yield Lines(label)


class Pace:
    """Runs a second since the first look, and how long the rest takes at that."""

    def __init__(self) -> None:
        self._begin, self._before = time.monotonic(), -1

    def words(self, tally: Tally) -> str:
        """Done, failed, running, rate, time left."""
        ended = tally.done + tally.failed
        if self._before < 0:
            self._before = ended
        made, took = ended - self._before, time.monotonic() - self._begin
        failed = f", {tally.failed:,} failed" if tally.failed else ""
        words = f"{tally.done:,} of {tally.total:,} done{failed}, {tally.running} running"
        if not made or took <= 0:
            return words
        return f"{words}, {rate(made / took)}, {seconds_in_words(tally.left * took / made)} left"


def rate(a_second: float) -> str:
    """Runs a second, a minute or an hour, whichever can be read."""
    for unit, seconds in (("s", 1.0), ("min", 60.0)):
        if a_second * seconds >= 1.0:
            return f"{a_second * seconds:,.3g} runs/{unit}" if a_second * seconds < 100 else f"{a_second:,.0f} runs/s"
    return f"{a_second * 3600:,.2g} runs/h"


class Lines:
    """A plain line now and then."""

    def __init__(self, label: str) -> None:
        self._label, self._pace, self._last = label, Pace(), time.monotonic()

    def __call__(self, tally: Tally) -> None:
        """Say how far it is, if it is time to."""
        words = self._pace.words(tally)
        if time.monotonic() - self._last >= LINE_SECONDS:
            self._last = time.monotonic()
            sys.stderr.write(f"{self._label}: {words}\n")
            sys.stderr.flush()


@contextmanager
def _bar(label: str, console: object) -> Iterator[Watch]:
    assert isinstance(console, Console)
    pace = Pace()
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None, words="starting workers")

        def watch(tally: Tally) -> None:
            ended = tally.done + tally.failed
            bar.update(task, completed=ended, total=tally.total, words=pace.words(tally))

        yield watch
