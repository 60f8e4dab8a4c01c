"""Bands over runs, beside what was observed; months after the data have no observation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.studies.bands import quantiles
from scenarios.studies.hindcast.observed import FIRST

#: Series in the order in which they are told.
ORDER: Final = (
    "open index",
    "open index (trimmed)",
    "open index (survivors)",
    "closed index",
    "closed index (trimmed)",
    "closed index (survivors)",
    "H100 spot",
    "H100 on-demand",
    "H100 one-year",
    "open share of tokens",
    "open share of dollars",
    "cached share",
    "input per request",
    "changes a model-year (open)",
    "changes a model-year (closed)",
)
UNITS: Final = {
    "H100 spot": "USD per H100-hour",
    "H100 on-demand": "USD per H100-hour",
    "H100 one-year": "USD per H100-hour",
    "input per request": "tokens",
    "changes a model-year (open)": "1/year",
    "changes a model-year (closed)": "1/year",
}


def unit_of(series: str) -> str:
    """Unit of a series."""
    return UNITS.get(series, "October 2024 = 1" if "index" in series else "1")


def bands(runs: Sequence[dict[str, Any]], observed: pd.DataFrame) -> pd.DataFrame:
    """Rows of month, series, quantiles over the runs, and what was observed (NaN where nothing was)."""
    rows: list[dict[str, Any]] = []
    for series in ORDER:
        frame = pd.DataFrame([run["series"].get(series, {}) for run in runs])
        for month in sorted(frame.columns):
            values = frame[month].dropna().to_numpy(dtype=np.float64)
            seen = observed.get(series, pd.Series(dtype=float)).get(month, np.nan)
            rows.append({"month": month, "series": series, **quantiles(values), "observed": float(seen)})
    return pd.DataFrame(rows)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows for machines; what was not observed is None."""
    plain: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return [
        {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in plain
    ]


def covered(table: pd.DataFrame) -> pd.DataFrame:
    """By series: months that were observed, and the shares of them that lie in the bands of 50 and of 90 %.

    The first month of an index, which is 1 by definition, does not count.
    """
    seen = table[table["observed"].notna()]
    seen = seen[~(seen["series"].str.contains("index") & (seen["month"] == FIRST[:7]))]
    within = {
        "in 50 %": (seen["p25"] <= seen["observed"]) & (seen["observed"] <= seen["p75"]),
        "in 90 %": (seen["p05"] <= seen["observed"]) & (seen["observed"] <= seen["p95"]),
    }
    made = seen.assign(**within).groupby("series", sort=False)
    found = made[["in 50 %", "in 90 %"]].mean()
    found.insert(0, "months", made.size())
    return pd.DataFrame(found.reset_index())
