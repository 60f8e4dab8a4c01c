"""The command ``tokenmarket evidence``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import AsJson, Quiet, Users

if TYPE_CHECKING:
    from scenarios.studies.scorecard.statements import Statement

EXAMPLES = """Examples:

* `tokenmarket evidence` all ten statements and what real sellers did, 8 seeds each

* `tokenmarket evidence --sellers --seeds 4 --users 500` only what real sellers did; a quarter of an hour

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
    sellers: Annotated[
        bool,
        typer.Option("--sellers", help="Only what real sellers did with their lists (and --only)."),
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder of the batch of runs; what it holds is not run again.")] = Path(
        "results/evidence"
    ),
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against the sources' ten statements and what real sellers did: hit or miss, over seeds.

    The ranges were written down before the scenarios were tuned. It is a batch of runs, some of three years: all of it
    takes about an hour on two cores. It can be stopped and goes on where it was.
    """
    from capacity.errors import InputError
    from scenarios.batches.store.folder import resume_hint
    from scenarios.batches.work.running import run_batch
    from scenarios.studies.scorecard.judging import evidence_study, judge
    from scenarios.studies.scorecard.records import records_of

    if as_json and markdown:
        raise InputError("--json and --markdown ask for two different prints: give one of them")
    chosen = _chosen(only or [], sellers=sellers)
    folder = out.with_name("-".join([out.name, *map(str, sorted(set(only or []))), *(["sellers"] if sellers else [])]))
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
        _print_markdown(records, seeds, users)
    else:
        _print(records)
    if failed:
        typer.echo(f"tokenmarket: {failed} runs failed, see '{folder}'", err=True)
        raise typer.Exit(1)


def _chosen(only: list[int], *, sellers: bool) -> list[Statement]:
    """All of it, or the statements of these numbers and, if asked for, what real sellers did."""
    from capacity.errors import InputError
    from scenarios.studies.scorecard.sellers import sellers as what_sellers_did
    from scenarios.studies.scorecard.statements import STATEMENTS

    known = {statement.number for statement in STATEMENTS}
    for number in only:
        if number not in known:
            raise InputError(f"--only is {number}, but statements are numbered 1 to {max(known)}")
    chosen = [s for s in STATEMENTS if s.number in only or not (only or sellers)]
    return [*chosen, what_sellers_did()] if sellers or not only else chosen


def _print_markdown(records: list[dict[str, Any]], seeds: int, users: int) -> None:
    from scenarios.studies.scorecard.records import markdown_table, parts, sellers_markdown

    for part, made in zip(parts(records), (markdown_table, sellers_markdown), strict=True):
        if part:
            typer.echo(made(part, seeds, users))


def _print(records: list[dict[str, Any]]) -> None:
    from scenarios.studies.scorecard.records import HEADS, SELLERS_HEADS, cells, hits, parts, sellers_cells, sources
    from scenarios.text.console import console

    shown = console()
    statements, sellers = parts(records)
    for number in dict.fromkeys(r["statement"] for r in statements):
        rows = [r for r in statements if r["statement"] == number]
        _print_block(rows, HEADS, cells, rows[0]["source"])
    if statements:
        shown.print(hits(statements))
    if sellers:
        _print_block(sellers, SELLERS_HEADS, sellers_cells, "sources below")
        shown.print(hits(sellers), "", sep="\n")
        shown.print(*sources(sellers), sep="\n", style="dim", markup=False)


def _print_block(
    rows: list[dict[str, Any]], heads: Sequence[str], cells: Callable[[dict[str, Any]], list[str]], source: str
) -> None:
    from rich.text import Text

    from scenarios.text.console import console, table

    shown, first = console(), rows[0]
    shown.print(Text.assemble("\n", (f"{first['statement']}. {first['text']}", "bold"), f" ({source})"))
    made = table("", list(heads))
    for column in made.columns[:2]:
        column.justify = "left"
    for row in rows:
        made.add_row(*cells(row))
    shown.print(made)


def register(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(name="evidence", epilog=EXAMPLES)(evidence_command)
