"""What a provider has learned about renting machines: what they cost and how many it needs, by time of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

#: Weight of today in what is usual at a time of day.
TODAY = 0.5
#: Share of the price by which hours may differ that leave as much as each other: it is chance.
ALIKE = 0.05

#: Share by which a bid may pass what an hour is known to cost: a peak that gets dearer by a tenth a day is followed.
STEP = 0.2


@dataclass(frozen=True)
class Purchases:
    """Prices and needs of the last days.

    Attributes:
        price: what a rack-hour costs in this tick [USD].
        need: rack-hours that it needs in this tick.
        prices: what one usually costs, by tick of the day [USD]; NaN if unknown.
        needs: how many it usually needs, in the same way.
        left: what one usually earns over its price, in the same way [USD].
    """

    price: float
    need: float
    prices: Floats
    needs: Floats
    left: Floats

    def after(self, period: int, price: float, need: float, earned: float) -> Purchases:
        """The same after a tick; ``earned``: what a rack-hour earned in it on average [USD]."""
        prices, needs, left = self.prices.copy(), self.needs.copy(), self.left.copy()
        pace = TODAY if np.isfinite(prices[period]) else 1.0
        before = prices[period] if np.isfinite(prices[period]) else 0.0
        prices[period] = before + pace * (price - before)
        needs[period] += pace * (need - needs[period])
        left[period] += pace * (earned - price - left[period])
        return Purchases(price, need, prices, needs, left)

    @property
    def usual_price(self) -> float:
        """Price over a day, by need [USD per rack-h]."""
        known = np.isfinite(self.prices)
        total = float(self.needs[known].sum())
        return float(self.prices[known] @ self.needs[known]) / total if total > 0 else self.price

    @property
    def weight(self) -> float:
        """Need in this tick over the usual one."""
        known = np.isfinite(self.prices)
        usual = float(self.needs[known].mean()) if known.any() else 0.0
        return self.need / usual if usual > 0 else 1.0

    def affordable(self, period: int, earned: float) -> float:
        """Highest price of a rack-hour that is bid, where renting at it pays over the whole day [USD].

        A rack-hour earns e now, and in hour h of the day it usually leaves l over what it costs. Where this hour leaves
        nothing, what others leave over pays for it and all that leave as little or less, should all of them cost b:
        with needs q, and the usual price p of this hour

            b = e + Σ_(l > now's) q l / Σ_(l <= now's) q, at most (1 + step) max(e, p), and at least e      (1)

        So prices are bid that have never been seen, or who once lost the peak could never come back to it; but no more
        than a step beyond, or all who lack machines for once would bid a day's profit for an hour. An hour that leaves
        something needs nothing of others: there b is e, and everywhere before a day is known.
        """
        alike = ALIKE * self.prices[period]
        if not np.isfinite(self.prices).all() or self.left[period] > alike:
            return earned
        dear = self.left <= self.left[period] + alike
        need = float(self.needs[dear].sum())
        left = max(float((self.needs * self.left)[~dear].sum()), 0.0)
        seen = max(earned, float(self.prices[period]))
        return min(earned + left / need, (1.0 + STEP) * seen) if need > 0 else earned


def nothing_bought(price: float, ticks_per_day: int) -> Purchases:
    """What is known before the first tick: that a rack-hour costs so much [USD]."""
    none = np.zeros(ticks_per_day)
    return Purchases(price, 0.0, np.full(ticks_per_day, np.nan), none, none)
