"""The command ``tokenmarket hindcast``. Heavy imports wait inside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.kept import runs_of
from scenarios.cli.options import AsJson, Quiet
from scenarios.cli.own import takes_own

EXAMPLES: Final = """Examples:

* `tokenmarket hindcast` eight seeds to December 2025, a few minutes on two cores

* `tokenmarket hindcast --until 2026-08 --json` the same and eight months more, for machines

* `tokenmarket hindcast --plot hindcast.png` with a picture; runs that are there are not run again
"""

Plot = Annotated[Path | None, typer.Option(help="Draw it: .png, .svg or .pdf.", show_default=False)]


def hindcast_command(
    until: Annotated[str, typer.Option(metavar="MONTH", help="Last month.")] = "2025-12",
    seeds: Annotated[int, typer.Option(help="Runs, each with a seed and a set of fitted parameters.", min=1)] = 8,
    users: Annotated[int, typer.Option(help="Simulated users.", min=50, max=100_000)] = 120,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes [default: one a core].", show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder of the runs; what it holds is not run again.")] = Path(
        "results/hindcast"
    ),
    as_json: AsJson = False,
    plot: Plot = None,
    quiet: Quiet = False,
) -> None:
    """Run the world of summer 2024 forward and hold it against what was observed: prices, rents, shares.

    Bands are over seeds and over the sets of parameters that came nearest to the world until June 2025, so that what
    came after is a test; of those until December 2025 where months after it are asked for. Machines, releases and
    demand are fed; no price is.

    Observed beside 'H100 on-demand' are lists of the same sellers, beside 'H100 spot' lists of machines that may be
    taken back, beside 'H100 one-year' those of machines that are reserved.
    """
    from scenarios.loading.scenarios import load
    from scenarios.studies.hindcast.bands import bands, covered, records
    from scenarios.studies.hindcast.fitting import fitted_sets
    from scenarios.studies.hindcast.forecasts import errors
    from scenarios.studies.hindcast.goals import goals
    from scenarios.studies.hindcast.observed import observed
    from scenarios.studies.hindcast.study import task_of

    if plot is not None:
        from scenarios.pictures.picture_path import checked_picture_path

        checked_picture_path(plot)
    task = task_of(load("hindcast", sets or []), until, range(1, seeds + 1), users, fitted_sets(until))
    runs = runs_of(task, "hindcast", out, workers, quiet=quiet)
    found = bands(runs, observed())
    if plot is not None:
        from scenarios.studies.hindcast.picture import draw

        draw(found, plot)
    if as_json:
        typer.echo(json.dumps(records(found), indent=2, allow_nan=False))
        return
    from scenarios.cli.hindcast_report import hindcast_report
    from scenarios.text.console import console

    how_often, missed = covered(found), errors(found)
    console().print(hindcast_report(found, how_often, missed, goals(found, runs, missed, how_often)))
    if plot is not None:
        typer.echo(f"wrote {plot}")


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="hindcast", epilog=EXAMPLES)(takes_own(hindcast_command))
