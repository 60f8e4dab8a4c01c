"""Requests that wait: by offer, segment and age, in whole requests or as a fluid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.exchange.books import Book
from market.exchange.progress import Asked, finish
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims

type Floats = NDArray[np.float64]

#: No request is all but finished: else nothing of it could be served.
ALMOST = 1.0 - 1e-12


@dataclass
class Round:
    """What happened to the queues in one tick; requests by segment and offer unless said otherwise.

    For every offer: joined + waited = served + left_late + left_impatient + waiting.

    Attributes:
        joined: new requests of this tick.
        served: requests served.
        left_late: requests turned away at the deadline.
        left_impatient: requests that ran out of patience.
        waiting: requests that wait at the end.
        served_wait_h, left_wait_h: waiting time of those served and of those who left, summed [request-h].
        work: work done [rack-h], by segment and offer; of whole requests also on those that are not finished.
        used: the same, by pool.
    """

    joined: Floats
    served: Floats
    left_late: Floats
    left_impatient: Floats
    waiting: Floats
    served_wait_h: Floats
    left_wait_h: Floats
    work: Floats
    used: Floats


class Queue:
    """The waiting requests of all offers.

    ``waiting[s, j, a]`` is how many requests of segment s wait at offer j since a ticks ago. Fluid or whole
    requests are settings of this one queue: with ``whole`` only whole requests are served, and impatience is
    drawn.

    A tick's work need not come out even in whole requests: ``begun[s, j]`` is the work done on one request of
    segment s at offer j that is not finished. It is lost when nobody of them waits any more.
    """

    def __init__(
        self, segments: int, offers: int, tick_hours: float, patience_h: Floats, *, whole: bool = False
    ) -> None:
        """``patience_h``: mean time that a request of each segment is willing to wait [h]; infinite for ever."""
        self.tick_hours = tick_hours
        self.whole = whole
        self.waiting: Floats = np.zeros((segments, offers, 1))
        patience = np.asarray(patience_h, dtype=np.float64)
        safe = np.where(patience > 0, patience, 1.0)
        with np.errstate(over="ignore"):
            self.stays = np.where(patience > 0, np.exp(-tick_hours / safe), 0.0)
        self.begun: Floats = np.zeros((segments, offers))
        """Work done on requests that are not finished [rack-h], by segment and offer; 0 in a fluid."""
        self.waited_h: Floats = np.zeros((segments, offers))
        """Waiting time so far of the requests that wait now, summed [request-h]."""

    @property
    def length(self) -> Floats:
        """Requests waiting, by segment and offer."""
        return np.asarray(self.waiting.sum(axis=2))

    def backlog(self, work: Floats) -> Floats:
        """Work waiting [rack-h], by offer: what is still to be done."""
        return np.asarray((self.length * work - self.begun).sum(axis=0))

    def serve(
        self,
        book: Book,
        arrivals: Floats,
        capacity: Floats,
        rule: Rationing,
        rng: np.random.Generator,
        closed: NDArray[np.bool_] | None = None,
    ) -> Round:
        """Let ``arrivals`` join, serve what ``capacity`` [rack-h by pool] allows, and let the impatient leave.

        Nobody stays at an offer that is ``closed``.
        """
        queue = np.concatenate([arrivals[:, :, None], self.waiting], axis=2)
        # New requests have age 0; what waited before has aged by a tick already (see _leave).
        # Where a request takes less than it did, so does what was begun of it.
        begun = np.minimum(self.begun, book.work * ALMOST)
        served, self.begun = self._allot(book, queue, begun, capacity, rule, rng)
        left = queue - served
        if not self.whole:
            left[left < 1e-12 * np.maximum(queue, 1e-300)] = 0.0
            served = queue - left
        work = np.maximum(served.sum(axis=2) * book.work + (self.begun - begun), 0.0)
        used = np.bincount(book.pool, weights=work.sum(axis=0), minlength=book.pools)
        ages = np.arange(queue.shape[2]) * self.tick_hours
        served_wait = (served * ages).sum(axis=2)
        before = (left * ages).sum(axis=2)
        late, impatient = self._leave(book, left, rng, closed)
        left_wait = before - (left * ages).sum(axis=2)
        self._keep(left)
        return Round(
            arrivals,
            served.sum(axis=2),
            late,
            impatient,
            self.length,
            served_wait,
            left_wait,
            work,
            np.minimum(used, capacity),
        )

    def _allot(
        self, book: Book, queue: Floats, begun: Floats, capacity: Floats, rule: Rationing, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Requests served, by segment, offer and age, and what is begun of others [rack-h], by segment and offer."""
        asked = queue * book.work[:, :, None]
        by_pool = np.bincount(book.pool, weights=asked.sum(axis=(0, 2)) - begun.sum(axis=0), minlength=book.pools)
        enough = by_pool <= capacity
        served = queue * enough[book.pool][None, :, None]
        after = np.zeros(begun.shape)
        for pool in np.flatnonzero(~enough):
            of_pool = book.pool == pool
            s, j, age = np.nonzero((queue > 0) & of_pool[None, :, None])
            work, priority, arrived = book.work[s, j], book.priority[j], -age.astype(np.float64)
            if self.whole:
                kind = s * book.offers + j
                oldest = np.append(kind[1:] != kind[:-1], True)
                asks = Asked(kind, queue[s, j, age], work, priority, arrived)
                served[s, j, age], done = finish(asks, begun[s, j] * oldest, float(capacity[pool]), rule, rng)
                np.add.at(after, (s, j), done)
            else:
                claims = Claims(queue[s, j, age] * work, priority, arrived, np.zeros(work.shape))
                given = rule.share(claims, float(capacity[pool]), rng) / work
                served[s, j, age] = np.minimum(given, queue[s, j, age])
        return served, after

    def _leave(
        self, book: Book, left: Floats, rng: np.random.Generator, closed: NDArray[np.bool_] | None
    ) -> tuple[Floats, Floats]:
        """Take out of ``left`` those whose deadline passes and those who lose patience."""
        ages = np.arange(left.shape[2])
        over = (ages[None, :] + 1 > book.deadline_ticks[:, None])[None, :, :]
        late = left * over
        left -= late
        stays = np.asarray(self.stays[:, None, None])
        if book.spare.any():  # who orders what is done when there is time has agreed to wait for it
            stays = np.where(book.spare[None, :, None], 1.0, stays)
        if closed is not None and closed.any():
            stays = np.where(closed[None, :, None], 0.0, stays)
        impatient = (
            left - rng.binomial(left.astype(np.int64), np.broadcast_to(stays, left.shape))
            if self.whole
            else left * (1.0 - stays)
        )
        left -= impatient
        return late.sum(axis=2), impatient.sum(axis=2)

    def _keep(self, left: Floats) -> None:
        """Keep what is left, a tick older, and drop ages at which nobody waits."""
        ages = left.any(axis=(0, 1)).nonzero()[0]
        self.waiting = left[:, :, : int(ages[-1]) + 1 if ages.size else 1].copy()
        self.begun[self.length <= 0] = 0.0
        aged = (np.arange(self.waiting.shape[2]) + 1.0) * self.tick_hours
        self.waited_h = (self.waiting * aged).sum(axis=2)

    def add(self, requests: Floats) -> None:
        """Let requests that left another offer join as if they had come in the tick that ends."""
        self.waiting[:, :, 0] += requests
        self.waited_h += requests * self.tick_hours
