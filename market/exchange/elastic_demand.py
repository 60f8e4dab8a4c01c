"""Demand that falls smoothly with the price, in a call auction beside bids and asks that are steps.

    q(p) = spending / reference x (reference / p) ^ elasticity

so at the reference price ``spending`` is spent, and with an elasticity of 1 at every price. Of that a buyer may have
some already (``beside``), and it may have no more money than ``most``: it takes

    min(max(q(p) - beside, 0), most / p)

The price at which the auction clears is found exactly: between two quoted prices the steps are constant, so that it is
the root of one decreasing function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capacity import solvers
from capacity.errors import require, require_or_inf
from market.exchange.call_auction import LARGEST, SAME, CallAuction, CallOutcome

type Floats = NDArray[np.float64]

#: Beyond this nobody takes [rack-h]: a price of next to nothing would call for more than can be added up.
MOST = LARGEST**0.5
#: Lowest price at which what money buys is counted [USD per rack-h].
TINIEST = 1e-300
#: What elastic demand asks beyond what clears, over all that is offered, so that it counts as not wholly served where
#: it sets the price.
BEYOND = 10.0 * (SAME - 1.0)


@dataclass(frozen=True)
class ElasticDemand:
    """A buyer with a budget.

    Attributes:
        spending: spent at the reference price [USD].
        reference: price at which that is spent [USD per rack-h].
        elasticity: by how many per cent it takes less when the price rises by one; 0 takes the same at any price.
        beside: what it has without buying [rack-h].
        most: most that it spends [USD].

    >>> ElasticDemand(100.0, 4.0, 1.0).quantity(5.0), ElasticDemand(100.0, 4.0, 2.0).quantity(8.0)
    (20.0, 6.25)
    >>> short = ElasticDemand(100.0, 4.0, 1.0, beside=5.0, most=60.0)
    >>> [short.quantity(price) for price in (2.0, 10.0, 20.0)]
    [30.0, 5.0, 0.0]
    """

    spending: float
    reference: float
    elasticity: float = 1.0
    beside: float = 0.0
    most: float = math.inf

    def __post_init__(self) -> None:
        require("elastic demand: spending", self.spending, at_least=0)
        require("elastic demand: reference", self.reference, above=0)
        require("elastic demand: elasticity", self.elasticity, at_least=0)
        require("elastic demand: beside", self.beside, at_least=0)
        require_or_inf("elastic demand: most", self.most, at_least=0)

    @property
    def smooth(self) -> bool:
        """Whether it has one elasticity at all prices."""
        return self.beside == 0.0 and math.isinf(self.most)

    def times(self, part: float) -> ElasticDemand:
        """A part of it, at every price."""
        return replace(
            self, spending=self.spending * part, beside=self.beside * part, most=self.most * part if part else 0.0
        )

    def quantity(self, price: float) -> float:
        """Taken at a price above 0 [rack-h]."""
        try:
            times = math.pow(self.reference / float(price), self.elasticity)
        except (OverflowError, ZeroDivisionError):  # a price of next to nothing calls for all there could be
            times = math.inf
        taken = min(self.spending / self.reference * times, MOST)
        return float(taken if self.smooth else min(max(taken - self.beside, 0.0), self.most / max(price, TINIEST)))


def clear_with(
    auction: CallAuction,
    bid_prices: ArrayLike,
    bid_quantities: ArrayLike,
    ask_prices: Floats,
    ask_quantities: Floats,
    elastic: Sequence[ElasticDemand],
) -> tuple[CallOutcome, Floats]:
    """Clear an auction in which elastic buyers take part: its outcome (bids first), and what each of them gets."""
    taking = [demand for demand in elastic if demand.spending > 0]
    if not taking or not (np.asarray(ask_quantities) > 0).any():
        return auction.clear(bid_prices, bid_quantities, ask_prices, ask_quantities), np.zeros(len(elastic))
    bids = np.asarray(bid_prices, dtype=np.float64), np.asarray(bid_quantities, dtype=np.float64)
    price = _clearing_price(*bids, np.asarray(ask_prices), np.asarray(ask_quantities), taking)
    wanted = np.array([demand.quantity(price) if demand.spending > 0 else 0.0 for demand in elastic])
    # The last unit that it takes is worth the price to it, all others more: it comes before bids at the price.
    above = np.full(wanted.size, math.nextafter(price, math.inf))
    total = float(wanted.sum())
    if total > 0:
        wanted *= 1.0 + BEYOND * float(np.add.reduce(ask_quantities)) / total
    else:  # who would take some just below the price sets it
        below = math.nextafter(price, 0.0)
        sets = np.array([demand.spending > 0 and demand.quantity(below) > 0 for demand in elastic], dtype=np.float64)
        wanted = sets * (BEYOND * float(np.add.reduce(ask_quantities)) / max(float(sets.sum()), 1.0))
    outcome = auction.clear(
        np.concatenate((bids[0], above)), np.concatenate((bids[1], wanted)), ask_prices, ask_quantities
    )
    return outcome, outcome.bought[bids[0].size :]


def _clearing_price(
    bid_prices: Floats, bid_quantities: Floats, ask_prices: Floats, ask_quantities: Floats, taking: list[ElasticDemand]
) -> float:
    """Lowest price at which no more is wanted than offered."""

    def elastic(price: float) -> float:
        return sum([demand.quantity(price) for demand in taking])

    def steps(above: float) -> float:
        """Offered less wanted by steps, at prices just above one."""
        offered = np.add.reduce(ask_quantities[ask_prices <= above])
        return float(offered - np.add.reduce(bid_quantities[bid_prices > above]))

    quotes = np.concatenate((bid_prices, ask_prices))
    quotes = np.sort(quotes[quotes > 0])
    quotes = quotes[np.append(quotes[:1] > 0, quotes[1:] != quotes[:-1])]
    low, high = 0, quotes.size  # quotes below ``low`` are too cheap; at ``high`` and above not
    while low < high:
        middle = (low + high) // 2
        price = float(quotes[middle])
        if steps(price) >= elastic(price):
            high = middle
        else:
            low = middle + 1
    floor = float(quotes[high - 1]) if high > 0 else 0.0
    left = steps(floor)
    top = float(quotes[high]) if high < quotes.size else math.inf
    # Between these quotes only elastic demand moves: it may clear there, before the next step comes.
    if left < 0 or (math.isfinite(top) and elastic(math.nextafter(top, 0.0)) > left):
        return top
    return _price_at(elastic, left, floor, top, taking)


def _price_at(
    elastic: Callable[[float], float], left: float, floor: float, top: float, taking: list[ElasticDemand]
) -> float:
    """Price between two quotes at which elastic demand takes just what is left."""
    smooth = left > 0 and all(demand.smooth for demand in taking)
    if smooth and len({demand.elasticity for demand in taking}) == 1 and (elasticity := taking[0].elasticity) > 0:
        scale = sum(demand.quantity(1.0) for demand in taking)
        return float((scale / left) ** (1.0 / elasticity))
    low = max(floor, 1e-12)
    if elastic(low) <= left:
        return low
    high = top if math.isfinite(top) else low
    while not math.isfinite(top) and elastic(high) > left:
        high *= 2.0
        if high > MOST:
            return low  # nobody minds the price, and there is not enough at any
    if not smooth:
        return _lowest(elastic, left, low, high)
    return float(solvers.brentq(lambda price: elastic(price) - left, low, high, xtol=1e-300, rtol=1e-14))


def _lowest(elastic: Callable[[float], float], left: float, low: float, high: float) -> float:
    """Lowest price at which elastic demand takes no more than what is left: by halving, to the bit.

    It may take the same, or nothing, from some price on.
    """
    while low < (middle := low + (high - low) / 2.0) < high:
        if elastic(middle) > left:
            low = middle
        else:
            high = middle
    return high
