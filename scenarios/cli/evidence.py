"""The command ``tokenmarket evidence``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scenarios.studies.scorecard.judging import Verdict

EXAMPLES = """Examples:

* `tokenmarket evidence` all ten statements, 8 seeds each

* `tokenmarket evidence --only 3 --seeds 2 --users 300` one statement, quick and rough

* `tokenmarket evidence --out results/evidence` again: what is done is not done anew

* `tokenmarket evidence --markdown` a table for a page
"""


def evidence_command(
    seeds: Annotated[int, typer.Option(help="Seeds of each scenario.", min=2, max=1000)] = 8,
    users: Annotated[int, typer.Option(help="Simulated users.", min=10, max=1_000_000)] = 2_000,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes [default: one a core].", show_default=False)
    ] = None,
    only: Annotated[list[int] | None, typer.Option("--only", help="Number of a statement; again for more.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the batch of runs; what it holds is not run again.")] = Path(
        "results/evidence"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Hold the model against the sources' ten statements: hit or miss, over seeds.

    The ranges were written down before the scenarios were tuned. It is a batch of runs, some of three years: with all
    statements it takes about half an hour on two cores. It can be stopped and goes on where it was.
    """
    from capacity.errors import InputError
    from scenarios.batches.store.folder import resume_hint
    from scenarios.batches.work.running import run_batch
    from scenarios.studies.scorecard.judging import judge, study_of
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
        batch = run_batch(study_of(chosen, seeds, users), folder, workers=workers, resume=True, quiet=quiet)
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


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def records_of(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as plain values."""
    return [_record(verdict) for verdict in verdicts]


def _record(verdict: Verdict) -> dict[str, Any]:
    from scenarios.results.measures import MEASURES

    check, measure = verdict.check, MEASURES[verdict.check.measure]
    return {
        "statement": verdict.statement.number, "text": verdict.statement.text, "source": verdict.statement.source,
        "scenario": check.scenario, "against": check.against, "measure": measure.name, "unit": measure.unit,
        "meaning": measure.meaning, "expected_low": _number(check.low), "expected_high": _number(check.high),
        "mean": _number(verdict.mean), "low": _number(verdict.low), "high": _number(verdict.high),
        "seeds": verdict.seeds, "hit": verdict.hit,
    }  # fmt: skip


def _cells(record: dict[str, Any]) -> list[str]:
    """Scenario, what is measured, expected, mean, interval, verdict."""
    from scenarios.results.measures.measure import SHARE

    low, high = record["expected_low"], record["expected_high"]
    meaning = record["meaning"] + (f" [{record['unit']}]" if record["unit"] not in ("1", SHARE) else "")
    return [
        record["scenario"] + (f" less {record['against']}" if record["against"] else ""), meaning,
        f"at least {low:g}" if high is None else f"at most {high:g}",
        "-" if record["mean"] is None else f"{record['mean']:.3g}",
        "-" if record["low"] is None else f"{record['low']:.3g} to {record['high']:.3g}",
        "hit" if record["hit"] else "MISS",
    ]  # fmt: skip


HEADS = ("scenario", "measure", "expected", "mean", "90 % interval", "")


def _print(records: list[dict[str, Any]]) -> None:
    from rich.markup import escape

    from scenarios.text.console import console, table

    shown = console()
    for number in dict.fromkeys(r["statement"] for r in records):
        rows = [r for r in records if r["statement"] == number]
        shown.print(f"\n[bold]{number}. {escape(rows[0]['text'])}[/bold] ({escape(rows[0]['source'])})")
        made = table("", list(HEADS))
        for column in made.columns[:2]:
            column.justify = "left"
        for row in rows:
            made.add_row(*map(escape, _cells(row)))
        shown.print(made)
    shown.print(_hits(records))


def _hits(records: list[dict[str, Any]]) -> str:
    hits, seeds = sum(r["hit"] for r in records), max(r["seeds"] for r in records)
    return f"{hits} of {len(records)} checks are hits, {seeds} seeds each."


def markdown_table(records: list[dict[str, Any]], seeds: int, users: int) -> str:
    """The scorecard as a table for a page."""
    lines = [
        f"{_hits(records)} Printed by `tokenmarket evidence --seeds {seeds} --users {users} --markdown`.", "",
        "| | " + " | ".join(HEADS) + " |", "|---" * (len(HEADS) + 1) + "|",
    ]  # fmt: skip
    lines += [f"| {row['statement']} | " + " | ".join(_cells(row)) + " |" for row in records]
    return "\n".join(lines)
