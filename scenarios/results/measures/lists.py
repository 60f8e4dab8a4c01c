"""Lists: how often they change and by how much, and whether they have dearer hours.

A list is looked at once a day, at its price in the cheapest hour, as those who collect lists do: dearer hours of the
same list are no change. An open model's list is that of the cheapest seller, which a router asks for by default.
The first week, in which a market comes to rest, is left out.
"""

from __future__ import annotations

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


def lists_of(f: Facts, kind: str) -> Floats:
    """Lists that are not free, by tick and list: by model where it is open, by offer where it is closed."""
    rows = f.where(kind=kind) & (f.offers("price") > 0)
    frame = f.frames["offers"].loc[rows, ["tick", "price"]]
    named = f.frames["listings"]["model" if kind == "open" else "offer"].to_numpy()[f.listing_of[rows]]
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


def changes(f: Facts, kind: str) -> Floats:
    """Changes of lists from a day to the next, as logs."""
    days = after_first_week(f, kind)
    if len(days) < 2:
        return np.zeros(0)
    steps = np.diff(np.log(days.min(axis=1)), axis=0)
    return np.asarray(steps[np.isfinite(steps) & (np.abs(steps) > ROUNDING)])


def changes_a_year(f: Facts, kind: str) -> float:
    """Changes of a list in a year, by the calendar of the run."""
    days = after_first_week(f, kind)
    if len(days) < 2:
        return float("nan")
    times = f.frames["ticks"]["time"].iloc[DAYS_PER_WEEK * f.day :: f.day].iloc[: len(days)]
    years = (times.iloc[-1] - times.iloc[0]).total_seconds() / (86_400.0 * DAYS_PER_YEAR)
    return ratio(float(changes(f, kind).size), years * days.shape[2])


def size(f: Facts, kind: str) -> float:
    """Median of how far a list moves when it does."""
    moved = changes(f, kind)
    return float(np.median(np.abs(moved))) if moved.size else float("nan")


def rises(f: Facts, kind: str) -> float:
    """Share of changes that are rises."""
    moved = changes(f, kind)
    return float((moved > 0).mean()) if moved.size else float("nan")


def peak_over_base(f: Facts) -> Floats:
    """The dearest hour of a day over the cheapest, by list that is open; the median day of the last week."""
    days = by_day(f.late, lists_of(f.late, "open"))
    return np.asarray(np.median(days.max(axis=1) / days.min(axis=1), axis=0)) if len(days) else np.zeros(0)


def dearer_hours(f: Facts) -> float:
    """Share of open lists that are dearer in some hours of the last week."""
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
                partial(size, kind=kind),
            ),
            Measure(f"{name}-list-rises", SHARE, f"rises among changes of {name} lists", partial(rises, kind=kind)),
        )
    ),
    Measure(
        "off-peak-lists", SHARE, "open lists that are dearer in some hours than in others, last week", dearer_hours
    ),
    Measure(
        "off-peak-list-ratio",
        "1",
        "dearest hour over cheapest, of open lists that have both, last week",
        off_peak_ratio,
    ),
    order=150,
)
