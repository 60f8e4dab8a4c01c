"""Serving: machines serve the queues; the rest waits, moves to another offer, or leaves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from market.demand.contexts import may_follow
from market.exchange.queue import Queue
from market.simulation.founded import Founded
from market.simulation.looking import longest_wait_h
from market.simulation.state import Expected, Firms, Machines, Ordered, Posted, Served

type Floats = NDArray[np.float64]

#: Fewer alternatives than this are none [requests].
NO_ALTERNATIVE = 1e-200


def serve(
    founded: Founded,
    machines: Machines,
    posted: Posted,
    firms: Firms,
    expected: Expected,
    ordered: Ordered,
    queue: Queue,
) -> Served:
    """Capacity serves in the order of the rationing rule; who loses patience joins another offer or gives up."""
    economy, book = founded.economy, posted.book
    waits = economy.waits.expected(book, ordered.orders, expected.waiting_work, machines.capacity, founded.hours)
    rng = founded.streams.stream("rationing")
    served = queue.serve(book, ordered.orders, machines.capacity, economy.rationing, rng, ~firms.alive)
    joined = fall_back(founded, served.left_impatient, ordered, firms)
    queue.add(joined)
    return Served(
        served,
        joined,
        queue.length,
        queue.begun.copy(),
        queue.waited_h,
        np.minimum(waits, longest_wait_h(machines.capacity, book.pool)),
        waits - expected.present_wait_h,
    )


def fall_back(founded: Founded, left: Floats, ordered: Ordered, firms: Firms) -> Floats:
    """Who of those that lost patience joins which other offer: as they would have chosen without their first."""
    if not founded.economy.fallback or not left.any():
        return np.zeros(left.shape)
    response = ordered.cleared.response
    weights = response.requests * firms.alive
    outside = np.maximum(response.nothing, 0.0)
    nested = {
        s: nests.without_first(weights[s], float(response.local[s])) * may_follow(founded.contexts)
        for s, cohort in enumerate(founded.cohorts)
        if (nests := cohort.nests(founded.offer_names, founded.offer_kinds)) is not None
    }
    if founded.economy.whole:
        return whole_fall_back(founded, left, weights, nested, outside)
    # Sums over the others, not the sum over all less the own: that would cancel.
    allowed = (1.0 - np.eye(left.shape[1])) * may_follow(founded.contexts)
    others = weights @ np.ascontiguousarray(allowed.T) + outside[:, None]
    rate = np.divide(left, others, out=np.zeros(left.shape), where=others > NO_ALTERNATIVE)
    joined = weights * (rate @ allowed)
    for s, without in nested.items():
        total = without.sum(axis=1) + outside[s]
        joined[s] = np.divide(left[s], total, out=np.zeros(total.shape), where=total > NO_ALTERNATIVE) @ without
    return np.asarray(joined)


def whole_fall_back(
    founded: Founded, left: Floats, weights: Floats, nested: Mapping[int, Floats], outside: Floats
) -> Floats:
    """Fall back in whole requests: each draws where it goes.

    ``nested``: weights of offers without the first, by number of a segment with nests.
    """
    rng, follows = founded.streams.stream("fallback"), may_follow(founded.contexts)
    joined = np.zeros(left.shape)
    for s, j in zip(*np.nonzero(left), strict=True):
        chance = np.append(nested[s][j] if s in nested else weights[s], outside[s])
        chance[:-1] *= follows[j]
        chance[j] = 0.0
        if chance.sum() > 0:
            joined[s] += rng.multinomial(int(left[s, j]), chance / chance.sum())[:-1]
    return joined
