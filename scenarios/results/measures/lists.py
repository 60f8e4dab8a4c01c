"""Lists: how often they change and by how much, and whether they have dearer hours.

A list is looked at once a day, at its price in the cheapest hour, as those who collect lists do: dearer hours of the
same list are no change. An open model's list is that of the cheapest seller, which a router asks for by default.
The first week, in which a market comes to rest, is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.results.measures.facts import Facts, ratio
from scenarios.results.measures.measure import SHARE, Measure, register

type Floats = NDArray[np.float64]

DAYS_PER_YEAR: Final = 365.25
DAYS_PER_WEEK: Final = 7
#: A list that moves by less is rounded [log].
ROUNDING: Final = 1e-4
#: An hour is dearer where it is so many times the cheapest at least.
DEARER: Final = 1.02
#: Prices that a tariff of hours has at most in a week, to so many digits: two blocks, apart or not, make four at most.
FEW: Final = 4
DIGITS: Final = 6
#: Changes on one day are a block if they are of so many of the lists, and three at least: seven of a hundred.
BLOCK: Final = 0.07
LEAST_BLOCK: Final = 3


def lists_of(f: Facts, kind: str) -> Floats:
    """Lists that are not free, by tick and list: by model where it is open, by offer where it is closed."""
    return lists_by(f, kind, "model" if kind == "open" else "offer")


def lists_by(f: Facts, kind: str, column: str) -> Floats:
    """Lists that are not free, by tick and what a column of the listings says; the cheapest of several."""
    rows = f.where(kind=kind) & (f.offers("price") > 0)
    frame = f.frames["offers"].loc[rows, ["tick", "price"]]
    named = f.frames["listings"][column].to_numpy()[f.listing_of[rows]]
    if frame.empty:
        return np.zeros((0, 0))
    table = frame.assign(list=named).pivot_table(index="tick", columns="list", values="price", aggfunc="min")
    return np.asarray(table.to_numpy(dtype=np.float64))


def by_day(f: Facts, lists: Floats) -> Floats:
    """The least of each day's hours, by day, tick of the day and list; the days in whole."""
    days = len(lists) // f.day
    return lists[: days * f.day].reshape(days, f.day, lists.shape[1])


def after_first_week(f: Facts, kind: str) -> Floats:
    """The same, from the eighth day on."""
    return by_day(f, lists_of(f, kind))[DAYS_PER_WEEK:]


def daily(f: Facts, kind: str) -> Floats:
    """Lists in the cheapest hour of each day from the eighth on, by day and list."""
    days = after_first_week(f, kind)
    return np.asarray(days.min(axis=1)) if len(days) else np.zeros((0, days.shape[2]))


def moves(lists: Floats) -> Floats:
    """Changes of lists by day and list, as logs from a day to the next: 0 where there is none, NaN where no list is.

    >>> moves(np.array([[1.0, 2.0], [1.0, 1.0], [np.nan, 1.0]])).round(2).tolist()
    [[0.0, -0.69], [nan, 0.0]]
    """
    steps = np.diff(np.log(lists), axis=0) if len(lists) else lists
    return np.asarray(np.where(np.abs(steps) > ROUNDING, steps, steps * 0.0) + 0.0)


def moved(steps: Floats) -> Floats:
    """The changes alone."""
    return np.asarray(steps[np.isfinite(steps) & (steps != 0.0)])


def median_size(steps: Floats) -> float:
    """Median of how far a list moves when it does; NaN where none does."""
    found = moved(steps)
    return float(np.median(np.abs(found))) if found.size else float("nan")


def share_of_rises(steps: Floats) -> float:
    """Share of changes that are rises; NaN where there are none."""
    found = moved(steps)
    return float((found > 0).mean()) if found.size else float("nan")


def in_blocks(steps: Floats) -> NDArray[np.bool_]:
    """Days on which many lists change at once, as where a seller lists its whole catalogue anew.

    >>> in_blocks(np.array([[0.1, 0.2, -0.1, 0.0], [0.1, 0.2, 0.0, 0.0]])).tolist()
    [True, False]
    """
    there = np.isfinite(steps)
    return np.asarray((there & (steps != 0.0)).sum(axis=1) >= np.maximum(BLOCK * there.sum(axis=1), LEAST_BLOCK))


def share_in_blocks(steps: Floats) -> float:
    """Share of all log points moved that move in blocks; NaN where nothing moves.

    >>> round(share_in_blocks(np.array([[0.1, 0.2, -0.1, 0.0], [0.1, 0.2, 0.0, 0.0]])), 3)
    0.571
    """
    return ratio(float(np.nansum(np.abs(steps[in_blocks(steps)]))), float(np.nansum(np.abs(steps))))


def changes_a_year(f: Facts, kind: str) -> float:
    """Changes of a list in a year, by the calendar of the run."""
    lists = daily(f, kind)
    if len(lists) < 2:
        return float("nan")
    times = f.frames["ticks"]["time"].iloc[DAYS_PER_WEEK * f.day :: f.day].iloc[: len(lists)]
    years = (times.iloc[-1] - times.iloc[0]).total_seconds() / (86_400.0 * DAYS_PER_YEAR)
    return ratio(float(moved(moves(lists)).size), years * lists.shape[1])


def of_moves(f: Facts, kind: str, rule: Callable[[Floats], float]) -> float:
    """What a rule says of a run's changes."""
    return rule(moves(daily(f, kind)))


def peak_over_base(f: Facts) -> Floats:
    """The dearest hour of a day over the cheapest, by offer of open sellers; the median day of the last week.

    1 of a list that moves by the hour with what machines cost: that is no tariff, which has few prices.
    """
    lists = lists_by(f.late, "open", "offer")
    days = by_day(f.late, lists)
    if not len(days):
        return np.zeros(0)
    few = np.array([np.unique(column.round(DIGITS)).size <= FEW for column in lists.T])
    return np.asarray(np.where(few, np.median(days.max(axis=1) / days.min(axis=1), axis=0), 1.0))


def dearer_hours(f: Facts) -> float:
    """Share of open sellers' lists with a tariff of hours, last week."""
    found = peak_over_base(f)
    return float((found > DEARER).mean()) if found.size else float("nan")


def off_peak_ratio(f: Facts) -> float:
    """Mean of dearest over cheapest hour, of lists that have both."""
    found = peak_over_base(f)
    return float(found[found > DEARER].mean()) if (found > DEARER).any() else float("nan")


register(
    *(
        measure
        for kind, name in (("open", "open"), ("frontier", "closed"))
        for measure in (
            Measure(
                f"{name}-list-changes",
                "1/year",
                f"changes of {name} list prices a year",
                partial(changes_a_year, kind=kind),
            ),
            Measure(
                f"{name}-list-change-size",
                "1",
                f"median size of these changes of {name} lists, as a log",
                partial(of_moves, kind=kind, rule=median_size),
            ),
            Measure(
                f"{name}-list-rises",
                SHARE,
                f"rises among changes of {name} lists",
                partial(of_moves, kind=kind, rule=share_of_rises),
            ),
            Measure(
                f"{name}-list-blocks",
                SHARE,
                f"log points of {name} lists that move on days on which many lists do",
                partial(of_moves, kind=kind, rule=share_in_blocks),
            ),
        )
    ),
    Measure("off-peak-lists", SHARE, "open lists with a tariff that is dearer in some hours, last week", dearer_hours),
    Measure(
        "off-peak-list-ratio",
        "1",
        "dearest hour over cheapest, of open lists with such a tariff, last week",
        off_peak_ratio,
    ),
    order=150,
)
