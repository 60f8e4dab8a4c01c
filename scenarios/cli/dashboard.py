"""The command ``tokenmarket dashboard``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.own import takes_own

PICTURE = "dashboard.png"
BATCH = "batch.json"
EXAMPLES = """Examples:

* `tokenmarket dashboard results/baseline-2026-seed1` eight charts, those in which something happens

* `tokenmarket dashboard results/baseline-2026-seed1 --all` all fifteen

* `tokenmarket dashboard results/mine --all --with mine.py` also the charts of a file of your own

* `tokenmarket dashboard results/baseline-2026-seed1 --out market.pdf`

* `tokenmarket dashboard results/off-peak-batch` all runs of a batch, case by case
"""


def dashboard(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a batch.", metavar="DIR")],
    out: Annotated[
        Path | None, typer.Option(help=f".png, .svg or .pdf [default: DIR/{PICTURE}].", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Of a run: all charts, not the eight that tell most of it.")
    ] = False,
) -> None:
    """Draw the one-page picture of a run, or of a batch with intervals over its seeds."""
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.results import run_folder

    path = folder / PICTURE if out is None else out
    if (folder / BATCH).is_file():
        from scenarios.batches import open_batch
        from scenarios.pictures import batch_dashboard

        batch = open_batch(folder)
        checked_picture_path(path)
        batch_dashboard.draw(batch, path)
    else:
        from scenarios.loading.scenarios import of_run
        from scenarios.pictures.chart_options import chart_options
        from scenarios.pictures.dashboard import draw

        result = run_folder.read(folder)
        checked_picture_path(path)
        kept = folder / run_folder.PARAMETERS
        options = chart_options(result, of_run(kept, result.about) if kept.is_file() else None)
        draw(result, path, options, everything=everything)
    typer.echo(f"wrote {path}")


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(takes_own(dashboard))
