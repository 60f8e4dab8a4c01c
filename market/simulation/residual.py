"""What is left of demand where rivals are full: research of sellers who count that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.demand.segment import Segment
from market.exchange.books import Book
from market.simulation.asking import Asking
from market.simulation.overflowing import overflow, places, without_tastes
from market.simulation.research import Estimated, Research
from market.supply.outlook import Estimate

type Floats = NDArray[np.float64]

#: Relative change of a price by which slopes are found as differences.
STEP = 1e-5


class Residual(Estimated):
    """Demand for own offers, with what goes on to them from rivals for which that is too much.

    Slopes are differences; where some of the users take the best without fail, and demand has steps, those of all
    demand.
    """

    _capacity: Floats
    _factor: Floats
    _prices: Floats

    def __init__(
        self, asking: Asking, factor: Floats, own: NDArray[np.int64], prices: Floats, capacity: Floats
    ) -> None:
        """``capacity``: work that rivals can do in a tick [rack-h], by pool; infinite for own pools."""
        super().__init__(asking, factor, own, prices)
        self.__dict__.update(_capacity=capacity, _factor=factor, _prices=np.array(prices, dtype=np.float64))

    @cached_property
    def _orders(self) -> tuple[Floats, bool]:
        """Requests by segment and offer, and whether some go on to others."""
        asking = self._asking
        orders = asking(self._trial).requests
        found = places(asking.book, orders, np.zeros(asking.book.offers), self._capacity)
        if not (orders * found.too_many).any():
            return orders, False
        gone, come = overflow(asking, self._trial, orders, found)
        return orders - gone + come, True

    @cached_property
    def demand(self) -> Floats:
        """Million output-equivalent tokens a tick, by own offer."""
        return np.asarray((self._to_own(self._orders[0]) * self._billed).sum(axis=0))

    @cached_property
    def own(self) -> Floats:
        """Fall with the own price, by own offer."""
        return self._of_all.own if self._plain else -np.diagonal(self._derivative)

    @cached_property
    def cross(self) -> Floats:
        """Rise with other own prices, by own offer and other."""
        return self._of_all.cross if self._plain else self._derivative * (1.0 - np.eye(self._offers.size))

    @cached_property
    def _of_all(self) -> Estimated:
        return Estimated(self._asking, self._factor, self._offers, self._prices)

    @property
    def _plain(self) -> bool:
        """Whether slopes are those of all demand."""
        founded = self._asking.founded
        steps = any(
            isinstance(users, Segment) and without_tastes(founded, s)
            for s, users in enumerate(founded.economy.segments)
        )
        return steps or not self._orders[1]

    @cached_property
    def _derivative(self) -> Floats:
        """Rise of demand for an own offer with the price of another, by both."""
        columns = []
        for k in range(self._offers.size):
            apart = STEP * max(float(self._prices[k]), STEP)
            more, less = (self._at(k, sign * apart).demand for sign in (1.0, -1.0))
            columns.append((more - less) / (2.0 * apart))
        return np.array(columns).T

    def _at(self, offer: int, apart: float) -> Residual:
        prices = self._prices.copy()
        prices[offer] += apart
        return Residual(self._asking, self._factor, self._offers, prices, self._capacity)


@dataclass(frozen=True)
class AmongFull:
    """Market research of a seller that knows which rivals are full.

    Attributes:
        research: about all demand.
        capacity: work that can be done in the tick [rack-h], by pool; infinite for own pools.
    """

    research: Research
    capacity: Floats

    def of_tick(self, book: Book, factor: Floats, own: NDArray[np.int64], prices: Floats) -> Estimate:
        """Demand for own offers at own prices in the tick that comes.

        ``factor``: what the hour multiplies list prices by, by offer.
        """
        return Residual(self.research.in_tick(book), factor, own, prices, self.capacity)

    def of_usual_tick(self, book: Book, now: Floats, own: NDArray[np.int64], prices: Floats) -> Estimate:
        """The same in a tick of mean load; see ``Research``."""
        usually, factor = self.research.over_the_week(book, now, own)
        return Residual(usually, factor, own, prices, self.capacity)
