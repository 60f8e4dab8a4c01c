"""The scorecard as plain values, and as a table for a page."""

from __future__ import annotations

import math
from typing import Any

from scenarios.results.measures import MEASURES
from scenarios.results.measures.measure import SHARE
from scenarios.studies.scorecard.judging import Verdict

HEADS = ("scenario", "measure", "expected", "mean", "90 % interval", "")


def records_of(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as plain values."""
    return [_record(verdict) for verdict in verdicts]


def _record(verdict: Verdict) -> dict[str, Any]:
    check, measure = verdict.check, MEASURES[verdict.check.measure]
    return {
        "statement": verdict.statement.number, "text": verdict.statement.text, "source": verdict.statement.source,
        "scenario": check.scenario, "against": check.against, "measure": measure.name, "unit": measure.unit,
        "meaning": measure.in_full, "expected_low": _number(check.low), "expected_high": _number(check.high),
        "mean": _number(verdict.mean), "low": _number(verdict.low), "high": _number(verdict.high),
        "seeds": verdict.seeds, "hit": verdict.hit,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def cells(record: dict[str, Any]) -> list[str]:
    """Scenario, what is measured, expected, mean, interval, verdict."""
    low, high = record["expected_low"], record["expected_high"]
    meaning = record["meaning"] + (f" [{record['unit']}]" if record["unit"] not in ("1", SHARE) else "")
    return [
        record["scenario"] + (f" less {record['against']}" if record["against"] else ""),
        meaning,
        f"at least {low:g}" if high is None else f"at most {high:g}",
        "-" if record["mean"] is None else f"{record['mean']:.3g}",
        "-" if record["low"] is None else f"{record['low']:.3g} to {record['high']:.3g}",
        "hit" if record["hit"] else "MISS",
    ]


def hits(records: list[dict[str, Any]]) -> str:
    """How many checks are hits, in a sentence."""
    hits, seeds = sum(r["hit"] for r in records), max(r["seeds"] for r in records)
    return f"{hits} of {len(records)} checks are hits, {seeds} seeds each."


def markdown_table(records: list[dict[str, Any]], seeds: int, users: int) -> str:
    """The scorecard as a table for a page."""
    lines = [
        f"{hits(records)} Printed by `tokenmarket evidence --seeds {seeds} --users {users} --markdown`.",
        "",
        "| | " + " | ".join(HEADS) + " |",
        "|---" * (len(HEADS) + 1) + "|",
    ]
    lines += [f"| {row['statement']} | " + " | ".join(cells(row)) + " |" for row in records]
    return "\n".join(lines)
