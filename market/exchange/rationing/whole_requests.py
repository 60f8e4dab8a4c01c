"""Whole requests: what a rule gives as if requests could be cut, rounded to whole ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from market.exchange.rationing.claims import Claims, Floats, Indices, total

type Division = Callable[[Claims, float, np.random.Generator], Floats]

ROUNDING: Final = 1e-12
"""Work that differs by this share of the capacity is equal: else 0.1 would not fit in 0.3 - 0.1 - 0.1."""

WHOLE: Final = 1e-9
"""A number of requests this close to a whole one is whole."""

LACKING: Final = 1e-6
"""A request fits if no more than this share of it does not: of 5e12, ``ROUNDING`` alone would let in five."""


def in_whole_requests(divide: Division, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
    """What ``divide`` gives, in whole requests: rounded down, the rest handed out by largest remainder.

    Repeated with what is left among the requests that fit in it, until none does. So a small request may
    pass a large one that waits for room, but no capacity stands idle for it ('backfilling').
    """
    whole = claims.size > 0
    size = np.where(whole, claims.size, 1.0)
    asked = np.where(whole, requests_in(claims.work, size) * size, claims.work)
    served = np.zeros(claims.work.size)
    slack = slack_of(claims.size[whole], capacity)
    left = capacity
    while True:
        waiting = asked - served
        waiting[waiting <= ROUNDING * asked] = 0.0
        waiting = np.where(whole, np.rint(waiting / size) * size, waiting)
        fitting = np.flatnonzero(claims.size <= left + slack)
        if fitting.size == 0 or left <= slack:
            return np.minimum(served, claims.work)
        part = Claims(waiting[fitting], claims.priority[fitting], claims.arrived[fitting], claims.size[fitting])
        given = _round(divide(part, left, rng), part, left, slack, rng)
        if not given.any():
            return np.minimum(served, claims.work)
        served[fitting] += given
        left -= total(given)


def _round(given: Floats, claims: Claims, capacity: float, slack: float, rng: np.random.Generator) -> Floats:
    """``given`` rounded down to whole requests, and one more by largest remainder while there is room.

    Equal remainders go by priority, then by arrival, then by lot.
    """
    whole = claims.size > 0
    size = np.where(whole, claims.size, 1.0)
    requests = np.floor(given / size)
    remainder = np.where(whole, np.round(given / size - requests, 9), 0.0)
    rounded = np.where(whole, requests * size, given)
    candidates = np.flatnonzero(remainder > 0)
    if candidates.size == 0:
        return rounded
    lot = rng.random(candidates.size)
    best_first = np.lexsort((lot, claims.arrived[candidates], claims.priority[candidates], -remainder[candidates]))
    candidates = candidates[best_first]
    lucky = candidates[_that_fit(claims.size[candidates], capacity - total(rounded) + slack)]
    rounded[lucky] = (requests[lucky] + 1) * size[lucky]
    return rounded


def _that_fit(sizes: Floats, room: float) -> Indices:
    """Indices of those that fit if each in turn is let in when there is room for it."""
    fitted: list[Indices] = []
    queue = np.flatnonzero(sizes <= room)
    while queue.size:
        upto = sizes[queue].cumsum()
        count = int(upto.searchsorted(room, side="right"))
        if count:
            fitted.append(queue[:count])
            room -= float(upto[count - 1])
        queue = queue[count + 1 :]  # the one after them found no room
        queue = queue[sizes[queue] <= room]
    return np.concatenate(fitted) if fitted else np.empty(0, dtype=np.intp)


def slack_of(size: Floats, capacity: float) -> float:
    """Work by which requests of these sizes may exceed the capacity, for it is no more than rounding."""
    return float(min(ROUNDING * capacity, LACKING * size.min()))


def requests_in(work: Floats, size: Floats) -> Floats:
    """Whole requests of ``size`` in ``work``: 3 of 0.1 in 0.3, although 0.3 / 0.1 < 3 in binary."""
    count = work / size
    nearest = np.rint(count)
    near = np.abs(count - nearest) <= WHOLE + 4e-16 * count
    return np.asarray(np.where(near, nearest, np.floor(count)), dtype=np.float64)
