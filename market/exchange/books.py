"""The retail book: everything on offer, as arrays of one entry an offer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from capacity import Workload
from capacity.errors import InputError
from market.exchange.tariff import Tariff
from market.exchange.technology import LOADS, Technology
from market.exchange.tier_terms import TierTerms

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Listing:
    """One offer as it enters the book.

    Attributes:
        name: what it is called.
        provider: number of the provider that sells it.
        pool: number of the capacity pool that serves it.
        technology: how a request turns into work.
        speed: promised speed [token/s].
        priority: place in the order of service; smaller is served first.
        deadline_h: age at which a waiting request is turned away [h]; infinite for none.
        quota: requests that one user may make in a window; infinite for none.
        window_h: hours of a window [h].
        week_quota: requests that one user may make in a week; infinite for none.
        quality: worth of an answer relative to a perfect one, by segment.
        open_to: segments that may buy it; None for all.
        price: list price of output tokens at the start [USD per million].
        tariff: what of a request is billed, relative to output tokens.
        most_speed: speed at which it is served at most [token/s].
        least_h: time from the order to the answer at least [h].
        spare: whether it is served on machines that others leave idle.
    """

    name: str
    provider: int
    pool: int
    technology: Technology
    speed: float
    priority: float
    deadline_h: float
    quota: float
    quality: tuple[float, ...]
    open_to: tuple[bool, ...] | None = None
    price: float = 0.0
    tariff: Tariff = field(default_factory=Tariff)
    most_speed: float = math.inf
    least_h: float = 0.0
    spare: bool = False
    window_h: float = 24.0
    week_quota: float = math.inf

    @property
    def terms(self) -> TierTerms:
        """Those of its terms that a seller may choose."""
        return TierTerms(self.most_speed, self.least_h, self.deadline_h)

    def writing_hours(self, workload: Workload) -> Floats:
        """Time of writing an answer at each of ``technology.LOADS`` [h]."""
        speeds = np.minimum(self.technology.speeds(workload, self.speed), self.most_speed)
        return np.asarray(workload.output / 3600.0 / speeds)


@dataclass(frozen=True)
class Book:
    """All offers (J) seen by all segments (S); a change makes a new book.

    Attributes:
        names: by offer.
        provider, pool: numbers, by offer.
        priority, deadline_ticks, quota, promised: by offer.
        quota_ticks, week_quota: length of a quota's window [ticks], and what is granted in a week, by offer.
        least_h: time from the order to the answer at least [h], by offer.
        spare: whether it is served on machines that others leave idle, by offer.
        rank: place of the offer's priority among those of its pool, from 0, where the rationing rule serves by
            rank, else 0; ``ranks`` is how many there are at most.
        tariffs: what of a request is billed, by offer.
        workloads: shape of a request, by segment.
        work: rack-hours of one request [rack-h], by segment and offer.
        token_work: machine time of a million output, input and cached tokens [rack-h], by segment and offer.
        billed: what one request pays for, in million output-equivalent tokens, by segment and offer.
        tokens: tokens of one request, input and output [million], by segment.
        quality: by segment and offer.
        open: whether the segment may buy the offer.
        hours: time of writing an answer at each of ``technology.LOADS`` [h], by segment, offer and load.
        slots: requests a rack has in flight at full load, by segment and offer.
        price: list price of output tokens [USD per million], by offer; what else is billed is counted in them.
        pools: number of pools.
    """

    names: list[str]
    provider: Ints
    pool: Ints
    priority: Floats
    rank: Ints
    ranks: int
    deadline_ticks: Floats
    quota: Floats
    quota_ticks: Ints
    week_quota: Floats
    promised: Floats
    least_h: Floats
    spare: NDArray[np.bool_]
    tariffs: tuple[Tariff, ...]
    workloads: tuple[Workload, ...]
    work: Floats
    token_work: Floats
    billed: Floats
    tokens: Floats
    quality: Floats
    open: NDArray[np.bool_]
    hours: Floats
    slots: Floats
    price: Floats
    pools: int
    listings: list[Listing] = field(default_factory=list)

    @property
    def offers(self) -> int:
        """Number of offers, J."""
        return len(self.names)

    @property
    def segments(self) -> int:
        """Number of segments, S."""
        return int(self.work.shape[0])

    @property
    def window_ticks(self) -> Floats:
        """Ticks in which what waits has to be done to be in time, by offer: the last before the deadline is kept."""
        return np.maximum(self.deadline_ticks - 1.0, 1.0)

    def request_prices(self) -> Floats:
        """Price of a request [USD], by segment and offer."""
        return self.price * self.billed

    def with_tariff(self, offer: int, tariff: Tariff) -> Book:
        """The same book, with another tariff of an offer."""
        billed = self.billed.copy()
        billed[:, offer] = [tariff.billed(workload) for workload in self.workloads]
        tariffs = (*self.tariffs[:offer], tariff, *self.tariffs[offer + 1 :])
        return replace(self, tariffs=tariffs, billed=billed)

    def with_terms(self, offer: int, terms: TierTerms, tick_hours: float) -> Book:
        """The same book, with an offer on other terms; ``tick_hours``: length of a tick [h]."""
        listing = replace(
            self.listings[offer],
            most_speed=terms.most_speed,
            least_h=terms.least_h,
            deadline_h=terms.deadline_h,
        )
        least_h, deadline_ticks, hours = self.least_h.copy(), self.deadline_ticks.copy(), self.hours.copy()
        least_h[offer], deadline_ticks[offer] = terms.least_h, terms.deadline_h / tick_hours
        for s in np.flatnonzero(np.isfinite(self.work[:, offer]) & (self.hours[:, offer] > 0).any(axis=1)):
            hours[s, offer] = listing.writing_hours(self.workloads[s])
        listings = [*self.listings[:offer], listing, *self.listings[offer + 1 :]]
        return replace(self, least_h=least_h, deadline_ticks=deadline_ticks, hours=hours, listings=listings)


def rank_in_pool(pool: Ints, priority: Floats, *, by_rank: bool) -> tuple[Ints, int]:
    """Place of each offer's priority among those of its pool, from 0, and how many places there are at most.

    ``by_rank``: whether the rationing rule serves by rank; if not, all have the first.
    """
    rank = np.zeros(pool.size, dtype=np.int64)
    for number in np.unique(pool) if by_rank else ():
        members = np.flatnonzero(pool == number)
        rank[members] = np.unique(priority[members], return_inverse=True)[1]
    return rank, int(rank.max(initial=0)) + 1


def _what_is_served(
    listings: Sequence[Listing], workloads: Sequence[Workload]
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """Work, requests in flight, hours of writing, work by kind of token, by segment and offer; and who may buy."""
    shape = (len(workloads), len(listings))
    work, slots, hours = np.ones(shape), np.ones(shape), np.zeros((*shape, LOADS.size))
    token_work = np.zeros((*shape, 3))
    is_open = np.ones(shape, dtype=bool)
    for s, workload in enumerate(workloads):
        for j, listing in enumerate(listings):
            promised = listing.speed
            try:
                work[s, j] = listing.technology.work(workload, promised)
                hours[s, j] = listing.writing_hours(workload)
                slots[s, j] = listing.technology.slots(workload, promised)
                token_work[s, j] = listing.technology.token_work(workload, promised)
            except InputError:
                is_open[s, j] = False
            if listing.open_to is not None:
                is_open[s, j] &= listing.open_to[s]
    for j, listing in enumerate(listings):
        wanted = len(workloads) if listing.open_to is None else sum(listing.open_to)
        if wanted and not is_open[:, j].any():
            raise InputError(f"offer '{listing.name}' can serve no segment at {listing.speed:g} token/s")
    return work, slots, hours, token_work, is_open


def make_book(
    listings: Sequence[Listing],
    workloads: Sequence[Workload],
    tick_hours: float,
    pools: int,
    *,
    by_rank: bool,
) -> Book:
    """Put listings into arrays; what a listing's technology cannot serve for a segment is not open to it.

    ``by_rank``: whether the rationing rule serves by rank.
    """
    segments, offers = len(workloads), len(listings)
    names = [listing.name for listing in listings]
    if len(set(names)) != offers:
        doubled = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two offers are called '{doubled}'")
    shape = (segments, offers)
    work, slots, hours, token_work, is_open = _what_is_served(listings, workloads)
    billed = np.array([[listing.tariff.billed(workload) for listing in listings] for workload in workloads])
    pool, priority = np.array([x.pool for x in listings], dtype=np.int64), np.array([x.priority for x in listings])
    rank, ranks = rank_in_pool(pool, priority, by_rank=by_rank)
    column = np.array([[listing.quality[s] for listing in listings] for s in range(segments)], dtype=np.float64)
    return Book(
        names=names,
        provider=np.array([x.provider for x in listings], dtype=np.int64),
        pool=np.array([x.pool for x in listings], dtype=np.int64),
        priority=np.array([x.priority for x in listings], dtype=np.float64),
        rank=rank,
        ranks=ranks,
        deadline_ticks=np.array([x.deadline_h / tick_hours for x in listings], dtype=np.float64),
        quota=np.array([x.quota for x in listings], dtype=np.float64),
        quota_ticks=np.array([max(round(x.window_h / tick_hours), 1) for x in listings], dtype=np.int64),
        week_quota=np.array([x.week_quota for x in listings], dtype=np.float64),
        promised=np.array([x.speed for x in listings], dtype=np.float64),
        least_h=np.array([x.least_h for x in listings], dtype=np.float64),
        spare=np.array([x.spare for x in listings], dtype=bool),
        tariffs=tuple(x.tariff for x in listings),
        workloads=tuple(workloads),
        work=work,
        token_work=token_work,
        billed=billed.reshape(shape),
        tokens=np.array([(w.input + w.output) / 1e6 for w in workloads]),
        quality=column.reshape(shape),
        open=is_open,
        hours=hours,
        slots=slots,
        price=np.array([x.price for x in listings], dtype=np.float64),
        pools=pools,
        listings=list(listings),
    )
