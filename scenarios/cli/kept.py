"""Runs of a study that a command waits for. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from scenarios.studies.kept_runs import Study


def runs_of(study: Study, label: str, out: Path, workers: int | None, *, quiet: bool) -> list[dict[str, Any]]:
    """All runs of a study, with a bar; Ctrl-C keeps those that are done."""
    import os

    from scenarios.studies.kept_runs import all_runs
    from scenarios.text.progress_bar import runs_bar

    try:
        with runs_bar(label, quiet=quiet) as tell:
            return all_runs(study, out, workers or os.cpu_count() or 1, tell)
    except KeyboardInterrupt:
        typer.echo("tokenmarket: stopped; finished runs are kept, and the same command goes on", err=True)
        raise typer.Exit(130) from None
