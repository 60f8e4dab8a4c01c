"""The command ``tokenmarket forecast``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.kept import runs_of
from scenarios.cli.options import AsJson, Quiet
from scenarios.cli.own import takes_own
from scenarios.cli.printing import warn

EXAMPLES: Final = """Examples:

* `tokenmarket forecast` the crunch: when does what rise, and with which probability

* `tokenmarket forecast off-peak --draws 4 --users 50 --days 28` another scenario, roughly

* `tokenmarket forecast --when spot=3x --when refused=0.2` other events

* `tokenmarket forecast --plot fans.png --json` fans as a picture, and all for machines; what is there is not run again
"""

WHEN_HELP: Final = (
    "SERIES=2x: twice its start; SERIES=0.1: in its unit. Series: spot, 'standard list', 'open list', refused, wait. "
    "Again for more."
)
Draws = Annotated[int, typer.Option(help="Runs, each with a seed and a set of fitted parameters.", min=2, max=100_000)]
Days = Annotated[float | None, typer.Option(help="Length [default: the scenario's].", min=1.0, show_default=False)]
Workers = Annotated[int | None, typer.Option(help="Processes [default: one a core].", min=1, show_default=False)]
Out = Annotated[Path, typer.Option(help="Folder of the runs; what it holds is not run again.")]


def forecast_command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario, or a TOML file.")] = "compute-crunch",
    draws: Draws = 12,
    users: Annotated[int, typer.Option(help="Simulated users.", min=20, max=1_000_000)] = 200,
    days: Days = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a parameter.")] = None,
    when: Annotated[list[str] | None, typer.Option(metavar="SERIES=SIZE", help=WHEN_HELP)] = None,
    workers: Workers = None,
    out: Out = Path("results/forecast"),
    plot: Annotated[Path | None, typer.Option(help="Draw it: .png, .svg or .pdf.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what comes of a scenario, and when, with which probability: bands over what the baseline's fit leaves open.

    Each run has one of the sets of parameters that do about as well as the fit, and a seed of its own; the same in
    every scenario. What the scenario sets itself is its premise, and is not drawn.
    """
    from scenarios.loading.scenarios import load
    from scenarios.runs.idle import idle
    from scenarios.studies.forecast.fans import EVENTS, chances, event_of, fans
    from scenarios.studies.forecast.task import task_of

    if plot is not None:
        from scenarios.pictures.picture_path import checked_picture_path

        checked_picture_path(plot)
    events = [event_of(text) for text in when] if when else list(EVENTS)
    asked = load(scenario, [*(sets or []), *([f"time.days={days}"] if days is not None else [])])
    warn(idle(asked, asked.calendar().ticks_in(asked.time.days)))
    runs = runs_of(task_of(asked, draws, users), asked.name, out, workers, quiet=quiet)
    found, likely = fans(runs), chances(runs, events)
    if plot is not None:
        from scenarios.studies.forecast.picture import draw

        draw(found, likely, f"{asked.name}: {len(runs)} runs over sets of parameters that fit about as well", plot)
    if as_json:
        from scenarios.cli.printing import print_json

        print_json({"runs": len(runs), "fans": found.to_dict("records"), "events": likely.to_dict("records")})
        return
    from scenarios.cli.forecast_report import forecast_report
    from scenarios.text.console import console

    console().print(forecast_report(asked.name, len(runs), found, likely))
    if plot is not None:
        typer.echo(f"wrote {plot}")


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="forecast", epilog=EXAMPLES)(takes_own(forecast_command))
