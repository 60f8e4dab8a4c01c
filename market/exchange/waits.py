"""The wait that a request can expect: what waits before it, and chance within the tick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require
from market.exchange.books import Book
from market.exchange.queueing import erlang_a, priority_waits, wait_ggc

type Floats = NDArray[np.float64]

#: A mean wait in which a smaller part than this would leave is as if nobody did.
PATIENT = 1e-9
#: Who leaves faster [1/h] has no patience at all, and leaves at the end of the tick.
AT_ONCE = 0.5e9
#: Of e to this power of those who wait hardly one is left.
MOST_LEFT = 600.0
#: Load of a rank without orders, to tell what somebody in it would wait for.
SMALL_RANK = 1e-5


class Backlog(NamedTuple):
    """What waits, and how fast those who wait leave.

    Attributes:
        work: work that waits, without what is done of it [rack-h], by segment and offer.
        impatience: rate at which requests that wait leave [1/h], by segment.
    """

    work: Floats
    impatience: Floats


def leaving(book: Book, impatience: Floats) -> Floats:
    """Rate at which requests that wait leave [1/h], by segment and offer; who ordered for later has agreed to wait."""
    return np.where(book.spare, 0.0, impatience[:, None])


class Above(NamedTuple):
    """Work of ranks above.

    Attributes:
        work: what waits of it [rack-h].
        leaves: rate at which it leaves while it waits [1/h].
    """

    work: Floats
    leaves: Floats


def left_over(room: Floats, above: Above, long: Floats) -> tuple[Floats, Floats]:
    """What ranks above leave of machines [racks], by time, and from when in that time on [h].

    What waits of them changes by U' = -s - b U, but is never below nothing, where s is ``room``: what machines do less
    what comes of them (less than nothing where that is more than they do), and b the rate at which they leave. So it
    is gone ln(1 + b U / s) / b after a time has begun, and U exp(b t) is, at the end of each, a sum less its lowest
    value so far.

    >>> room = np.array([1.0, -1.0, 2.0, 2.0])  # in four hours
    >>> [part.round(3).tolist() for part in left_over(room, Above(np.array(0.5), np.array(0.0)), np.ones(4))]
    [[1.0, 0.0, 2.0, 2.0], [0.5, 0.0, 0.5, 0.0]]
    >>> [part.round(3).tolist() for part in left_over(room, Above(np.array(0.5), np.array(1e9)), np.ones(4))]
    [[1.0, 0.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0]]

    Args:
        room: s, by time and what is asked about.
        above: what waits now, and how fast it leaves.
        long: how long each time is [h], in the shape of ``room`` or one that goes with it.
    """
    end, leaves = np.cumsum(long, axis=0), above.leaves
    rate = np.minimum(leaves, MOST_LEFT / end[-1])
    left = np.exp(rate * end)
    each = np.divide(-np.expm1(-rate * long), rate, out=long + 0.0 * rate, where=rate > 0)
    path = above.work - np.cumsum(room * each * left, axis=0)
    waits = (path - np.minimum(np.minimum.accumulate(path, axis=0), 0.0)) / left
    # Of those who leave faster only who came lately is there when a time ends.
    waits = np.divide(np.maximum(-room, 0.0), leaves, out=waits, where=leaves > rate)
    waits = np.concatenate([np.broadcast_to(above.work, waits[:1].shape), waits[:-1]])  # as each time begins
    with np.errstate(divide="ignore", invalid="ignore"):
        late = np.where(waits > 0, np.where(room > 0, waits / room, np.inf), 0.0)
        late = np.divide(np.log1p(leaves * late), leaves, out=late, where=leaves > 0)
    some = (room > 0) & (late < long)
    return np.where(some, room, 0.0), np.where(some, late, 0.0)


def time_to_serve(
    work: Floats, leaves: Floats, room: Floats, hours: float, first_h: float | None = None, above: Above | None = None
) -> Floats:
    """How long it takes to serve what waits [h], if a part of it leaves, and who comes before it is served first.

    Work A falls by A' = -s(t) - a A, where s is what machines do less what is done before it (``left_over``), and is
    gone at the first time t with

        integral of s(u) exp(a u) du from 0 to t = A                                                   (1)

    so with a room that stays at ln(1 + a A / s) / a (a fluid with exponential patience; Whitt 2006, "Fluid models for
    multiserver queues with abandonments").

    >>> two = np.array([[1.0], [-1.0], [2.0]])  # an hour in which one is done, one in which one comes before, then two
    >>> [time_to_serve(np.array([w]), np.zeros(1), two, 1.0).item() for w in (0.0, 0.5, 1.0, 1.5, 3.0)]
    [0.0, 0.5, 2.5, 2.75, 4.5]
    >>> time_to_serve(np.full(4, 2.0), np.array([0.0, 0.5, 1e9, 0.0]), np.array([[1.0, 1.0, 1.0, 0.0]]), 1.0).round(4)
    array([2.    , 1.3863, 0.    ,    inf])

    Args:
        work: A [rack-h].
        leaves: a, rate at which those who wait leave [1/h].
        room: what machines do less what comes before it, by time and what waits [racks]; after the last of these
            times what is left is what it was on average.
        hours: how long each of these times is [h].
        first_h: what is left of the first [h]; all of it, if not given.
        above: what waits before it in other ranks; none, if not given.
    """
    long: Floats = np.full(len(room), hours)
    long[0] = hours if first_h is None else first_h
    long = long.reshape(-1, *(1,) * work.ndim)
    late = np.zeros(room.shape)
    if (above is not None and above.work.any()) or (room < 0).any():
        room, late = left_over(room, above or Above(0.0 * work, 0.0 * work), long)
    return _when_gone(work, leaves, room, late, long)


def _when_gone(work: Floats, leaves: Floats, room: Floats, late: Floats, long: Floats) -> Floats:
    """Time t of equation (1) [h], where in each time of ``long`` hours there is ``room`` from ``late`` hours on."""
    end = long.cumsum(axis=0)
    start, rest = np.concatenate([0.0 * end[:1], end[:-1]]) + late, long - late
    grown = np.exp(np.minimum(leaves * start, MOST_LEFT))
    each = np.divide(
        np.expm1(np.minimum(leaves * rest, MOST_LEFT / 10.0)), leaves, out=rest + 0.0 * leaves, where=leaves > 0
    )
    done = np.cumsum(room * grown * each, axis=0)
    gone = done > work
    at = np.where(gone.any(axis=0), gone.argmax(axis=0), len(room))[None]  # the first time in which it is gone

    def then(by_time: Floats, after: Floats) -> Floats:
        return np.asarray(np.take_along_axis(np.concatenate([by_time, after[None]]), at, axis=0)[0])

    before = np.take_along_axis(np.concatenate([np.zeros((1, *work.shape)), done]), at, axis=0)[0]
    now = then(room, (room * rest).sum(axis=0) / end[-1])
    begun = then(start, np.zeros(work.shape) + end[-1])
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # for ever, where there is no room
        patient = np.where(now > 0, (work - before) / (now * np.exp(np.minimum(leaves * begun, MOST_LEFT))), np.inf)
        sooner = np.log1p(leaves * patient)
    last = np.divide(sooner, leaves, out=np.asarray(patient), where=leaves > 0)
    return np.asarray(begun + last)


@dataclass(frozen=True)
class _Ranks:
    """Sums by pool and rank."""

    book: Book

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        return self.book.pool * self.book.ranks + self.book.rank

    def sums(self, values: Floats) -> Floats:
        """Of what is by segment and offer."""
        shape = self.book.pools, self.book.ranks
        return np.bincount(self._place, weights=values.sum(axis=0), minlength=shape[0] * shape[1]).reshape(shape)

    def upto(self, values: Floats) -> Floats:
        """The same of a rank and those above."""
        return np.cumsum(self.sums(values), axis=1)

    def placed(self, by_offer: Floats) -> Floats:
        """What offers of a rank have in common, by time, pool and rank."""
        placed = np.zeros((len(by_offer), self.book.pools * self.book.ranks))
        placed[:, self._place] = by_offer
        return placed.reshape(-1, self.book.pools, self.book.ranks)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)


def _shifted(by_rank: Floats) -> Floats:
    """What is by pool and rank, of the rank above."""
    return np.concatenate([np.zeros((len(by_rank), 1)), by_rank[:, :-1]], axis=1)


def _in_turn(
    ranks: _Ranks,
    work: Floats,
    leaves: Floats,
    waiting: Floats,
    racks: Floats,
    hours: float,
    room_later: Floats | None,
) -> Floats:
    """How long requests of this tick wait for what is before them [h], by pool and rank.

    ``work`` that comes in the tick and that is ``waiting`` [rack-h], by segment and offer; ``racks``: by pool.
    """
    new, ahead = ranks.sums(work) / hours, ranks.upto(waiting)
    upto = np.cumsum(new, axis=1)
    # Mean of what lies before those who come in the course of the tick, as it builds up or drains away, behind the
    # ranks above.
    net = (upto - racks) * hours
    with np.errstate(divide="ignore", invalid="ignore"):
        emptied = ahead**2 / (-2.0 * net)
    mean = np.where(ahead + net >= 0, ahead + net / 2.0, emptied)
    above = _shifted(np.where(mean > 0, mean, 0.0))
    before = np.where(new > 0, mean, above + ranks.sums(waiting))
    room = (racks - (upto - new))[None]
    if room_later is not None:
        room = np.concatenate([room, ranks.placed(room_later)])
    gone = gone_above = np.zeros(before.shape)
    if leaves.any():
        all_work, left = ranks.sums(waiting + work), ranks.sums((waiting + work) * leaves)
        gone = _share(left, all_work)
        gone_above = _share(_shifted(left.cumsum(axis=1)), _shifted(all_work.cumsum(axis=1)))
    # Who comes in the middle of the tick.
    wait = time_to_serve(before - above, gone, room, hours, hours / 2.0, Above(above, gone_above))
    return np.where(racks > 0, wait, np.where(ahead + upto > 0, np.inf, 0.0))


@dataclass(frozen=True)
class WaitModel:
    """How users expect to wait, from the load of a pool.

    A request waits for the work before it (its own rank and those above), of which a part leaves before its turn, while
    those who come to ranks above are served first (``time_to_serve``), and by chance: by the formulas for ranks that
    differ in work (Cobham 1954; see ``queueing.priority_waits``), where the services of a rank are a mixture of those
    of its segments and offers. Other than Poisson arrivals scale them by the ratio of the G/G/c to the M/G/c formula,
    and those who may leave by the ratio of M/M/c+M to M/M/c with the same ranks. Exact for M/M/c and M/M/c+M, both
    with priorities, and for M/G/1 with priorities and services of any kind; else approximate. By chance nobody leaves
    in numbers: who does is counted among those who wait for longer than a tick.

    Attributes:
        chance: whether requests wait by chance within a tick; off for fluid textbook cases.
        service_scv: squared coefficient of variation of the time that a request of one segment at one offer takes;
            1 for exponential. Differences between segments and offers come on top.
        arrival_scv: the same of the times between arrivals; above 1 for bursts.
        preemptive: whether a higher rank interrupts a lower one.
        fullest: load at which the stationary formula is read when the pool is fuller than that: orders of the lowest
            ranks are cut to it. The overload beyond it is what waits at the end of the tick.
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

    def expected(
        self,
        book: Book,
        orders: Floats,
        backlog: Backlog,
        capacity: Floats,
        tick_hours: float,
        room_later: Floats | None = None,
    ) -> Floats:
        """Mean wait of a request that comes in this tick [h], by offer.

        Args:
            book: the offers.
            orders: requests that come in this tick, by segment and offer.
            backlog: what waited before, and how fast those who wait leave.
            capacity: work that can be done in this tick [rack-h], by pool.
            tick_hours: length of the tick [h].
            room_later: what ranks above leave of machines in the ticks after this one, by tick and offer [racks], less
                than nothing where they ask for more; without it, what they leave in this one.
        """

        ranks, rate = _Ranks(book), (capacity / tick_hours)[:, None]
        work, leaves = orders * book.work, leaving(book, backlog.impatience)
        waits = _in_turn(ranks, work, leaves, backlog.work, rate, tick_hours, room_later)
        if self.chance:
            arrivals, squares = (ranks.sums(values) / tick_hours for values in (orders, work * book.work))
            slots = ranks.sums(work * book.slots).sum(axis=1) / tick_hours
            impatience = _share(ranks.upto(work * np.where(leaves < AT_ONCE, leaves, 0.0)), ranks.upto(work))
            waits = waits + self._by_chance(
                arrivals, ranks.sums(work) / tick_hours, squares, slots, rate[:, 0], impatience
            )
        return np.asarray(waits[book.pool, book.rank])

    def _by_chance(
        self, arrivals: Floats, work: Floats, squares: Floats, slots: Floats, racks: Floats, impatience: Floats
    ) -> Floats:
        """Stationary waits [h] by pool and rank; 0 where nothing is ordered or nothing can be done.

        Args:
            arrivals: requests an hour, by pool and rank.
            work: work that comes in an hour, by pool and rank [racks].
            squares: the same with the square of each request's work, by pool and rank [rack-h x racks].
            slots: work times the requests that a rack has in flight, by pool.
            racks: by pool.
            impatience: rate at which requests of a rank and those above leave [1/h], by pool and rank.
        """
        waits = np.zeros(work.shape)
        total = work.sum(axis=1)
        busy = ((total > 0) & (racks > 0)).nonzero()[0]
        if busy.size == 0:
            return waits
        arrivals, work, squares, total = arrivals[busy], work[busy], squares[busy], total[busy]
        per_rack = slots[busy] / total
        servers = racks[busy] * per_rack
        together = arrivals.sum(axis=1)
        # A slot is held while its share of a rack works; a rank without orders is taken for the mean of the pool.
        mean = (total / together)[:, None]
        each = np.divide(work, arrivals, out=mean + np.zeros(work.shape), where=work > 0)
        upto = np.cumsum(work, axis=1) / racks[busy, None]
        fits = self._that_fit(upto)
        found = np.asarray(
            priority_waits(
                arrivals * fits,
                each * per_rack[:, None],
                servers,
                preemptive=self.preemptive,
                service_scv=self._mixed_scv(squares, arrivals, each),
            )
        )
        if self.arrival_scv != 1.0:
            scv = self._mixed_scv(squares.sum(axis=1), together, mean[:, 0])
            station = mean[:, 0] * per_rack, scv, servers
            fuller = np.maximum(upto[:, -1] / self.fullest, 1.0)
            plain, real = (wait_ggc(together / fuller, a, *station) for a in (1.0, self.arrival_scv))
            found = found * np.divide(real, plain, out=np.ones(servers.shape), where=plain > 1e-200)[:, None]
        found = self._of_the_last_that_fits(found, upto)
        matters = found * impatience[busy] > PATIENT
        if matters.any():
            came = np.cumsum(arrivals, axis=1)
            service = np.divide(np.cumsum(work, axis=1), came, out=mean + np.zeros(work.shape), where=came > 0)
            station = service * per_rack[:, None], servers[:, None], impatience[busy]
            found = np.where(matters, found * self._of_who_may_leave(upto, *station), found)
        waits[busy] = found
        return waits

    def _of_the_last_that_fits(self, found: Floats, upto: Floats) -> Floats:
        """Waits by pool and rank; of ranks of which nothing fits as of the last of which some does."""
        last = np.minimum(np.count_nonzero(upto <= self.fullest, axis=1), upto.shape[1] - 1)
        beyond = np.arange(upto.shape[1]) > last[:, None]
        return np.where(beyond, np.take_along_axis(found, last[:, None], axis=1), found)

    def _of_who_may_leave(self, upto: Floats, service: Floats, servers: Floats, impatience: Floats) -> Floats:
        """What chance waits are where requests may leave, over what they would be if none did, by pool and rank.

        A rank adds to the queue of those above it. With preemption, a rank and those above are a station of their own,
        M/M/c+M. Without, all ranks together keep all servers busy with the probability P of M/M/c+M, and while they
        are busy a rank and those above queue as if nobody stood below: their queue is P times what M/M/c+M of their
        load alone has while its servers are busy.
        """
        above = np.concatenate([np.zeros((len(upto), 1)), upto[:, :-1]], axis=1)
        above[above > self.fullest] = 0.0  # nothing fits: what it shares with those above, not what it adds
        loads = np.stack([above, np.maximum(upto, above + SMALL_RANK)])
        patience, rate = 1.0 / np.maximum(impatience, 1e-9), servers / service
        meet = erlang_a(loads * rate, service, servers, patience)
        # What a fluid of the same patience waits is not of chance: it waits at the end of a tick.
        fluid = patience * np.maximum(1.0 - 1.0 / np.maximum(loads, 1.0), 0.0)
        read = np.minimum(loads, self.fullest)
        left = loads * rate * np.maximum(meet.wait - fluid, 0.0)
        stayed = read * rate * wait_ggc(read * rate, 1.0, service, 1.0, servers)
        if not self.preemptive:
            busy, lines = np.asarray(meet.delayed), read / (1.0 - read)  # lines while busy, if nobody leaves
            left = np.divide(left, busy, out=np.zeros(left.shape), where=busy > 0) * busy[1, :, -1:]
            stayed = lines * (stayed[1] / lines[1])[:, -1:]
        added = stayed[1] - stayed[0]
        ratio = np.divide(left[1] - left[0], added, out=np.ones(added.shape), where=added > 0)
        return np.where(impatience > 0, np.clip(ratio, 0.0, 1.0), 1.0)

    def _that_fit(self, upto: Floats) -> Floats:
        """Share of the orders of each rank that machines can do, by pool and rank: those of the highest ranks first.

        What is beyond waits, and makes nobody wait who stands above it. ``upto``: load of the ranks so far.

        >>> WaitModel(fullest=1.0)._that_fit(np.array([[0.5, 0.9], [0.5, 1.5], [2.0, 3.0]]))
        array([[1. , 1. ],
               [1. , 0.5],
               [0.5, 0. ]])
        """
        if not (upto[:, -1] > self.fullest).any():
            return np.ones(upto.shape)
        own = np.diff(upto, axis=1, prepend=0.0)
        fits = np.diff(np.minimum(upto, self.fullest), axis=1, prepend=0.0)
        return np.divide(fits, own, out=np.ones(upto.shape), where=own > 0)

    def _mixed_scv(self, squares: Floats, arrivals: Floats, mean: Floats) -> Floats:
        """Squared coefficient of variation of services whose mean differs from request to request [1]."""
        square = np.divide(squares, arrivals, out=np.zeros(squares.shape), where=arrivals > 0)
        return np.maximum((1.0 + self.service_scv) * square / mean**2 - 1.0, self.service_scv)
