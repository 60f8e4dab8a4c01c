"""What a maker asks for a rack, given what is ordered at each price, what one more costs it, and how many it can make.

The price at which all that can be made, K, is ordered is p_K; below it more is ordered than there is. With orders D(p)
and the cost of a rack c

    competition     p = max(c, p_K)                                                                         (1)
    monopoly        p = max(p*, p_K),   p* = argmax (p - c) D(p)                                            (2)

[e.g. Tirole (1988), 1.1: with a capacity the monopolist charges the price of the unconstrained one, or what clears].
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.kinds import Kind

#: Prices that a maker tries at first, evenly in logs, and steps by which the best of them is drawn near.
TRIED = 65
STEPS = 60


@dataclass(frozen=True)
class RackMarket:
    """What a maker knows when it sets its price.

    Attributes:
        orders: racks that would be ordered at a price [USD]; never rises with it.
        output: racks that it can make.
        cost: what one costs it, memory included [USD].
        opening: price at the start [USD].
        opening_cost: what one cost it then [USD].
    """

    orders: Callable[[float], float]
    output: float
    cost: float
    opening: float
    opening_cost: float

    def sold(self, price: float) -> float:
        """Racks that are sold at a price."""
        return min(self.orders(price), self.output)


class RackPricing(Kind, ABC):
    """A rule by which a maker sets the price of a rack."""

    @abstractmethod
    def price(self, market: RackMarket) -> float:
        """The price of a rack [USD]."""


def crossing(falls: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls with the price crosses zero, by halving in logs; an end where it does not.

    >>> round(crossing(lambda price: 3.0 - price, 0.1, 10.0), 9)
    3.0
    """
    if falls(low) <= 0.0:
        return low
    if falls(high) > 0.0:
        return high
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if falls(middle) > 0.0 else (low, middle)
    return high


def clearing(market: RackMarket, most: float) -> float:
    """The lowest price, from cost on, at which no more is ordered than is made; at most ``most`` [USD]."""
    low = min(max(market.cost, 1e-6 * market.opening), most)
    return crossing(lambda price: market.orders(price) - market.output, low, most)


@dataclass(frozen=True)
class PostedRackPrice(RackPricing):
    """The price of the start, with what memory has become dearer; orders beyond the output are rationed."""

    kind = "posted"

    def price(self, market: RackMarket) -> float:
        """Passed on dollar by dollar."""
        return max(market.opening + market.cost - market.opening_cost, 0.0)


@dataclass(frozen=True)
class ClearingRackPrice(RackPricing):
    """The price at which what is made is ordered, and never below cost: as of makers who compete, equation (1)."""

    kind = "clearing"

    most: float = quantity(100.0, "1", "highest price over that of the start", above=1, high=1e6)

    def price(self, market: RackMarket) -> float:
        """Equation (1)."""
        return clearing(market, max(self.most * market.opening, market.cost))


@dataclass(frozen=True)
class MonopolyRackPrice(RackPricing):
    """The price that earns most, asked of the owners, equation (2)."""

    kind = "monopoly"

    most: float = quantity(100.0, "1", "highest price over that of the start", above=1, high=1e6)

    def price(self, market: RackMarket) -> float:
        """The best of prices from cost to the highest, drawn near by golden section."""
        most = max(self.most * market.opening, market.cost)
        low = clearing(market, most)

        def earned(log_price: float) -> float:
            price = math.exp(log_price)
            return (price - market.cost) * market.sold(price)

        tried = np.linspace(math.log(low), math.log(most), TRIED)
        best = int(np.argmax([earned(one) for one in tried]))
        left, right = float(tried[max(best - 1, 0)]), float(tried[min(best + 1, TRIED - 1)])
        golden = (math.sqrt(5.0) - 1.0) / 2.0
        for _ in range(STEPS):
            first, second = right - golden * (right - left), left + golden * (right - left)
            left, right = (left, second) if earned(first) >= earned(second) else (first, right)
        return math.exp(left) if best == 0 else math.exp((left + right) / 2.0)
