"""What one user may take of offers with a quota: so many requests in a window of hours, so many in a week."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.calendar import DAYS_PER_WEEK, Calendar
from market.demand.scene import Scene

type Floats = NDArray[np.float64]

#: Length of a window that is a calendar week [ticks].
A_WEEK = 0
#: One zone, whose clocks are those of UTC.
UTC_ONLY: Floats = np.zeros(1)


class Limits(NamedTuple):
    """Limits on what one user may take, those of windows first, then those of weeks.

    Attributes:
        offers: number of the offer, by limit.
        amount: requests of one user in a window, by limit.
        ticks: length of the window [ticks], by limit; 0 for a calendar week.
    """

    offers: NDArray[np.int64]
    amount: Floats
    ticks: NDArray[np.int64]


NO_LIMITS = Limits(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64))


def limits_of(scene: Scene) -> Limits:
    """All limits of the offers, open or not at the moment: what was used of them in a window stays used."""
    return _limits_of(scene.quota.tobytes(), scene.quota_ticks.tobytes(), scene.week_quota.tobytes())


@lru_cache(maxsize=2**4)
def _limits_of(quotas: bytes, lengths: bytes, weekly: bytes) -> Limits:
    """Worked out once an hour: all segments see the same quotas, and look at them more than once."""
    quota, week_quota = np.frombuffer(quotas), np.frombuffer(weekly)
    window, week = np.flatnonzero(np.isfinite(quota)), np.flatnonzero(np.isfinite(week_quota))
    made = Limits(
        np.concatenate((window, week)),
        np.concatenate((quota[window], week_quota[week])),
        np.concatenate((np.frombuffer(lengths, dtype=np.int64)[window], np.full(week.size, A_WEEK))),
    )
    for values in made:
        values.flags.writeable = False  # many look at them
    return made


def begins(limits: Limits, calendar: Calendar, tick: int, ahead_h: Floats = UTC_ONLY) -> NDArray[np.bool_]:
    """Whether a new window begins with this tick, by limit and zone: they follow each other from local midnight.

    ``ahead_h``: hours by which clocks are ahead of UTC, by zone.

    >>> limits = Limits(np.array([0, 0, 1]), np.array([8.0, 200.0, 6.0]), np.array([5, A_WEEK, 24]))
    >>> [begins(limits, Calendar(), tick)[:, 0].tolist() for tick in (5, 24)]
    [[True, False, False], [False, False, True]]
    >>> begins(limits, Calendar(), 16, np.array([0.0, 8.0])).tolist()
    [[False, False], [False, False], [False, True]]
    """
    ahead = np.rint(ahead_h / calendar.tick_hours).astype(np.int64)
    in_week = (calendar.week_period(tick) + ahead) % calendar.ticks_per_week
    since_midnight = tick + calendar.period(0) + ahead
    in_window = since_midnight[None, :] % np.maximum(limits.ticks, 1)[:, None]
    return np.asarray(np.where(limits.ticks[:, None] == A_WEEK, in_week[None, :], in_window) == 0)


def carried_over(
    used: NDArray[Any], limits: Limits, calendar: Calendar, tick: int, zone: NDArray[np.int8], ahead_h: Floats
) -> NDArray[Any]:
    """What still counts of what was used, by limit and individual: nothing where a window begins.

    ``zone``: of each individual; ``ahead_h``: as there.
    """
    if not limits.offers.size:
        return used
    fresh = begins(limits, calendar, tick, ahead_h)
    return np.where(fresh[:, zone], np.zeros_like(used), used) if fresh.any() else used


def per_day(scene: Scene, ticks_per_day: int) -> Floats:
    """Requests that one user may make in a day, on average, by offer."""
    windows = ticks_per_day / scene.quota_ticks
    return np.asarray(np.minimum(scene.quota * windows, scene.week_quota / DAYS_PER_WEEK))
