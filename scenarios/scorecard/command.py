"""The command ``tokenmarket evidence``."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

import typer


def evidence_command(
    seeds: Annotated[int, typer.Option(help="Seeds of each scenario.", min=1, max=1000)] = 8,
    users: Annotated[int, typer.Option(help="Simulated users.", min=10, max=1_000_000)] = 2_000,
    workers: Annotated[int, typer.Option(help="Processes.", min=1, max=256)] = 2,
    only: Annotated[list[int] | None, typer.Option("--only", help="Number of a statement; again for more.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Hold the model against the sources' ten statements: hit or miss, over seeds. Takes some twenty minutes."""
    from rich.console import Console
    from rich.progress import Progress

    from capacity.errors import InputError
    from scenarios.scorecard.run import score
    from scenarios.scorecard.statements import STATEMENTS

    known = {statement.number for statement in STATEMENTS}
    for number in only or ():
        if number not in known:
            raise InputError(f"statement {number} is unknown; known: 1 to {max(known)}")
    chosen = [s for s in STATEMENTS if not only or s.number in only]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("runs", total=None)
        outcomes = score(
            seeds, users, workers, chosen, lambda done, total: progress.update(bar, completed=done, total=total)
        )
    records = [_record(outcome) for outcome in outcomes]
    if as_json:
        typer.echo(json.dumps(records, indent=2, allow_nan=False))
        return
    _print(records)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _record(outcome: Any) -> dict[str, Any]:
    check = outcome.check
    meaning = (check.measure.__doc__ or "").strip().split("\n")[0]
    return {
        "statement": outcome.statement.number, "text": outcome.statement.text, "source": outcome.statement.source,
        "scenario": check.scenario, "against": check.against, "measure": check.measure.__name__, "meaning": meaning,
        "expected_low": _number(check.low), "expected_high": _number(check.high), "mean": _number(outcome.mean),
        "low": _number(outcome.low), "high": _number(outcome.high), "seeds": outcome.seeds, "hit": outcome.hit,
    }  # fmt: skip


def _print(records: list[dict[str, Any]]) -> None:
    from scenarios.tables import console, table

    last = None
    shown = console()
    for r in records:
        if r["statement"] != last:
            last = r["statement"]
            shown.print(f"\n[bold]{last}. {r['text']}[/bold] ({r['source']})")
            rows = table("", ["scenario", "measure", "expected", "mean", "90 % interval", ""])
            for q in (q for q in records if q["statement"] == last):
                versus = f" less {q['against']}" if q["against"] else ""
                low, high = q["expected_low"], q["expected_high"]
                expected = f">= {low:g}" if high is None else f"<= {high:g}"
                mean = "-" if q["mean"] is None else f"{q['mean']:.3g}"
                span = "-" if q["low"] is None else f"{q['low']:.3g} to {q['high']:.3g}"
                rows.add_row(q["scenario"] + versus, q["meaning"], expected, mean, span, "hit" if q["hit"] else "MISS")
            shown.print(rows)
    hits = sum(r["hit"] for r in records)
    shown.print(f"{hits} of {len(records)} checks are hits; {records[0]['seeds']} seeds each.")
