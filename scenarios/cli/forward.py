"""The command ``tokenmarket forward``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.printing import print_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from scenarios.studies.forward import Forward

EXAMPLES: Final = """Examples:

* `tokenmarket forward results/rack-market-seed1` what spot and contracts were expected to cost, date by date

* `tokenmarket forward results/rack-market-seed* --plot forward.png` ranges over the seeds, and a picture

* `tokenmarket forward results/rack-market-seed1 --every 7 --rack-hours --json` weekly, by the rack-hour, for machines
"""
#: Times ahead that are told in a terminal.
TOLD: Final = ("now", "3 months", "1 year", "3 years")


def forward_command(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of runs that differ in seeds or parameters.", metavar="DIR...")
    ],
    every: Annotated[float, typer.Option(help="Days between two dates.", min=1.0, max=3660.0)] = 30.4375,
    rack_hours: Annotated[bool, typer.Option("--rack-hours", help="USD per rack-hour, not per H100-hour.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw it to this .png, .svg or .pdf.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the market expected spot and contracts to cost at each date, and how far off it was.

    Of several runs the mean, and the lowest and highest in brackets; they may differ in seeds, or in parameters (a
    range over sets of these). The chart `rentals` draws spot, list and one year as they came.
    """
    from scenarios.pictures.picture_path import checked_picture_path
    from scenarios.results import run_folder
    from scenarios.studies.forward import forward, records
    from scenarios.text.console import console

    if plot is not None:
        checked_picture_path(plot)
    found = forward([run_folder.read(folder).frames for folder in folders], every, per_h100=not rack_hours)
    unit = "USD per rack-hour" if rack_hours else "USD per H100-hour"
    if plot is not None:
        from scenarios.studies.forward_picture import draw

        draw(found, plot, unit)
    if as_json:
        print_json({"unit": unit, **records(found), "wrote": [str(plot)] if plot is not None else []})
        return
    console().print(_report(found, unit))
    if plot is not None:
        typer.echo(f"wrote {plot}")


def _report(found: Forward, unit: str) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from scenarios.text.console import table

    columns = ["date", *(f"spot, {ahead}" for ahead in TOLD), "on-demand list", "for 1 year", "for 3 years"]
    made = table(f"Expected at each date, {unit}", columns)
    for time, rows in found.curve.groupby("time", sort=False):
        by_ahead = rows.set_index(rows["ahead"].astype(str))
        spots = [_range(by_ahead.loc[ahead], "spot", found.runs) for ahead in TOLD]
        terms = [_range(by_ahead.loc[ahead], "term", found.runs) for ahead in ("1 year", "3 years")]
        listed = _range(by_ahead.loc[TOLD[0]], "listed", found.runs) if (rows["listed"] > 0).any() else "-"
        made.add_row(f"{time:%Y-%m-%d}", *spots, listed, *terms)
    if found.errors.empty:
        return Group(made, Text("The runs end before any of these dates has come, so errors cannot be told."))
    errors = table("Expected over what came, less 1", ["ahead", "dates", "mean", "root mean square"])
    for row in found.errors.itertuples():
        errors.add_row(str(row.ahead), str(row.told), f"{row.mean:+.1%}", f"{row.rms:.1%}")
    return Group(made, errors)


def _range(row: object, name: str, runs: int) -> str:
    low, mean, high = (float(row[key]) for key in (f"{name}_min", name, f"{name}_max"))  # type: ignore[index]
    return f"{mean:.3g}" if runs == 1 else f"{mean:.3g} ({low:.3g}-{high:.3g})"


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="forward", epilog=EXAMPLES)(forward_command)
