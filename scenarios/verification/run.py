"""Running the checks."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from capacity.errors import UnknownNameError, nearest
from scenarios.verification.check import CHECKS, CheckRow

#: Files of checks, in the order of the report; importing a file is what adds its checks.
FILES = (
    "auctions", "walras", "pricing", "rising_cost", "competitors", "full_rivals", "nests", "menus", "full_cost",
    "cells", "lock_in", "blocks", "parts", "sticky", "adoption", "incomes", "contexts", "overflow",
    "capacity", "queueing", "leaving_ranks", "queues", "deferral", "tiers", "answering_waits", "quotas", "machines",
    "budgets", "vintages", "rack_makers", "investing", "training", "default", "takeovers",
)  # fmt: skip
for file in FILES:
    import_module(f"{__package__}.{file}")


def verify(names: Sequence[str] | None = None, progress: bool = True) -> list[CheckRow]:
    """Run the checks of these names, or all, and return every finding.

    Args:
        names: names of checks, as in ``CHECKS``; None for all.
        progress: whether to draw a progress bar on stderr.
    """
    chosen = list(CHECKS) if names is None else list(names)
    for name in chosen:
        if name not in CHECKS:
            raise UnknownNameError(f"unknown check '{name}'{nearest(name, list(CHECKS))}; known: {', '.join(CHECKS)}")
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not progress,
    )
    rows: list[CheckRow] = []
    with bar:
        task = bar.add_task("checks", total=len(chosen))
        for name in chosen:
            bar.update(task, description=CHECKS[name].theory)
            rows += CHECKS[name].rows()
            bar.advance(task)
    return rows
