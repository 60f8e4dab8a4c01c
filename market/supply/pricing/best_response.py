"""Prices that earn most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.kinds import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy

#: Markups, relative to the present ones, at which a seller whose prices have settled looks whether it would earn more.
ELSEWHERE: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.7, 1.5, 2.5, 5.0, 10.0, 20.0)
#: It does so every so many ticks.
LOOK = 10


@dataclass(frozen=True)
class BestResponse(PricingPolicy):
    """Prices that earn most against the rivals' present prices, for all own offers together.

    Solves the first-order conditions demand + derivative' x markup = 0 by the fixed point of Morrow and
    Skerlos (2011), markup = (demand + cross' x markup) / own, half a step at a time and less where it swings;
    where the estimate has no slope the price stays. Once rivals too have settled it looks at markups much lower and
    higher, since segments of different tastes may make several peaks. If all providers do this, prices settle in
    the Bertrand-Nash equilibrium, where there is one.
    """

    kind = "best-response"

    sweeps: int = quantity(
        200,
        "1",
        "steps at most in a look; where they are few, prices move towards it over the days, all providers together",
        low=1,
        whole=True,
        shipped=4,
        settable=False,
    )
    tolerance: float = quantity(1e-13, "1", "change of a price at which to stop, relative to the price", settable=False)
    cap: float = quantity(1e6, "USD per million output-equivalent tokens", "highest price ever posted", settable=False)

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """Nobody wishes to sell below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the best response."""
        price, settled = self._climb(outlook, np.array(outlook.price, dtype=np.float64))
        if not settled or outlook.tick % LOOK or not np.allclose(price, outlook.price, rtol=1e-9, atol=0.0):
            return price
        best, most = price, self._profit(outlook, price)
        for factor in ELSEWHERE:
            markup = np.where(outlook.movable, factor, 1.0) * (price - outlook.cost)
            other = np.clip(outlook.cost + markup, 0.0, self.cap)
            profit = self._profit(outlook, other)
            if profit > most * (1.0 + 1e-9):
                best, most = other, profit
        return price if best is price else self._climb(outlook, best)[0]

    @staticmethod
    def _profit(outlook: Outlook, price: Floats) -> float:
        return float(outlook.estimate(price).demand @ (price - outlook.cost))

    def _climb(self, outlook: Outlook, price: Floats) -> tuple[Floats, bool]:
        """Follow the fixed point from a price; also whether it has settled."""
        step, before = 0.5, np.zeros(price.shape)
        for _ in range(self.sweeps):
            e = outlook.estimate(price)
            slope = (e.own > 0) & outlook.movable
            markup = price - outlook.cost
            wish = np.where(slope, (e.demand + e.cross.T @ markup) / np.where(slope, e.own, 1.0), markup)
            if outlook.tick == 0:  # a list that opens beyond what anybody would pay comes down until somebody does
                wish = np.where(slope | (e.demand > 0) | ~outlook.movable, wish, 0.0)
            change = wish - markup
            step = max(0.7 * step, 0.01) if change @ before < 0 else min(1.2 * step, 0.5)
            before = change
            new = np.clip(price + step * change, 0.0, self.cap)
            moved = np.max(np.abs(new - price) / np.maximum(np.abs(price), 1e-9), initial=0.0)
            price = new
            if moved < self.tolerance:
                return price, True
        return price, False
