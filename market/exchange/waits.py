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

        def by_rank(values: Floats) -> Floats:
            place = book.pool * book.ranks + book.rank
            return np.bincount(place, weights=values, minlength=book.pools * book.ranks).reshape(book.pools, book.ranks)

        new = by_rank((orders * book.work).sum(axis=0)) / tick_hours  # rack-hours an hour, so racks
        rate = (capacity / tick_hours)[:, None]
        ahead = np.cumsum(by_rank(backlog), axis=1)
        upto = np.cumsum(new, axis=1)
        # Mean of what lies before those who come in the course of the tick, as it builds up or drains away, behind
        # the ranks above.
        net = (upto - rate) * tick_hours
        with np.errstate(divide="ignore", invalid="ignore"):
            emptied = ahead**2 / (-2.0 * net)
        mean = np.where(ahead + net >= 0, ahead + net / 2.0, emptied)
        before = np.where(new > 0, mean, ahead)
        waits = np.divide(before, rate, out=np.where(ahead + upto > 0, np.inf, 0.0), where=rate > 0)
        if self.chance:
            slots = by_rank((orders * book.work * book.slots).sum(axis=0)).sum(axis=1) / tick_hours
            waits = waits + self._by_chance(new, slots, by_rank(orders.sum(axis=0)) / tick_hours, rate[:, 0])
        return np.asarray(waits[book.pool, book.rank])

    def _by_chance(self, work: Floats, slots: Floats, arrivals: Floats, racks: Floats) -> Floats:
        """Stationary waits [h] by pool and rank; 0 where nothing is ordered or nothing can be done.

        Args:
            work: work that comes in an hour, by pool and rank [racks].
            slots: work times the requests that a rack has in flight, by pool.
            arrivals: requests an hour, by pool and rank.
            racks: by pool.
        """
        waits = np.zeros(work.shape)
        total = work.sum(axis=1)
        busy = np.flatnonzero((total > 0) & (racks > 0))
        if busy.size == 0:
            return waits
        per_rack = slots[busy] / total[busy]
        servers = racks[busy] * per_rack
        hourly = arrivals[busy]
        service = total[busy] / hourly.sum(axis=1) * per_rack  # a slot is held while its share of a rack works
        fuller = np.maximum(total[busy] / racks[busy] / self.fullest, 1.0)
        hourly = hourly / fuller[:, None]
        found = np.asarray(priority_waits(hourly, service[:, None], servers, preemptive=self.preemptive))
        if self.service_scv != 1.0 or self.arrival_scv != 1.0:
            together = hourly.sum(axis=1)
            plain = wait_ggc(together, 1.0, service, 1.0, servers)
            real = wait_ggc(together, self.arrival_scv, service, self.service_scv, servers)
            found = found * np.divide(real, plain, out=np.ones(servers.shape), where=plain > 1e-200)[:, None]
        waits[busy] = found
        return waits
