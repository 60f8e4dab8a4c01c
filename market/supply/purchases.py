"""What a provider has learned about renting machines: what they cost and how many it needs, by time of day."""

from __future__ import annotations

import math
from collections.abc import Sequence
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

    A place is the kind of a day (``Calendar.kind_of_day``), and the tick of the day.

    Attributes:
        price: what a rack-hour costs in this tick [USD].
        need: rack-hours that it needs in this tick.
        prices: what one usually costs, by place [USD]; NaN if unknown.
        needs: how many it usually needs, in the same way.
        left: what one usually earns over its price, in the same way [USD].
        days: how many days of a kind there are, relative to the others, by kind and 1.
    """

    price: float
    need: float
    prices: Floats
    needs: Floats
    left: Floats
    days: Floats

    def after(self, place: tuple[int, int], price: float, need: float, earned: float) -> Purchases:
        """The same after a tick; ``earned``: what a rack-hour earned in it on average [USD]."""
        prices, needs, left = self.prices.copy(), self.needs.copy(), self.left.copy()
        usual = float(prices[place])
        before, pace = (usual, TODAY) if math.isfinite(usual) else (0.0, 1.0)
        prices[place] = before + pace * (price - before)
        needs[place] += pace * (need - needs[place])
        left[place] += pace * (earned - price - left[place])
        return Purchases(price, need, prices, needs, left, self.days)

    @property
    def usual_price(self) -> float:
        """Price over all kinds of days, by need [USD per rack-h]."""
        known = np.isfinite(self.prices)
        needs = (self.needs * self.days)[known]
        total = float(needs.sum())
        return float(self.prices[known] @ needs) / total if total > 0 else self.price

    @property
    def weight(self) -> float:
        """Need in this tick over the usual one."""
        known = np.isfinite(self.prices)
        days = np.where(known, self.days, 0.0)
        usual = float((self.needs * days).sum() / days.sum()) if known.any() else 0.0
        return self.need / usual if usual > 0 else 1.0

    def affordable(self, place: tuple[int, int], earned: float) -> float:
        """Highest price of a rack-hour that is bid, where renting at it pays over the whole day [USD].

        A rack-hour earns e now, and in hour h of the day it usually leaves l over what it costs. Where this hour leaves
        nothing, what others leave over pays for it and all that leave as little or less, should all of them cost b:
        with needs q, and the usual price p of this hour

            b = e + Σ_(l > now's) q l / Σ_(l <= now's) q, at most (1 + step) max(e, p), and at least e      (1)

        So prices are bid that have never been seen, or who once lost the peak could never come back to it; but no more
        than a step beyond, or all who lack machines for once would bid a day's profit for an hour. An hour that leaves
        something needs nothing of others: there b is e, and everywhere before a day is known.
        """
        kind, period = place
        prices, needs, left = self.prices[kind], self.needs[kind], self.left[kind]
        alike = ALIKE * prices[period]
        if not np.isfinite(prices).all() or left[period] > alike:
            return earned
        dear = left <= left[period] + alike
        need = float(needs[dear].sum())
        left_over = max(float((needs * left)[~dear].sum()), 0.0)
        seen = max(earned, float(prices[period]))
        return min(earned + left_over / need, (1.0 + STEP) * seen) if need > 0 else earned


def nothing_bought(price: float, ticks_per_day: int, days: Sequence[float] = (1.0,)) -> Purchases:
    """What is known before the first tick: that a rack-hour costs so much [USD]; ``days``: how many of a kind."""
    none = np.zeros((len(days), ticks_per_day))
    return Purchases(price, 0.0, np.full(none.shape, np.nan), none, none, np.array(days)[:, None])
