"""The days in which sellers still look for their prices: a run begins with prices that nobody has yet learned from.

Rule: MSER [White 1997, 'An effective truncation heuristic for bias reduction in simulation output', Simulation 69(6)],
on the daily mean of each price at a constant mix. It leaves out the first d days for which the squared standard
error of what is left is least,

    d* = argmin over d <= n/2 of  sum_{t > d} (x_t - mean_d)^2 / (n - d)^2,

and says nothing where d* is the last that it may be: then the price has a trend, and no rest to warm up to. Of the
days left out those count that end with the last one more than ``MATTERS`` from the mean of the others: MSER is as free
with days that are at rest already as noise makes it. The longest over all prices counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.results.frames import Frames
from scenarios.results.measures.facts import Facts
from scenarios.results.over_time import prices_at_constant_mix

#: Days from which the rule has enough to go by, and the most that are looked at: a later move is no warm-up.
LEAST_DAYS, MOST_DAYS = 10, 56
#: Relative distance from the rest from which days of learning matter.
MATTERS: Final = 0.01

type Floats = NDArray[np.float64]


def warm_up_days(frames: Frames) -> int:
    """Days at the start of a run in which prices are still being learned; 0 where there are none, or no telling."""
    run = Facts(frames)
    if frames["offers"].empty or run.ticks < LEAST_DAYS * run.day:
        return 0
    table = prices_at_constant_mix(frames).iloc[: MOST_DAYS * run.day]
    days = table.groupby(np.arange(len(table)) // run.day).mean()
    series = [days[name].to_numpy(dtype=np.float64) for name in days]
    return max((_of(one) for one in series if np.isfinite(one).all()), default=0)


def warm_up_span(frames: Frames) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Begin and end of those days; none where there are none."""
    days = warm_up_days(frames)
    if not days:
        return None
    begin = frames["ticks"]["time"].iloc[0]
    return begin, begin + pd.Timedelta(days=days)


def _of(days: Floats) -> int:
    """Days to leave out of one price."""
    cut = mser(days)
    if cut == 0 or cut >= len(days) // 2:
        return 0
    rest = float(days[cut:].mean())
    away = np.flatnonzero(np.abs(days[:cut] - rest) > MATTERS * abs(rest))
    return int(away[-1]) + 1 if away.size else 0


def mser(values: Floats) -> int:
    """How many of the first values to leave out, at most half."""
    most = len(values) // 2
    errors = [
        float(((rest := values[d:]) - rest.mean()) @ (rest - rest.mean())) / len(rest) ** 2 for d in range(most + 1)
    ]
    return int(np.argmin(errors))


def said_of_warm_up(days: int) -> str:
    """The same in a sentence; empty where there is none."""
    if not days:
        return ""
    first = "On the first day" if days == 1 else f"In the first {days} days"
    return (
        f"Warm-up: {first.lower()} sellers still looked for their prices (grey in the charts; rule: MSER). All numbers "
        "are of the whole run."
    )
