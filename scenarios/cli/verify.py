"""The command ``tokenmarket verify``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.own import takes_own


def verify_command(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Run this check; give it again for more.")
    ] = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
) -> None:
    """Compare the market with every exact answer of theory; exit status 1 if one is missed."""
    from rich.console import Console

    from scenarios.cli import verify_report as report
    from scenarios.verification.run import verify

    rows = verify(only or None, progress=Console(stderr=True).is_terminal)
    if as_json:
        typer.echo(json.dumps(report.records(rows), indent=2, allow_nan=False))
    elif markdown:
        typer.echo(report.markdown(rows))
    else:
        from scenarios.text.console import console

        out = console()
        out.print(report.report(rows, out.width))
    if not all(row.passed for row in rows):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="verify")(takes_own(verify_command))
