"""The hindcast, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType

from scenarios.studies.hindcast.bands import unit_of
from scenarios.studies.hindcast.goals import Goal
from scenarios.text.console import table
from scenarios.text.numbers import short_number


def number(value: float | None) -> str:
    """Three digits, or a dash."""
    return "-" if value is None or pd.isna(value) else short_number(value)


def hindcast_report(
    found: pd.DataFrame,
    covered: pd.DataFrame,
    errors: Sequence[Mapping[str, Any]],
    goals: Sequence[Goal],
) -> RenderableType:
    """Every third month of each series, how often bands held, errors beside simple forecasts, goals."""
    return Group(_paths(found), _covered(covered), _errors(errors), _goals(goals))


def _paths(found: pd.DataFrame) -> RenderableType:
    months = sorted(found["month"].unique())
    shown = [months[0], *months[2::3]]
    made = table("Middle of the runs, band of 90 %, and observed", ["", "unit", *shown])
    made.columns[1].justify = "left"
    for series, part in found.groupby("series", sort=False):
        rows = {row.month: row for row in part.itertuples()}
        cells = []
        for month in shown:
            row: Any = rows.get(month)
            band = "-" if row is None else f"{number(row.p50)} ({number(row.p05)}-{number(row.p95)})"
            cells.append(band if row is None or pd.isna(row.observed) else f"{band} | {number(row.observed)}")
        made.add_row(str(series), unit_of(str(series)), *cells)
    return made


def _covered(covered: pd.DataFrame) -> RenderableType:
    made = table("Share of the months observed that lie in the bands", ["", "months", "in 50 %", "in 90 %"])
    for row in covered.to_dict("records"):
        made.add_row(str(row["series"]), str(row["months"]), f"{row['in 50 %']:.0%}", f"{row['in 90 %']:.0%}")
    return made


def _errors(errors: Sequence[Mapping[str, Any]]) -> RenderableType:
    rules = [name for name in errors[0] if name not in ("series", "months", "horizon", "origins")]
    made = table("Mean absolute error in logs, x 100", ["", "origins", "months ahead", "number", *rules])
    made.columns[1].justify = "left"
    for row in errors:
        cells = [number(row[rule]) for rule in rules]
        made.add_row(row["series"], row["months"], str(row["horizon"]), str(row["origins"]), *cells)
    return made


def _goals(goals: Sequence[Goal]) -> RenderableType:
    made = table("Goals, written down before anything was tuned", ["", "observed", "runs", ""])
    made.columns[1].justify = made.columns[2].justify = "left"
    for goal in goals:
        said = "-" if goal.hit is None else ("hit" if goal.hit else "MISS")
        made.add_row(goal.name, goal.observed, goal.found, said)
    return made
