"""Price indices and kinds of moves of listed prices: the same code for what was observed and for what a run gives.

Listed prices are a frame with a row a day and a column a model, NaN on days on which a model is not listed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.results.measures.lists import BLOCK, LEAST_BLOCK

type Floats = NDArray[np.float64]

#: A step below this, in logs, is rounding.
ROUNDING: Final = 1e-6
#: Part that is cut off at each end for the trimmed mean.
TRIMMED: Final = 0.1
#: Steps up to this, in logs, are small.
SMALL: Final = 0.15
#: Models listed for longer than this are old [days].
OLD_DAYS: Final = 365.0
DAYS_A_YEAR: Final = 365.25


def mean(changes: Floats) -> float:
    """Plain mean; 0 of nothing."""
    return float(changes.mean()) if changes.size else 0.0


def trimmed(changes: Floats) -> float:
    """Mean without a tenth at each end."""
    kept = np.sort(changes)
    cut = int(TRIMMED * kept.size)
    return mean(kept[cut : kept.size - cut])


def logs(prices: pd.DataFrame) -> pd.DataFrame:
    """Logs of prices."""
    return pd.DataFrame(np.log(prices.to_numpy(dtype=np.float64)), index=prices.index, columns=prices.columns)


def on_first_days(listed: pd.DataFrame) -> pd.DataFrame:
    """Listed prices on the first of each month, by month as in 2024-10."""
    days = pd.DatetimeIndex(listed.index)
    first = listed[days.day == 1]
    return first.set_axis(pd.DatetimeIndex(first.index).strftime("%Y-%m"), axis=0)


def chained(first_days: pd.DataFrame, rule: Callable[[Floats], float] = mean) -> pd.Series:
    """Mean log change of the same models from month to month, chained; 1 in the first month."""
    changes = logs(first_days).diff()
    steps = [rule(row[np.isfinite(row)]) for row in changes.to_numpy(dtype=np.float64)]
    return pd.Series(np.exp(np.cumsum(steps)), index=first_days.index)


def survivors(first_days: pd.DataFrame, until: str) -> pd.DataFrame:
    """Models that are listed in the first month and in another."""
    last = first_days.loc[until] if until in first_days.index else first_days.iloc[-1]
    return first_days.loc[:, first_days.iloc[0].notna() & last.notna()]


def indices(kind: str, listed: pd.DataFrame, until: str) -> dict[str, pd.Series]:
    """The index of a kind of model in three versions, by name of the series."""
    first_days = on_first_days(listed)
    return {
        f"{kind} index": chained(first_days),
        f"{kind} index (trimmed)": chained(first_days, trimmed),
        f"{kind} index (survivors)": chained(survivors(first_days, until)),
    }


def changes_a_model_year(listed: pd.DataFrame) -> pd.Series:
    """Changes of a listed price over the time for which models are listed, by month [1/year]."""
    steps = logs(listed).diff().abs()
    months = pd.DatetimeIndex(listed.index).strftime("%Y-%m")
    moved = (steps > ROUNDING).sum(axis=1).groupby(months).sum()
    years = steps.notna().sum(axis=1).groupby(months).sum() / DAYS_A_YEAR
    made: pd.Series = moved / years.where(years > 0)
    return made


def kinds_of_moves(listed: pd.DataFrame, came_out: pd.Series) -> dict[str, float]:
    """How prices move: shares of all log points moved, and means.

    ``came_out``: day on which a model was listed first, by model.
    """
    steps = logs(listed).diff()
    size = steps.abs().where(steps.abs() > ROUNDING)
    total = float(size.sum().sum())
    there = steps.notna().sum(axis=1)
    count = size.notna().sum(axis=1)
    in_blocks = count >= np.maximum(BLOCK * there, LEAST_BLOCK)
    age = np.array([(pd.DatetimeIndex(listed.index) - came_out[name]).days for name in listed.columns]).T
    old = pd.DataFrame(age > OLD_DAYS, index=listed.index, columns=listed.columns)
    months = DAYS_A_YEAR / 12.0

    def monthly(which: pd.DataFrame) -> float:
        days = float((steps.notna() & which).sum().sum())
        return float(steps.where(which).sum().sum()) / days * months if days else np.nan

    return {
        "share of log points in blocks of a day": float(size[in_blocks].sum().sum()) / total if total else np.nan,
        "share of log points in small steps": float(size.where(size <= SMALL).sum().sum()) / total if total else np.nan,
        "monthly change of old models less that of young ones": monthly(old) - monthly(~old),
        "changes a model-month": float(count.sum()) / max(float(there.sum()), 1.0) * months,
    }
