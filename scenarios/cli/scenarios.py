"""The commands ``tokenmarket scenarios`` and ``tokenmarket scenarios show NAME``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import AsJson
from scenarios.cli.own import takes_own

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario

app = typer.Typer(
    name="scenarios",
    help="The scenarios: what each asks, and its parameters with units and sources.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

SETS = typer.Option("--set", help="Change a parameter: path=value, as in supply.growth=5. May be repeated.")


def register(root: typer.Typer) -> None:
    """Add the commands to the root command."""
    root.add_typer(app)


@app.callback(
    epilog="""Examples:

* `tokenmarket scenarios` every scenario with its question

* `tokenmarket scenarios show compute-crunch` all its parameters, with units and sources

* `tokenmarket scenarios show compute-crunch --changes` what differs from the baseline

* `tokenmarket scenarios --with mine.py` also those that a file of your own defines

* `tokenmarket scenarios show mine.toml --set supply.growth=5 --toml > resolved.toml`
"""
)
@takes_own
def scenarios(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """List the scenarios with their questions."""
    if context.invoked_subcommand is not None:
        return
    from scenarios.library import SCENARIOS

    if as_json:
        listed = [
            {"name": s.name, "question": s.question, "source": s.source, "variants": list(s.variants)}
            for s in SCENARIOS.values()
        ]
        typer.echo(json.dumps(listed, indent=2))
        return
    from scenarios.text.console import WIDE, console, table

    out = console()
    made = table("scenarios", ("scenario", "question", "variants"))
    made.columns[1].justify = made.columns[2].justify = "left"
    made.columns[0].no_wrap = out.width >= WIDE
    for one in SCENARIOS.values():
        made.add_row(one.name, one.question, ", ".join(one.variants))
    out.print(made)
    typer.echo("`tokenmarket scenarios show NAME` prints the parameters of one.")


@app.command()
@takes_own
def show(
    name: Annotated[str, typer.Argument(help="A scenario of the library, or a TOML file.")],
    sets: Annotated[list[str] | None, SETS] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only what differs from what it extends.")] = False,
    toml: Annotated[bool, typer.Option("--toml", help="Print the resolved scenario as TOML.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the resolved parameters of a scenario, with units and sources."""
    from scenarios.loading.parameter_rows import rows
    from scenarios.loading.scenarios import load

    scenario = load(name, sets or [])
    if toml:
        typer.echo(scenario.to_toml(), nl=False)
    elif as_json:
        typer.echo(json.dumps(rows(scenario, only_changes=changes), indent=2, default=str))
    else:
        _print(scenario, only_changes=changes)


def _print(scenario: Scenario, *, only_changes: bool) -> None:
    from rich.text import Text

    from scenarios.loading.parameter_rows import rows
    from scenarios.text.console import WIDE, console, table
    from scenarios.text.values import as_written

    out = console()
    out.print(Text.assemble((scenario.name, "bold"), f"  {scenario.question}"))
    out.print(f"source: {scenario.source or 'none given'}   extends: {scenario.extends or 'nothing'}", highlight=False)
    made = table("", ("parameter", "value", "unit", "baseline", "source"))
    made.columns[2].justify = made.columns[4].justify = "left"
    if out.width >= WIDE:
        made.columns[0].no_wrap = True
        made.columns[2].min_width = 8
    section = ""
    for row in rows(scenario, only_changes=only_changes):
        above, _, name = row["path"].rpartition(".")
        if above != section:
            section = above
            made.add_row(Text(above, style="bold"), "", "", "", "")
        was = as_written(row["baseline"]).strip("'") if "baseline" in row else ""
        made.add_row(f"  {name}", _short(row["value"]), row["unit"], was, row["source"])
    out.print(made)
    if scenario.variants:
        out.print("variants", style="bold")
        for name, changed in scenario.variants.items():
            out.print(
                f"  {name}: " + ", ".join(f"{path} = {as_written(value)}" for path, value in changed.items()),
                highlight=False,
            )
    if scenario.outcomes:
        out.print("outcomes", style="bold")
        for one in scenario.outcomes:
            wanted = f" expected {one.expected}" if one.expected != "reported" else ""
            out.print(f"  {one.measure} against {one.against}:{wanted or ' reported'}  {one.source}", highlight=False)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(_short(one) for one in value) or "none"
    return str(value)
