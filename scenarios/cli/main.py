"""The ``tokenmarket`` command. Heavy imports wait inside the commands, so that --help answers at once."""

from __future__ import annotations

import sys

import typer

from scenarios.cli import app as app_command
from scenarios.cli import (
    batch,
    calibrate,
    capacity,
    compare,
    costs,
    dashboard,
    evidence,
    explain,
    growth_map,
    report,
    run,
    scenarios,
    verify,
)

app = typer.Typer(
    name="tokenmarket",
    help="An agent-based model of the market for AI tokens, on a physical model of inference throughput.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
#: In the order of --help.
COMMANDS = (
    run,
    dashboard,
    explain,
    scenarios,
    batch,
    compare,
    app_command,
    report,
    verify,
    evidence,
    growth_map,
    capacity,
    costs,
    calibrate,
)


@app.callback()
def _root() -> None:
    """An agent-based model of the market for AI tokens, on a physical model of inference throughput."""


for command in COMMANDS:
    command.register(app)


def main() -> None:
    """Run the command; what a person got wrong is one line on stderr and exit status 2."""
    try:
        app()
    except ValueError as error:
        from capacity.errors import InputError

        if not isinstance(error, InputError):
            raise
        typer.echo(f"tokenmarket: {' '.join(str(error).split())}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
