"""Users and situations for tests of clearing: small markets whose rents can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from market.demand.choice import choose
from market.demand.options import Options
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared, Response, Situation
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import FixedCapacity, SupplyCurve
from market.simulation.asking import Asking
from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]
type Respond = Callable[..., Response]


def smooth(most: Sequence[float], slopes: Sequence[Sequence[float]]) -> Respond:
    """One segment whose orders are ``most - slopes @ prices``, wherever that is 0 or more."""
    top, fall = np.array(most, dtype=np.float64), np.array(slopes, dtype=np.float64)
    choke = np.linalg.solve(fall, top)

    def respond(prices: Floats, blur: float = 0.0) -> Response:
        orders = top - fall @ prices[0]
        short = choke - prices[0]
        surplus = 0.5 * float(short @ fall @ short)
        own = np.diag(fall)
        return Response(
            orders[None, :],
            top.sum(keepdims=True) - orders.sum(),
            np.zeros(1),
            np.zeros(1),
            np.array([surplus]),
            own[None, :],
            (np.diag(own) - fall)[None, :, :],
            np.zeros(1),
        )

    return respond


#: Two offers of which each gains half of what the other loses.
RIVALS = smooth([10.0, 10.0], [[2.0, -1.0], [-1.0, 2.0]])


def crowd(
    segments: Sequence[Sequence[tuple[float, float]]], quality: Sequence[Sequence[float]], outside: float | None = 0.0
) -> Respond:
    """Segments of people, each a worth [USD] and requests, who take the best of the offers; ``quality`` by segment."""

    def respond(prices: Floats, blur: float = 0.0) -> Response:
        parts = []
        for people, good, price in zip(segments, quality, prices, strict=True):
            worth, mass = (np.array(column, dtype=np.float64) for column in zip(*people, strict=True))
            table = np.array(good, dtype=np.float64)
            noise = blur / float(np.median(worth))
            what = Options(table, price, np.zeros(table.size, dtype=np.int64), 0.0, noise, outside, 1.0)
            parts.append(choose(what, 1.0 / worth, mass, slopes=1.0))
        none = np.zeros(len(parts))
        return Response(
            np.array([p.shares_sum for p in parts]),
            np.array([p.nothing for p in parts]),
            none,
            none.copy(),
            np.array([p.surplus for p in parts]),
            np.array([p.own for p in parts]),
            np.array([p.cross for p in parts]),
            none.copy(),
        )

    return respond


def asked(model: TokenMarket) -> tuple[Asking, Floats]:
    """The question that sellers put to users of a market, and prices of a request at which to put it [USD]."""
    state = model.state
    asking = Asking(model.founded, state.wanted, state.posted.book, state.firms.alive, state.expected.delay_h)
    return asking, state.posted.book.request_prices()


def assert_slopes_are_differences(model: TokenMarket, factors: Sequence[float], step: float = 1e-5) -> None:
    """The derivatives by price that sellers learn from one segment are what small changes give."""
    asking, usual = asked(model)
    prices = usual * np.array(factors)
    derivative = asking(prices, slopes=True).derivative(0)
    for k in range(prices.shape[1]):
        dearer = np.zeros(prices.shape)
        dearer[0, k] = step
        difference = (asking(prices + dearer).requests - asking(prices - dearer).requests)[0] / (2.0 * step)
        assert derivative[:, k] == pytest.approx(difference, rel=1e-6, abs=1e-6)


def situation(
    book: Book,
    capacity: Sequence[float],
    respond: Respond,
    *,
    supply: Sequence[SupplyCurve] | None = None,
    rents: Sequence[float] | None = None,
) -> Situation:
    return Situation(
        book,
        np.array(capacity, dtype=np.float64),
        supply or [FixedCapacity()] * len(capacity),
        respond,
        np.array(rents if rents is not None else [0.0] * len(capacity), dtype=np.float64),
    )


def auction(*args: Any, steps: int = 60, **knobs: Any) -> Cleared:
    return ScarcityAuction(steps=steps).clear(situation(*args, **knobs))


def work_of(cleared: Cleared, book: Book) -> Floats:
    return np.bincount(book.pool, weights=(cleared.response.requests * book.work).sum(axis=0), minlength=book.pools)
