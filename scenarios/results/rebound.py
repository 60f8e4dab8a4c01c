"""Whether work that can wait makes the busiest hour busier: much of it runs to the same hour.

A tariff of hours that is typed in sends it to the first hour that is cheap again, a quota to the hour in which it is
granted anew. Where lists are held nobody is told of the crowd but by waits, so a peak that a tariff is meant to lower
may only move, and rise, as where cars charge by time of use.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.results.frames import Frames
from scenarios.results.measures.facts import Facts, divided

type Floats = NDArray[np.float64]

#: Rise of the busiest hour above which a run is warned of. Declared.
WARNED: Final = 0.05


def rebound_of(work: Floats, asked: Floats, put_off: Floats, due: Floats) -> float:
    """The busiest tick over what it would be if each request came when it came up, less 1.

    Of what is asked in a tick a part came up in it: asked + put off - due. Who did not move would order as much of it,
    at that hour's prices and waits.

    Args:
        work: ordered, by tick and segment [rack-h].
        asked, put_off, due: requests made or given up for their cost, put off, and put off before and due now, by tick
            and segment.

    >>> asked = np.array([[2.0], [1.0], [3.0]])  # one request of the second hour waits for the third
    >>> put_off, due = np.array([[0.0], [1.0], [0.0]]), np.array([[0.0], [0.0], [1.0]])
    >>> rebound_of(asked, asked, put_off, due)
    0.5
    """
    stayed = work * divided(np.maximum(asked + put_off - due, 0.0), asked)
    busiest, without = (float(one.sum(axis=1).max()) for one in (work, stayed))
    return busiest / without - 1.0 if without > 0.0 else 0.0


def rebound(frames: Frames) -> float:
    """The same of the second half of a run; 0 where nothing is put off, or for less than two days."""
    facts, rows = Facts(frames), frames["segments"]
    begin = facts.ticks // 2
    if facts.ticks - begin < 2 * facts.day or not rows["put_off"].to_numpy().any():
        return 0.0
    asked, put_off, pending = (by_tick(rows, *names) for names in (("asked", "not_asked"), ("put_off",), ("pending",)))
    due = np.maximum(put_off - np.diff(pending, axis=0, prepend=0.0), 0.0)
    work = by_tick(rows, "ordered") * work_of_request(facts)
    return rebound_of(work[begin:], asked[begin:], put_off[begin:], due[begin:])


def by_tick(rows: pd.DataFrame, *columns: str) -> Floats:
    """Sum of columns of the frame of segments, by tick and segment."""
    values = rows[list(columns)].sum(axis=1).to_numpy(dtype=np.float64)
    return np.asarray(values.reshape(rows["tick"].nunique(), -1))


def work_of_request(facts: Facts) -> Floats:
    """Machine time of a request in the mean of the run, by segment [rack-h]."""
    offers, choices = facts.frames["offers"], facts.frames["choices"]
    sums = offers.groupby("offer", observed=True)[["work", "served"]].sum()
    each = (sums["work"] / sums["served"].where(sums["served"] > 0)).fillna(0.0)
    taken = choices.assign(work=choices["served"] * choices["offer"].astype(str).map(each).fillna(0.0))
    found = taken.groupby("segment", observed=True)[["work", "served"]].sum()
    names = list(facts.frames["segments"]["segment"].unique())
    return divided(*(found[column].reindex(names, fill_value=0.0).to_numpy(dtype=np.float64) for column in found))


def rebound_warning(frames: Frames) -> str:
    """What to say of a run in which work that can wait gathers; empty where it does not."""
    rise = rebound(frames)
    if rise <= WARNED:
        return ""
    return (
        f"work that can wait makes the busiest hour {100 * rise:.0f} % busier than if nobody waited: it runs to the "
        "hour in which lists or quotas are best, and lists that are held tell nobody of the crowd. Let sellers find "
        "dear hours (pricing.dear_hours.blocks), or count quotas by shorter windows (window_h)."
    )
