"""Serving: machines serve the queues; the rest waits, moves to another offer, or leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.demand.second_choices import second_choices
from market.exchange.queue import Queue
from market.exchange.waits import Backlog
from market.simulation.founded import Founded
from market.simulation.looking import longest_wait_h
from market.simulation.state import Expected, Firms, Machines, Ordered, Posted, Served

type Floats = NDArray[np.float64]


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
    backlog = Backlog(expected.waiting_work, founded.impatience)
    later = expected.room_racks[1:] if len(expected.room_racks) > 1 else None
    waits = economy.waits.expected(book, ordered.orders, backlog, machines.capacity, founded.hours, later)
    chance = waits - expected.present_wait_h
    told = np.where(book.spare, expected.backlog_wait_h + np.maximum(chance, 0.0), waits)
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
        np.minimum(told, longest_wait_h(machines.capacity, book.pool)),
        chance,
    )


def fall_back(founded: Founded, left: Floats, ordered: Ordered, firms: Firms) -> Floats:
    """Who of those that lost patience joins which other offer: as they would have chosen without their first."""
    if not founded.economy.fallback or not left.any():
        return np.zeros(left.shape)
    response = ordered.cleared.response
    free = firms.alive & (founded.fee == 0)  # plans are open to members alone
    joined = np.zeros(left.shape)
    for s in left.any(axis=1).nonzero()[0].tolist():
        nothing = max(float(response.nothing[s]), 0.0)
        chance = second_choices(response.requests[s], nothing, founded.nests[s], free) * founded.follows
        joined[s] = drawn(founded, left[s], chance) if founded.economy.whole else left[s] @ chance
    return joined


def drawn(founded: Founded, left: Floats, chance: Floats) -> Floats:
    """Where whole requests go that leave offers, by offer: each draws; ``chance``: by offer left and joined."""
    joined, rng = np.zeros(left.shape), founded.streams.stream("fallback")
    for j in np.flatnonzero(left):
        parts = np.append(chance[j], max(1.0 - float(chance[j].sum()), 0.0))
        joined += rng.multinomial(int(left[j]), parts / parts.sum())[:-1]
    return joined
