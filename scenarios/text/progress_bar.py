"""Bars on stderr while one waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

#: What takes no longer than this [s] needs no bar.
UNNOTICED: Final = 2.0


@contextmanager
def progress_bar(label: str, ticks: int, *, quiet: bool = False) -> Iterator[Callable[[int], None] | None]:
    """A bar on stderr with the day and the time left; nothing if quiet."""
    if quiet:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("ticks"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=ticks)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def late_bar(label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's stderr that shows after two seconds; it is told how much is done, and of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
    task, began = bar.add_task(label), time.monotonic()

    def tell(done: int, of: int) -> None:
        bar.update(task, completed=done, total=of)
        if time.monotonic() - began > UNNOTICED:
            bar.start()

    try:
        yield tell
    finally:
        bar.stop()


@contextmanager
def runs_bar(label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr of long runs; it is told how many are done, and of how many."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task(label)
        yield lambda done, of: bar.update(task, completed=done, total=of)
