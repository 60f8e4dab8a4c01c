"""A forecast, for a terminal."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from rich.console import Group, RenderableType

from scenarios.studies.forecast.task import UNITS
from scenarios.text.console import table
from scenarios.text.numbers import short_number

#: Most months that are told.
TOLD: Final = 7


def forecast_report(name: str, runs: int, fans: pd.DataFrame, chances: pd.DataFrame) -> RenderableType:
    """Bands by month, and in how many runs what has come to pass by then."""
    months = sorted(fans["month"].unique())
    every = max(1, -(-(len(months) - 1) // (TOLD - 1)))
    shown = [months[0], *months[every::every]]
    if shown[-1] != months[-1]:
        shown.append(months[-1])
    return Group(
        _fans(f"{name}: middle of {runs} runs and band of 90 %, by month", fans, shown), _chances(chances, shown)
    )


def _fans(title: str, fans: pd.DataFrame, shown: list[int]) -> RenderableType:
    made = table(title, ["", "unit", *(str(month) for month in shown)])
    made.columns[1].justify = "left"
    for series, part in fans.groupby("series", sort=False):
        rows = {row.month: row for row in part.itertuples()}
        made.add_row(str(series), UNITS[str(series)], *(_band(rows.get(month)) for month in shown))
    return made


def _band(row: Any) -> str:
    if row is None:
        return "-"
    return f"{short_number(row.p50)} ({short_number(row.p05)}-{short_number(row.p95)})"


def _chances(chances: pd.DataFrame, shown: list[int]) -> RenderableType:
    columns = ["", *(f"by {month}" for month in shown), "half of the runs by"]
    made = table("Share of the runs that have come to it", columns)
    for event, part in chances.groupby("event", sort=False):
        by_month = part.set_index("month")["share"]
        half = by_month.index[by_month >= 0.5]
        made.add_row(
            str(event), *(f"{by_month[month]:.0%}" for month in shown), f"month {half[0]}" if len(half) else "never"
        )
    return made
