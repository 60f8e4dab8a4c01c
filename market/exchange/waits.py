"""The wait that a request can expect: what waits before it, and chance within the tick."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require
from market.exchange.books import Book
from market.exchange.queueing import priority_waits, wait_ggc

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WaitModel:
    """How users expect to wait, from the load of a pool.

    A request waits for the work before it (its own rank and those above), and by chance: as in M/M/c with
    ranks by priority (Cobham 1954), scaled to other arrivals and services by the ratio of the G/G/c to the
    M/M/c formula. Exact for M/M/c, for M/M/c with priorities, and for M/G/1.

    Attributes:
        chance: whether requests wait by chance within a tick; off for fluid textbook cases.
        service_scv: squared coefficient of variation of the time a request takes; 1 for exponential.
        arrival_scv: the same of the times between arrivals; above 1 for bursts.
        preemptive: whether a higher rank interrupts a lower one.
        fullest: load at which the stationary formula is read when the pool is fuller than that; the overload
            beyond it is what waits at the end of the tick.
    """

    chance: bool = True
    service_scv: float = 1.0
    arrival_scv: float = 1.0
    preemptive: bool = False
    fullest: float = 0.999

    def __post_init__(self) -> None:
        require("waits: service_scv", self.service_scv, at_least=0)
        require("waits: arrival_scv", self.arrival_scv, at_least=0)
        require("waits: fullest", self.fullest, above=0, at_most=1)

    def expected(self, book: Book, orders: Floats, backlog: Floats, capacity: Floats, tick_hours: float) -> Floats:
        """Mean wait of a request that comes in this tick [h], by offer.

        Args:
            book: the offers.
            orders: requests that come in this tick, by segment and offer.
            backlog: work that waited before [rack-h], by offer.
            capacity: work that can be done in this tick [rack-h], by pool.
            tick_hours: length of the tick [h].
        """
        waits = np.zeros(book.offers)
        work = (orders * book.work).sum(axis=0)
        slots = (orders * book.work * book.slots).sum(axis=0)
        requests = orders.sum(axis=0)
        for pool in range(book.pools):
            members = np.flatnonzero(book.pool == pool)
            if members.size:
                waits[members] = self._of_pool(
                    book.priority[members], work[members], slots[members], requests[members], backlog[members],
                    float(capacity[pool]), tick_hours,
                )  # fmt: skip
        return waits

    def _of_pool(
        self, priority: Floats, work: Floats, slots: Floats, requests: Floats, backlog: Floats, capacity: float,
        tick_hours: float,
    ) -> Floats:  # fmt: skip
        ranks, rank = np.unique(priority, return_inverse=True)
        rate = capacity / tick_hours
        ahead = np.cumsum(np.bincount(rank, weights=backlog, minlength=ranks.size))
        new = np.bincount(rank, weights=work, minlength=ranks.size)
        if rate <= 0:
            return np.where((ahead > 0) | (np.cumsum(new) > 0), np.inf, 0.0)[rank]
        waits = ahead / rate
        # What comes beyond capacity in this tick waits half of it on average, behind the ranks above.
        over = np.maximum(np.cumsum(new) - capacity, 0.0) / rate / 2.0
        waits = waits + np.where(new > 0, over, 0.0)
        if self.chance and new.sum() > 0:
            waits = waits + self._by_chance(rank, ranks.size, work, slots, requests, capacity, tick_hours)
        return np.asarray(waits[rank])

    def _by_chance(
        self, rank: NDArray[np.int64], ranks: int, work: Floats, slots: Floats, requests: Floats, capacity: float,
        tick_hours: float,
    ) -> Floats:  # fmt: skip
        per_rack = float(slots.sum() / work.sum())  # slots of a rack, as the mix of work has them
        servers = capacity / tick_hours * per_rack
        arrivals = np.bincount(rank, weights=requests, minlength=ranks) / tick_hours
        service = float(work.sum() / requests.sum()) * per_rack
        load = arrivals.sum() * service / servers
        arrivals = arrivals * min(1.0, self.fullest / load) if load > 0 else arrivals
        waits = np.asarray(priority_waits(arrivals, service, servers, preemptive=self.preemptive))
        if self.service_scv != 1.0 or self.arrival_scv != 1.0:
            total = arrivals.sum()
            plain = wait_ggc(total, 1.0, service, 1.0, servers)
            waits = waits * (wait_ggc(total, self.arrival_scv, service, self.service_scv, servers) / plain)
        return waits
