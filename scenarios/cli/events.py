"""The command ``tokenmarket events``. Heavy imports wait inside it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from scenarios.cli.options import AsJson, Quiet
from scenarios.cli.own import takes_own

if TYPE_CHECKING:
    from rich.console import RenderableType

    from scenarios.definition.scenario import Scenario
    from scenarios.studies.hindcast.events import Difference

EXAMPLES: Final = """Examples:

* `tokenmarket events --list` real ones of October 2024 to December 2025, with what was observed

* `tokenmarket events --only "us-east-1 down" --seeds 3` would it have mattered?

* `tokenmarket events baseline-2026 --file mine.toml --days 14 --json` one's own events, in another scenario
"""


def events_command(
    scenario: Annotated[str, typer.Argument(metavar="[SCENARIO]", help="Scenario to lay them over.")] = "hindcast",
    file: Annotated[
        Path | None, typer.Option(help="TOML file with [[events]] [default: real ones].", show_default=False)
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this one; again for more.")] = None,
    days: Annotated[float, typer.Option(help="Days after it began that are compared.", min=1.0, max=3660.0)] = 30.0,
    seeds: Annotated[int, typer.Option(help="Pairs of runs.", min=1, max=1000)] = 1,
    users: Annotated[int, typer.Option(help="Simulated users.", min=50, max=100_000)] = 120,
    only_list: Annotated[bool, typer.Option("--list", help="Print them and run nothing.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Would it have mattered? Run a scenario with and without an event, on the same seed, and compare what follows."""
    from scenarios.loading.scenarios import load
    from scenarios.studies.hindcast.events import difference, events_in, library, with_event
    from scenarios.text.progress_bar import runs_bar

    path = library() if file is None else file
    known = events_in(path, only or [])
    base = load(scenario)
    pairs = [(one, with_event(base, one, str(path))) for one in known]
    if only_list:
        _print_list(pairs, as_json=as_json)
        return
    plan = _plan(base, pairs, days, seeds)
    if not quiet:
        typer.echo(f"tokenmarket: {plan}", err=True)
    found = []
    with runs_bar("events", quiet=quiet) as tell:
        tell(0, len(pairs))
        for number, (one, changed) in enumerate(pairs):
            found.append(difference(base, changed, str(one["name"]), days, users, range(1, seeds + 1)))
            tell(number + 1, len(pairs))
    if as_json:
        typer.echo(json.dumps([_record(one) for one in found], indent=2, allow_nan=False))
        return
    from scenarios.text.console import console

    console().print(_report(found, days, seeds))


def _plan(base: Scenario, pairs: list[tuple[dict[str, Any], Scenario]], days: float, seeds: int) -> str:
    """How much is run, and why; an event that no run comes to is refused."""
    from scenarios.studies.hindcast.events import counted, days_run

    lengths = [days_run(base, changed, str(one["name"]), days)[1] for one, changed in pairs]
    most = f"{'up to ' if len(set(lengths)) > 1 else ''}{counted(max(lengths), 'day')}"
    return (
        f"{counted(len(pairs) * seeds, 'pair')} of runs of {most}: each runs from the start of the scenario "
        f"({base.time.start}), since a market comes to its event by its own past, to {counted(days, 'day')} after the "
        "event began"
    )


def _record(one: Difference) -> dict[str, Any]:
    changes = {name: None if math.isnan(value) else value for name, value in one.changes.items()}
    return {"name": one.name, "kind": one.kind, "date": one.date.isoformat(), "observed": one.observed} | changes


def _print_list(pairs: list[tuple[dict[str, Any], Any]], *, as_json: bool) -> None:
    from scenarios.text.console import console, table

    if as_json:
        typer.echo(json.dumps([one for one, _ in pairs], indent=2, default=str))
        return
    made = table("Events", ["", "kind", "date", "of", "observed"])
    for column in made.columns:
        column.justify = "left"
    for one, _ in pairs:
        made.add_row(
            str(one["name"]),
            str(one["kind"]),
            str(one["date"]),
            ", ".join(one.get("of", [])) or "all",
            str(one.get("observed", "")),
        )
    console().print(made)


def _report(found: list[Difference], days: float, seeds: int) -> RenderableType:
    from scenarios.studies.hindcast.events import counted
    from scenarios.text.console import table

    names = list(found[0].changes)
    title = f"With the event over without it, {counted(days, 'day')} from its date, {counted(seeds, 'pair')} of runs"
    made = table(title, ["", "date", *names])
    for one in found:
        cells = ["-" if math.isnan(one.changes[name]) else f"{one.changes[name]:+.1%}" for name in names]
        made.add_row(one.name, one.date.isoformat(), *cells)
    return made


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="events", epilog=EXAMPLES)(takes_own(events_command))
