"""The command ``tokenmarket laws``. Heavy imports wait inside it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.printing import print_json

EXAMPLES: Final = """Examples:

* `tokenmarket laws mine.py` what mine.py adds, each law as often as the tests of this package try it

* `tokenmarket laws mine.py --examples 500` more of them: slower, and finds what is rare

* `tokenmarket laws mine.py --json`
"""
#: Seconds that a law has at most: a clock cannot be set to any number.
A_DAY: Final = 86_400
#: What is said where hypothesis is not installed.
LACKING: Final = (
    "laws are tried on examples that hypothesis makes, and it is not installed: pip install 'tokenmarket[laws]'"
)


def laws(
    file: Annotated[Path, typer.Argument(help="A Python file with rules, policies or mechanisms of your own.")],
    examples: Annotated[
        int | None,
        typer.Option("--examples", min=1, help="Examples of each law [default: 8 to 40, as in the tests]."),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option("--seconds", help="Time that a law has, 1 to 86400; one that takes longer counts as broken."),
    ] = 120.0,
    as_json: AsJson = False,
) -> None:
    """Hold what a file of your own adds to the laws of its kind; exit status 1 if one is broken.

    The same examples are tried every time. A loop without an end is ended after --seconds, in a law or on import.
    """
    from capacity.errors import InputError, require

    require("--seconds", seconds, at_least=1, at_most=A_DAY)
    if find_spec("hypothesis") is None:
        raise InputError(LACKING)

    from scenarios.cli import laws_report as report
    from scenarios.laws.run import bases, hold_to_laws
    from scenarios.laws.time_limit import TimeUpError, time_limit
    from scenarios.loading.own_files import load_own_file
    from scenarios.text.console import console
    from scenarios.text.progress_bar import late_bar

    try:
        with time_limit(seconds):
            own = load_own_file(file)
    except TimeUpError as error:
        raise InputError(f"{file}: its import {error}: allowed are --seconds {seconds:g}") from error
    lawful = [cls for cls in own.kinds if issubclass(cls, tuple(bases()))]
    if not lawful:
        raise InputError(report.nothing_to_try(file, own.kinds, bases()))
    with late_bar("laws") as progress:
        verdicts = hold_to_laws(lawful, examples, progress, seconds)
    without = [cls for cls in own.kinds if cls not in lawful]
    if as_json:
        print_json(report.record(own.source.path, own.source.sha256, verdicts, without))
    else:
        console().print(report.report(file, verdicts, without))
    if any(verdict.broken for verdict in verdicts):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(epilog=EXAMPLES)(laws)
