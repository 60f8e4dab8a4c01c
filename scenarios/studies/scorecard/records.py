"""The scorecard as plain values, and as tables for a page."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scenarios.results.measures import MEASURES
from scenarios.results.measures.measure import SHARE
from scenarios.studies.scorecard.judging import Verdict
from scenarios.studies.scorecard.sellers import NUMBER, observed

HEADS = ("scenario", "measure", "expected", "mean", "90 % interval", "")
SELLERS_HEADS = ("what", "in", "known", "counted", "mean", "90 % interval", "")


def records_of(verdicts: list[Verdict]) -> list[dict[str, Any]]:
    """Verdicts as plain values."""
    return [_record(verdict) for verdict in verdicts]


def _record(verdict: Verdict) -> dict[str, Any]:
    statement, check = verdict.statement, verdict.check
    measure = MEASURES[check.measure]
    counted = observed(check.measure) if statement.number == NUMBER else math.nan
    return {
        "statement": statement.number, "text": statement.text, "source": check.source or statement.source,
        "name": check.name or measure.in_full, "scenario": check.scenario, "against": check.against,
        "measure": measure.name, "unit": measure.unit, "meaning": measure.in_full,
        "expected_low": _number(check.low), "expected_high": _number(check.high), "counted": _number(counted),
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
        *_found(record),
    ]


def sellers_cells(record: dict[str, Any]) -> list[str]:
    """What sellers did, scenario, between what it is known to be, what the lists say, mean, interval, verdict."""
    return [
        record["name"],
        record["scenario"],
        f"{record['expected_low']:g} to {record['expected_high']:g}",
        _digits(record["counted"]),
        *_found(record),
    ]


def _found(record: dict[str, Any]) -> list[str]:
    low, high = _digits(record["low"]), _digits(record["high"])
    interval = "-" if record["low"] is None else f"{low} to {high}"
    return [_digits(record["mean"]), interval, "hit" if record["hit"] else "MISS"]


def _digits(value: float | None) -> str:
    """Three digits, with commas: 0.05, 893, 1,770.

    >>> [_digits(one) for one in (None, 0.0512, 893.4, 1768.2)]
    ['-', '0.0512', '893', '1,770']
    """
    return "-" if value is None else f"{value:.3g}" if abs(value) < 999.5 else f"{float(f'{value:.3g}'):,.0f}"


def parts(records: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the statements ask, and what real sellers did."""
    return (
        [record for record in records if record["statement"] != NUMBER],
        [record for record in records if record["statement"] == NUMBER],
    )


def hits(records: list[dict[str, Any]]) -> str:
    """How many checks are hits, in a sentence."""
    hits, seeds = sum(r["hit"] for r in records), max(r["seeds"] for r in records)
    return f"{hits} of {len(records)} checks are hits, {seeds} seeds each."


def markdown_table(records: list[dict[str, Any]], seeds: int, users: int) -> str:
    """The scorecard of the statements as a table for a page."""
    rows = [f"| {row['statement']} | " + " | ".join(cells(row)) + " |" for row in records]
    return _page(records, ("", *HEADS), rows, f"tokenmarket evidence --seeds {seeds} --users {users} --markdown")


def sellers_markdown(records: list[dict[str, Any]], seeds: int, users: int) -> str:
    """What real sellers did as a table for a page, with who says so below."""
    rows = ["| " + " | ".join(sellers_cells(row)) + " |" for row in records]
    said = f"tokenmarket evidence --sellers --seeds {seeds} --users {users} --markdown"
    return "\n".join([_page(records, SELLERS_HEADS, rows, said), "", *sources(records, lambda name: f"- {name}")])


def sources(records: list[dict[str, Any]], line: Callable[[str], str] = str) -> list[str]:
    """Who says what, a line for each target."""
    return [line(one) for one in dict.fromkeys(f"{row['name']}: {row['source']}" for row in records)]


def _page(records: list[dict[str, Any]], heads: tuple[str, ...], rows: list[str], command: str) -> str:
    said = f"{hits(records)} Printed by `{command}`."
    return "\n".join([said, "", "| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *rows])
