"""Needs: what sellers of tokens expect to be asked, what machines it calls for, and what it earns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.exchange.books import Book

type Floats = NDArray[np.float64]

#: Steps in which a provider bids along its demand curve.
BID_STEPS = 8
BID_PARTS = (1.0 - (np.arange(BID_STEPS) + 0.5) / BID_STEPS)[:, None, None]
#: How many times its present price a provider thinks that it could charge at most.
MOST_RISE = 3.0


@dataclass(frozen=True)
class Needs:
    """What sellers of tokens expect to serve in the tick; made by ``needing``.

    What follows from it is worked out for all offers at once; a seller looks at its own, which stand side by side.

    Attributes:
        book: the offers.
        orders: requests, those that wait included, by segment and offer.
        earned: what a request earns its seller [USD], by segment and offer.
        slopes: fall of these requests with the own price [requests per USD], by segment and offer.
        place: kind of the day, and tick of the day.
        cost: running cost beside machines of a million tokens [USD], by offer.
    """

    book: Book
    orders: Floats
    earned: Floats
    slopes: Floats
    place: tuple[int, int]
    cost: Floats

    @cached_property
    def work(self) -> Floats:
        """Rack-hours that are called for [rack-h], by segment and offer."""
        return self.orders * self.book.work

    @cached_property
    def _left(self) -> Floats:
        """What a request earns, other cost taken off [USD], by segment and offer."""
        return np.asarray(self.earned - self.cost * self.book.billed)

    @cached_property
    def _by_offer(self) -> tuple[Floats, Floats]:
        """Rack-hours called for, and what they earn, other cost taken off [USD]; by offer and segment."""
        return np.ascontiguousarray(self.work.T), np.ascontiguousarray((self.orders * self._left).T)

    @cached_property
    def at_list(self) -> Floats:
        """What a rack-hour earns at list prices, other cost taken off [USD], by segment and offer."""
        return self._left / self.book.work

    @cached_property
    def along_demand(self) -> Floats:
        """The same where only those are served who pay most, by part of them, segment and offer, dearest first."""
        could = BID_PARTS * room_to_rise(self.orders, self.slopes, self.earned)
        return np.asarray((self.earned + could - self.cost * self.book.billed) / self.book.work)

    def work_of(self, own: slice) -> float:
        """Rack-hours that some offers call for [rack-h]."""
        return self._sums_of(own)[0]

    def earned_by(self, own: slice) -> float:
        """What a rack-hour of some offers earns on average at list prices, other cost taken off [USD]."""
        total, earned = self._sums_of(own)
        return earned / total if total > 0 else 0.0

    @cached_property
    def _known(self) -> dict[tuple[int, int], tuple[float, float]]:
        return {}

    def _sums_of(self, own: slice) -> tuple[float, float]:
        """Rack-hours that some offers call for, and what these earn [USD]; a seller asks several times a tick."""
        key = own.start, own.stop
        if key not in self._known:
            work, earned = (float(np.add.reduce(values[own], axis=None)) for values in self._by_offer)
            self._known[key] = work, earned
        return self._known[key]


def room_to_rise(expected: Floats, slopes: Floats, paid: Floats) -> Floats:
    """By how much the price of a request could rise before nobody bought it, by its last seen slope [USD]."""
    room = np.zeros(expected.shape)
    if slopes.any():
        with np.errstate(over="ignore"):  # where hardly anybody minds the price there is room without end
            np.divide(expected, slopes, out=room, where=slopes > 0)
        room = np.minimum(room, MOST_RISE * paid)  # a straight line is no guide far from where it was seen
    return room
