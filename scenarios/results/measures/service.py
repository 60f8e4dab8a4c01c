"""Service: queues, speed, quotas, and who is not served."""

from __future__ import annotations

import math
from functools import partial
from typing import Final

import numpy as np

from scenarios.results.measures.facts import LOST, SMALL, Facts, Wanted, ratio
from scenarios.results.measures.measure import SHARE, Measure, register

QUEUE_HOURS: Final = "hours in queues for each request ordered"
GRANTED: Final = "quotas that labs grant, over those of the first week"
QUOTA: Final = "requests a day that labs let one user make, in the last week"
LOST_SHARE: Final = "share of requests given up, unaffordable or turned away"


def queue_hours(f: Facts, **wanted: Wanted) -> float:
    """Hours in queues for each request ordered."""
    rows = f.where(**wanted)
    return ratio(f.offers("waiting")[rows].sum() * f.hours, f.offers("ordered")[rows].sum())


def speed(f: Facts, **wanted: Wanted) -> float:
    """Mean speed over requests served."""
    rows = f.where(**wanted)
    served = f.offers("served")[rows]
    return ratio((f.offers("speed")[rows] * served).sum(), served.sum())


def unserved(f: Facts, segment: str = "") -> float:
    """Share of requests given up, unaffordable or turned away."""
    return ratio(f.total("segments", *LOST, segment=segment), f.total("segments", "asked", segment=segment))


def granted(f: Facts) -> float:
    """Share of listed quotas that labs grant."""
    labs = f.frames["listings"].loc[f.listed(kind="frontier"), "provider"].unique()
    rows = f.frames["providers"]
    return float(rows.loc[rows["provider"].isin(labs), "granted"].mean())


def over_first(now: Facts, f: Facts) -> float:
    """Quotas that labs grant over those of the first week of a run: a list only says in what they are counted."""
    return ratio(granted(now), granted(f.early))


def quota(f: Facts, tier: str) -> float:
    """Requests a day that one user may make of the labs' offers of a tier."""
    wanted = f.listed(kind="frontier", tier=tier)
    listed = f.frames["listings"]["quota_per_day"].to_numpy()
    rows = f.where(kind="frontier", tier=tier)
    if not (wanted.any() and np.isfinite(listed[wanted]).all()):
        return math.nan
    return float((f.offers("granted") * listed[f.listing_of])[rows].mean())


def waiting_share(f: Facts, kind: str) -> float:
    """Share of requests that wait at the end of their tick."""
    rows = f.where(kind=kind)
    waiting = f.offers("waiting")[rows].sum()
    return ratio(waiting, waiting + f.offers("ordered")[rows].sum())


def lost_rise(f: Facts, segment: str) -> float:
    """Share not served in the last week less that in the first."""
    return unserved(f.late, segment) - unserved(f.early, segment)


def small_rise(f: Facts) -> float:
    """Share of casual requests that small models serve: last week less first."""
    return f.late.share_bought("casual", model=SMALL) - f.early.share_bought("casual", model=SMALL)


register(
    Measure("queue-hours", "h", QUEUE_HOURS, queue_hours),
    Measure("closed-queue-hours", "h", "at labs", partial(queue_hours, kind="frontier"), whole=QUEUE_HOURS),
    Measure("open-queue-hours", "h", "at open providers", partial(queue_hours, kind="open"), whole=QUEUE_HOURS),
    Measure("priority-queue-hours", "h", "in the priority tier", partial(queue_hours, tier="priority"),
            whole=QUEUE_HOURS),
    Measure("batch-queue-hours", "h", "in the batch tier", partial(queue_hours, tier="batch"), whole=QUEUE_HOURS),
    Measure("late-queue-hours", "h", "hours in queues for each request ordered, in the last week",
            lambda f: queue_hours(f.late)),
    Measure("closed-speed", "token/s", "mean speed at labs", partial(speed, kind="frontier")),
    Measure("unserved", SHARE, LOST_SHARE, unserved),
    Measure("unserved-casual", SHARE, "of casual users", partial(unserved, segment="casual"), whole=LOST_SHARE),
    Measure("unserved-coders", SHARE, "of coders", partial(unserved, segment="coders"), whole=LOST_SHARE),
    Measure("unserved-agentic", SHARE, "of agentic users", partial(unserved, segment="agentic"), whole=LOST_SHARE),
    Measure("unserved-video", SHARE, "of users of video, where there are some", partial(unserved, segment="video"),
            whole=LOST_SHARE),
    Measure("late-unserved", SHARE, "share of requests not served in the last week", lambda f: unserved(f.late)),
    Measure(
        "agentic-before-casual", SHARE, "rise of the share not served, agentic less casual users, last week less first",
        lambda f: lost_rise(f, "agentic") - lost_rise(f, "casual"),
    ),
    Measure("casual-to-small", SHARE, "share of casual requests that small models serve, last week less first",
            small_rise),
    Measure(
        "open-wait-gap", SHARE, "share that waits at the end of its tick in the last week, open providers less labs",
        lambda f: waiting_share(f.late, "open") - waiting_share(f.late, "frontier"),
    ),
    Measure("quota-granted", "1", GRANTED, lambda f: over_first(f, f)),
    Measure("late-quota-granted", "1", "in the last week", lambda f: over_first(f.late, f), whole=GRANTED),
    Measure("free-quota", "requests/day", "of chat that is free", lambda f: quota(f.late, "free"), whole=QUOTA),
    Measure("plan-quota", "requests/day", "of a plan", lambda f: quota(f.late, "plan"), whole=QUOTA),
    order=200,
)  # fmt: skip
