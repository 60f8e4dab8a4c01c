"""The command ``tokenmarket growth-map``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.options import Quiet, Users

PICTURE: Final = "growth-map.png"
EXAMPLES = """Examples:

* `tokenmarket growth-map` one year, 30 pairs of growth, with and without ways out; about half an hour on two cores

* `tokenmarket growth-map --users 100 --days 28 --seeds 1` a rough one

* `tokenmarket compare results/growth-map --by demand.growth --measure spot-rise` the same runs as a table
"""


def growth_map_command(
    days: Annotated[float, typer.Option(help="Length in days, one week of each month.")] = 364.0,
    seeds: Annotated[int, typer.Option(help="Seeds of each pair.", min=1, max=1000)] = 2,
    users: Users = 300,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes [default: one a core].", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the batch; what it holds is not run again.")] = Path(
        "results/growth-map"
    ),
    picture: Annotated[
        Path | None, typer.Option(help=f".png, .svg or .pdf [default: OUT/{PICTURE}].", show_default=False)
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Draw where prices rise, queues grow and quotas bind, by growth of demand and of supply.

    Left: nothing but machines in racks. Right: coders may buy machines of their own, and work for a token halves
    every year. It can be stopped and goes on where it was.
    """
    from scenarios.batches.store.folder import resume_hint
    from scenarios.batches.work.running import run_batch
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.studies.growth_map import study_of_the_map
    from scenarios.studies.growth_map_picture import draw

    if picture is not None:
        checked_picture_path(picture)
    study = study_of_the_map(days, seeds, users)
    try:
        batch = run_batch(study, out, workers=workers, resume=True, quiet=quiet)
    except KeyboardInterrupt:
        typer.echo(f"tokenmarket: stopped; finished runs are kept, {resume_hint(out)}", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"wrote {draw(batch, batch.folder / PICTURE if picture is None else picture)}")
    if failed := batch.state.count("failed"):
        typer.echo(f"tokenmarket: {failed} runs failed, see '{out}'", err=True)
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="growth-map", epilog=EXAMPLES)(growth_map_command)
