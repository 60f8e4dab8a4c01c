"""The command ``tokenmarket calibrate``. Heavy imports wait inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.own import catalogues
from scenarios.cli.printing import print_json

EXAMPLES: Final = """Examples:

* `tokenmarket calibrate` the measurements that come with the package

* `tokenmarket calibrate my-measurements.csv --draws 50 --json`
"""


def calibrate(
    file: Annotated[Path | None, typer.Argument(help="Measurements [default: the shipped ones].")] = None,
    draws: Annotated[int, typer.Option(help="Resamples for the range.", min=2, max=10_000)] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.", min=0)] = 0,
    extra: Annotated[
        Path | None, typer.Option("--with", help="A .toml or .py file with chips and architectures.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit efficiencies and latencies to measurements, and say how good the fit is on what it has not seen."""
    from rich.status import Status

    from capacity import measurements
    from capacity.errors import InputError
    from scenarios.cli import calibration_report as report
    from scenarios.text.console import console

    known = catalogues(extra)
    rows = measurements.read(file or measurements.shipped(), known.chips, known.architectures)
    if not len(rows):
        unread = "; ".join(f"{u.column} '{u.value}': {u.reason}" for u in rows.unread)
        raise InputError(f"no measurement could be used: {unread or 'the file has no rows'}")
    with Status(f"fitting to {len(rows)} measurements, {draws} resamples, about {draws // 2 + 12} s"):
        result = report.calibrate(rows, draws, seed)
    if as_json:
        print_json(result)
    else:
        console().print(report.calibration_report(result))


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(calibrate)
