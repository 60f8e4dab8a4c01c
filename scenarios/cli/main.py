"""The ``tokenmarket`` command. Heavy imports wait inside the commands, so that --help answers at once."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scenarios.cli import app as app_command
from scenarios.cli import (
    batch,
    calibrate,
    capacity,
    compare,
    costs,
    dashboard,
    events,
    evidence,
    explain,
    export,
    fit,
    forecast,
    forward,
    growth_map,
    hindcast,
    laws,
    moments,
    report,
    run,
    scenarios,
    statements,
    trace,
    verify,
)
from scenarios.cli.stopping import end_in_order


class Commands(TyperGroup):
    """The commands, of which any may be stopped at any moment."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the one that was asked for; what it kept of its work, it has said itself."""
        try:
            end_in_order()
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("tokenmarket: stopped", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Commands,
    name="tokenmarket",
    help="An agent-based model of the market for AI tokens, on a physical model of inference throughput.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
#: What a person wants, and the commands for it, in the order of --help.
COMMANDS = {
    "Run a market, and look at it": (
        run,
        dashboard,
        explain,
        forward,
        statements,
        scenarios,
        report,
        export,
        app_command,
    ),
    "Many runs": (batch, compare, growth_map, forecast, events),
    "Hold it against theory, sources and the world": (verify, laws, evidence, moments, hindcast),
    "With data of your own": (fit, trace),
    "What machines can serve, and at what cost": (capacity, costs, calibrate),
}


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"tokenmarket {version('tokenmarket')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """An agent-based model of the market for AI tokens, on a physical model of inference throughput."""


for panel, commands in COMMANDS.items():
    for command in commands:
        ready, groups = len(app.registered_commands), len(app.registered_groups)
        command.register(app)
        for one in app.registered_commands[ready:]:
            one.rich_help_panel = panel
        for group in app.registered_groups[groups:]:
            group.rich_help_panel = panel


def main() -> None:
    """Run the command; what a person got wrong is one line on stderr and exit status 2."""
    try:
        app(prog_name="tokenmarket")
    except (Exception, SystemExit) as error:  # a rule of a person's own may not end the program unseen
        said = _in_a_line(error)
        if said is None:
            raise
        typer.echo(f"tokenmarket: {' '.join(said.split())}", err=True)
        sys.exit(2)


def _in_a_line(error: Exception | SystemExit) -> str | None:
    """What is wrong, if it is none of the program's: of what a person gave, or of the machine."""
    if isinstance(error, SystemExit):  # so every command ends
        own_files = sys.modules.get("scenarios.loading.own_files")
        return (own_files.in_own_code(error) or None) if own_files else None
    from capacity.errors import InputError
    from scenarios.loading.own_files import in_own_code

    if isinstance(error, InputError):
        return str(error)
    if said := in_own_code(error):
        return said
    if isinstance(error, OSError):  # a disk that is full or gone, a name too long
        name = f"'{error.filename}': " if error.filename else ""
        return f"{name}{error.strerror or error}"
    return None


if __name__ == "__main__":
    main()
