"""The command ``tokenmarket evidence``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import AsJson, Quiet, Users

if TYPE_CHECKING:
    pass

EXAMPLES = """Examples:

* `tokenmarket evidence` all ten statements, 8 seeds each

* `tokenmarket evidence --only 3 --seeds 2 --users 300` one statement, quick and rough

* `tokenmarket evidence --out results/evidence` again: what is done is not done anew

* `tokenmarket evidence --markdown` a table for a page
"""


def evidence_command(
    seeds: Annotated[int, typer.Option(help="Seeds of each scenario.", min=2, max=1000)] = 8,
    users: Users = 2_000,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes [default: one a core].", show_default=False)
    ] = None,
    only: Annotated[list[int] | None, typer.Option("--only", help="Number of a statement; again for more.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the batch of runs; what it holds is not run again.")] = Path(
        "results/evidence"
    ),
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against the sources' ten statements: hit or miss, over seeds.

    The ranges were written down before the scenarios were tuned. It is a batch of runs, some of three years: with all
    statements it takes about half an hour on two cores. It can be stopped and goes on where it was.
    """
    from capacity.errors import InputError
    from scenarios.batches.store.folder import resume_hint
    from scenarios.batches.work.running import run_batch
    from scenarios.studies.scorecard.judging import evidence_study, judge
    from scenarios.studies.scorecard.records import markdown_table, records_of
    from scenarios.studies.scorecard.statements import STATEMENTS

    known = {statement.number for statement in STATEMENTS}
    for number in only or ():
        if number not in known:
            raise InputError(f"--only is {number}, but statements are numbered 1 to {max(known)}")
    if as_json and markdown:
        raise InputError("--json and --markdown ask for two different prints: give one of them")
    chosen = [s for s in STATEMENTS if not only or s.number in only]
    folder = out if not only else out.with_name(f"{out.name}-{'-'.join(map(str, sorted(set(only))))}")
    try:
        batch = run_batch(evidence_study(chosen, seeds, users), folder, workers=workers, resume=True, quiet=quiet)
    except KeyboardInterrupt:
        typer.echo(f"tokenmarket: stopped; finished runs are kept, {resume_hint(folder)}", err=True)
        raise typer.Exit(130) from None
    records = records_of(judge(batch.summaries, chosen))
    failed = batch.state.count("failed")
    if as_json:
        typer.echo(json.dumps(records, indent=2, allow_nan=False))
    elif markdown:
        typer.echo(markdown_table(records, seeds, users))
    else:
        _print(records)
    if failed:
        typer.echo(f"tokenmarket: {failed} runs failed, see '{folder}'", err=True)
        raise typer.Exit(1)


def _print(records: list[dict[str, Any]]) -> None:
    from rich.markup import escape

    from scenarios.studies.scorecard.records import HEADS, cells, hits
    from scenarios.text.console import console, table

    shown = console()
    for number in dict.fromkeys(r["statement"] for r in records):
        rows = [r for r in records if r["statement"] == number]
        shown.print(f"\n[bold]{number}. {escape(rows[0]['text'])}[/bold] ({escape(rows[0]['source'])})")
        made = table("", list(HEADS))
        for column in made.columns[:2]:
            column.justify = "left"
        for row in rows:
            made.add_row(*map(escape, cells(row)))
        shown.print(made)
    shown.print(hits(records))


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="evidence", epilog=EXAMPLES)(evidence_command)
