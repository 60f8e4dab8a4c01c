"""What sellers find out about demand: pure questions about the market as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared, Response
from market.exchange.waits import Backlog
from market.simulation.asking import Asking
from market.simulation.following import Following
from market.simulation.founded import Founded
from market.simulation.state import Ordered
from market.supply.outlook import Estimate

type Floats = NDArray[np.float64]

HOURS_PER_WEEK = 168.0

#: Relative change of orders by which the toll is found as a difference.
STEP = 1e-5


class Estimated(Estimate):
    """Market research: demand for own offers at own prices, everybody else's as they stand.

    Routed offers follow (``simulation.following``). Slopes are asked for when they are looked at: what most questions
    are about is demand alone.
    """

    _asking: Asking
    _offers: NDArray[np.int64]
    _billed: Floats
    _paid: Floats
    _trial: Floats
    _following: Following | None

    def __init__(self, asking: Asking, factor: Floats, own: NDArray[np.int64], prices: Floats) -> None:
        """``factor``: what the hour multiplies list prices by, by offer."""
        billed = asking.book.billed[:, own]
        paid = factor[own] * billed
        trial = asking.book.request_prices()
        trial[:, own] = prices * paid
        level = asking.book.price.copy()
        level[own] = prices * factor[own]
        following = Following.of(asking, level, own)
        if following is not None:
            trial = following.priced(trial)
        self.__dict__.update(
            _asking=asking, _offers=own, _billed=billed, _paid=paid, _trial=trial, _following=following
        )

    def _to_own(self, by_offer: Floats) -> Floats:
        """Numbers by own offer along the last axis, with those of routed offers that go there."""
        following = self._following
        return by_offer[..., self._offers] if following is None else following.brought(by_offer, self._offers)

    def _by_own_price(self, by_offer: Floats) -> Floats:
        """The same of what changes with prices, since prices of routed offers move with their target's."""
        return self._to_own(by_offer if self._following is None else self._following.weighed(by_offer))

    @cached_property
    def _with_slopes(self) -> Response:
        return self._asking(self._trial, slopes=True)

    @cached_property
    def demand(self) -> Floats:
        """Million output-equivalent tokens a tick, by own offer."""
        response = self._with_slopes if "_with_slopes" in self.__dict__ else self._asking(self._trial)
        return np.asarray((self._to_own(response.requests) * self._billed).sum(axis=0))

    @cached_property
    def own(self) -> Floats:
        """Fall with the own price, by own offer."""
        return np.asarray((self._by_own_price(self._with_slopes.own) * self._billed * self._paid).sum(axis=0))

    @cached_property
    def cross(self) -> Floats:
        """Rise with other own prices, by own offer and other."""
        of_own = np.swapaxes(self._to_own(np.swapaxes(self._with_slopes.cross, 1, 2)), 1, 2)
        cross = self._by_own_price(of_own)
        return np.asarray(np.einsum("sj,sjk,sk->jk", self._billed, cross, self._paid))


@dataclass(frozen=True)
class Research:
    """Market research about the tick that comes, and about one of mean load.

    What users would want is found when a seller asks.

    Attributes:
        founded: who there is.
        tick: number of the tick that comes.
        alive: whether an offer's provider sells.
        delay_h: wait and time of writing that users think usual [h], by segment and offer.
        ready: whether an offer has machines.
    """

    founded: Founded
    tick: int
    alive: NDArray[np.bool_]
    delay_h: Floats
    ready: NDArray[np.bool_]

    @cached_property
    def _in_tick(self) -> tuple[Wanted, ...]:
        return tuple(cohort.would_want(self.tick) for cohort in self.founded.cohorts)

    @cached_property
    def _usually(self) -> tuple[Wanted, ...]:
        return tuple(cohort.would_usually_want(self.tick) for cohort in self.founded.cohorts)

    def in_tick(self, book: Book) -> Asking:
        """Users in the tick that comes, before these offers."""
        return Asking(self.founded, self._in_tick, book, self.alive, self.delay_h, self.ready)

    def usually(self, book: Book) -> Asking:
        """Users in a tick of mean load, before these offers."""
        return Asking(self.founded, self._usually, book, self.alive, self.delay_h, self.ready)

    def of_tick(self, book: Book, factor: Floats, own: NDArray[np.int64], prices: Floats) -> Estimate:
        """Demand for own offers at own prices in the tick that comes.

        ``factor``: what the hour multiplies list prices by, by offer.
        """
        return Estimated(self.in_tick(book), factor, own, prices)

    def of_usual_tick(self, book: Book, now: Floats, own: NDArray[np.int64], prices: Floats) -> Estimate:
        """The same in a tick of mean load, at the mean of what the hours of a week multiply list prices by.

        ``now``: what this hour multiplies them by, by offer.
        """
        usually, factor = self.over_the_week(book, now, own)
        return Estimated(usually, factor, own, prices)

    def over_the_week(self, book: Book, now: Floats, own: NDArray[np.int64]) -> tuple[Asking, Floats]:
        """Users in a tick of mean load, and what the hours of a week multiply list prices by, by offer.

        Who asks more in some hours than in others is told of the tick that comes: its buyers are other ones in each.
        """
        begin = self.founded.calendar.moment(self.tick)
        factor = np.array([tariff.factor(begin, HOURS_PER_WEEK) for tariff in book.tariffs])
        if (factor[own] != now[own]).any():
            return self.in_tick(book), now
        return self.usually(book), factor


def hourly_cost(asking: Asking, cleared: Cleared, orders: Floats) -> Floats:
    """What an hour's wait costs those who ordered an offer at the cleared prices, all together [USD/h], by offer."""
    cohorts, expected = asking.founded.cohorts, cleared.response.requests
    cost = [
        cohort.hourly_cost(asking.wanted[s], asking.scene(s), cleared.prices[s]) for s, cohort in enumerate(cohorts)
    ]
    came = np.divide(orders, expected, out=np.zeros(orders.shape), where=expected > 0)  # 1 but for whole requests
    return np.asarray((np.array(cost).reshape(orders.shape) * came).sum(axis=0))


def toll(asking: Asking, ordered: Ordered, capacity: Floats, own: NDArray[np.int64]) -> Floats:
    """What one more order of each own offer cost the others last tick by waiting [USD per million tokens].

    ``asking``: users as they were in that tick, and the offers as they are.
    """
    economy, book, orders = asking.founded.economy, asking.book, ordered.orders
    total = orders.sum(axis=0)
    per_hour = hourly_cost(asking, ordered.cleared, orders)
    none = Backlog(np.zeros(orders.shape), asking.founded.impatience)
    tolls = np.zeros(own.size)
    for k, j in enumerate(own):
        if total[j] <= 0:
            continue
        waits = []
        for factor in (1.0 + STEP, 1.0 - STEP):
            changed = orders.copy()
            changed[:, j] *= factor
            waits.append(economy.waits.expected(book, changed, none, capacity, asking.founded.hours))
        more, less = waits
        both = np.isfinite(more) & np.isfinite(less)
        rise = np.subtract(more, less, out=np.zeros(more.shape), where=both) / (2.0 * STEP * total[j])
        sold = float(orders[:, j] @ book.billed[:, j]) / total[j]
        tolls[k] = float(rise @ per_hour) / sold
    return tolls


def rent_losses(founded: Founded, book: Book, cleared: Cleared, used: Floats, capacity: Floats) -> Floats:
    """What one rack-hour more of a pool takes off the rents of all pools of its owner [USD per rack-h], by pool.

    Rents fall by the inverse of the slopes of demand and of supply (a pool that costs more the more it does gives way),
    in the pool itself and in those that compete with it; 0 without scarcity. ``used`` and ``capacity``: by pool
    [rack-h].
    """
    losses = np.zeros(book.pools)
    scarce = np.flatnonzero(cleared.rents > 0)
    if not founded.economy.clearing.charges_rents or scarce.size == 0:
        return losses
    hessian = np.zeros((book.pools, book.pools))
    member = np.eye(book.pools)[book.pool]
    for s in range(book.segments):
        weighted = book.work[s][:, None] * member
        hessian -= weighted.T @ cleared.response.derivative(s) @ weighted
    rents = cleared.rents.tolist()
    hessian[np.diag_indices(book.pools)] += [
        curve.slope(rents[k], float(capacity[k])) for k, curve in enumerate(founded.supply_curves)
    ]
    falls = np.linalg.pinv(hessian[np.ix_(scarce, scarce)])
    owner = np.zeros(book.pools, dtype=np.int64)
    for p in founded.providers:
        owner[p.pools] = p.number
    same = owner[scarce][:, None] == owner[scarce][None, :]
    losses[scarce] = np.maximum((falls * same) @ used[scarce], 0.0)
    return losses
