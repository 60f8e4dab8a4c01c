"""What a provider has learned about renting machines: what they cost and how many it needs, by time of day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

#: Weight of today in what is usual at a time of day.
TODAY = 0.5


class Purchases:
    """Prices and needs of the last days, by tick of the day.

    Attributes:
        price: what a rack-hour costs in this tick [USD].
        need: rack-hours that it needs in this tick.
    """

    def __init__(self, price: float, ticks_per_day: int) -> None:
        self.price, self.need = price, 0.0
        self._prices: Floats = np.full(ticks_per_day, np.nan)
        self._needs: Floats = np.zeros(ticks_per_day)

    def learn(self, period: int, price: float, need: float) -> None:
        """Take note of a tick."""
        self.price, self.need = price, need
        pace = TODAY if np.isfinite(self._prices[period]) else 1.0
        before = np.nan_to_num(self._prices[period])
        self._prices[period] = before + pace * (price - before)
        self._needs[period] += pace * (need - self._needs[period])

    @property
    def usual_price(self) -> float:
        """Price over a day, by need [USD per rack-h]."""
        known = np.isfinite(self._prices)
        total = float(self._needs[known].sum())
        return float(self._prices[known] @ self._needs[known]) / total if total > 0 else self.price

    @property
    def weight(self) -> float:
        """Need in this tick over the usual one."""
        known = np.isfinite(self._prices)
        usual = float(self._needs[known].mean()) if known.any() else 0.0
        return self.need / usual if usual > 0 else 1.0

    def affordable(self, earned: float) -> float:
        """Highest price at which renting pays over the whole day, if a rack-hour earns so much at any time [USD].

        Hours are taken from the cheapest on: what the calm ones leave over pays for the busy ones. A price that
        nobody has seen is not bid.
        """
        if not np.isfinite(self._prices).all():
            return earned
        order = np.argsort(self._prices, kind="stable")
        profit = np.cumsum(self._needs[order] * (earned - self._prices[order]))
        paying = np.flatnonzero(profit >= 0.0)
        return max(earned, float(self._prices[order][paying[-1]])) if paying.size else earned
