"""What gives first: the day on which each of prices, service and quotas has moved.

Means of seven days are compared with the first week's, so that neither a weekend nor how a run begins is a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from scenarios.results.measures.facts import LOST, Facts, Floats, Mask, divided
from scenarios.results.measures.measure import Measure, register

#: A week's mean has moved when it is this far, relative, from the first week's; a share when it is this far [1].
MOVED: Final = 0.10
MOVED_SHARE: Final = 0.05
DAYS_PER_WEEK: Final = 7

#: Weeks from which a run says what gave first.
LONG_WEEKS: Final = 8


@dataclass(frozen=True)
class Signal:
    """Something that may give.

    Attributes:
        name, meaning: what it is called, and what counts as given.
        by_tick: its value in each tick, higher where it has given more; NaN where there is none.
        share: whether it is a share, which is measured by its change and not by its relative change.
    """

    name: str
    meaning: str
    by_tick: Callable[[Facts], Floats]
    share: bool = False


def day_of(f: Facts, signal: Signal) -> float:
    """Day of the run, from 0, that ends the first seven days in which a signal has moved; NaN if it never does."""
    values = signal.by_tick(f)
    daily = values[: values.size // f.day * f.day].reshape(-1, f.day).mean(axis=1)
    week = max(min(DAYS_PER_WEEK, daily.size // 2), 1)
    if daily.size < 2 * week:
        return float("nan")
    weekly = np.lib.stride_tricks.sliding_window_view(daily, week).mean(axis=1)
    level = weekly[0] + MOVED_SHARE if signal.share else weekly[0] * (1.0 + MOVED)
    moved = np.flatnonzero(weekly > level)
    return float(moved[0] + week - 1) if moved.size else float("nan")


def _spot(f: Facts) -> Floats:
    return np.asarray(f.frames["ticks"]["spot_price"], dtype=np.float64)


def _list(kind: str) -> Callable[[Facts], Floats]:
    def price(f: Facts) -> Floats:
        rows: Mask = f.where(kind=kind) & (f.offers("price") > 0)
        return f.mean_by_tick("price", rows)

    return price


def _slowness(f: Facts) -> Floats:
    return np.asarray(1.0 / np.maximum(f.mean_by_tick("speed", f.where(kind="frontier")), 1e-9))


def _waits(f: Facts) -> Floats:
    rows = f.where(kind="frontier")
    waiting, ordered = f.by_tick(f.offers("waiting"), rows), f.by_tick(f.offers("ordered"), rows)
    return divided(waiting, waiting + ordered)


def _cut(f: Facts) -> Floats:
    labs = f.frames["listings"].loc[f.listed(kind="frontier"), "provider"].unique()
    rows = f.frames["providers"]
    rows = rows[rows["provider"].isin(labs)]
    return np.asarray(1.0 - rows.groupby("tick")["granted"].mean().to_numpy())


def _lost(segment: str) -> Callable[[Facts], Floats]:
    def share(f: Facts) -> Floats:
        rows = f.frames["segments"]
        rows = rows[rows["segment"] == segment]
        if rows.empty:
            return np.full(f.ticks, np.nan)
        lost, asked = rows[list(LOST)].to_numpy().sum(axis=1), rows["asked"].to_numpy(dtype=np.float64)
        return divided(lost, asked)

    return share


SIGNALS: Final = (
    Signal("spot price", "the wholesale spot price rises by a tenth", _spot),
    Signal("open-weight price", "open providers' list prices rise by a tenth", _list("open")),
    Signal("slower answers", "labs' time for a token rises by a tenth", _slowness),
    Signal("waits at labs", "5 % more of labs' requests wait at the end of their hour", _waits, share=True),
    Signal("quotas", "labs cut quotas by 5 % of what is listed", _cut, share=True),
    Signal("closed list price", "labs' list prices rise by a tenth", _list("frontier")),
    Signal("casual users out", "5 % more of casual requests are not served", _lost("casual"), share=True),
    Signal("coders out", "5 % more of coders' requests are not served", _lost("coders"), share=True),
    Signal("agentic users out", "5 % more of agentic requests are not served", _lost("agentic"), share=True),
)


def order_of_events(run: Facts) -> pd.DataFrame:
    """When each signal has first moved, in that order; those that never move come last, with no date.

    Columns: signal, meaning, day (of the run, from 0) and date.
    """
    first = run.frames["ticks"]["time"].to_numpy()[:: run.day]
    rows = []
    for signal in SIGNALS:
        day = day_of(run, signal)
        date = pd.Timestamp(first[int(day)]) if np.isfinite(day) else pd.NaT
        rows.append((signal.name, signal.meaning, day, date))
    made = pd.DataFrame(rows, columns=["signal", "meaning", "day", "date"])
    return made.sort_values("day", kind="stable", na_position="last").reset_index(drop=True)


def _between(first: str, then: str) -> Callable[[Facts], float]:
    """Days from one signal to another; one that never moves counts as moving after the end."""
    by_name = {signal.name: signal for signal in SIGNALS}

    def gap(f: Facts) -> float:
        end = float(f.ticks // f.day)
        a, b = (day_of(f, by_name[name]) for name in (first, then))
        return (b if np.isfinite(b) else end) - (a if np.isfinite(a) else end)

    return gap


register(
    Measure("spot-before-open-price", "days", "from a rise of the spot price by a tenth to one of open list prices",
            _between("spot price", "open-weight price")),
    Measure("open-before-closed-price", "days", "from a rise of open list prices by a tenth to one of labs'",
            _between("open-weight price", "closed list price")),
    Measure("slowness-before-list-price", "days", "from answers a tenth slower at labs to list prices a tenth higher",
            _between("slower answers", "closed list price")),
    Measure("quotas-before-list-price", "days", "from quotas cut by 5 % to list prices a tenth higher",
            _between("quotas", "closed list price")),
    order=400,
)  # fmt: skip
