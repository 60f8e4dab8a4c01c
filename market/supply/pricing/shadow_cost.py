"""Prices of machines that are paid for whether used or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.kinds import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy

#: The rent is found to this part of itself, in at most so many looks at demand.
NEAR_ENOUGH, LOOKS = 1e-3, 40


@dataclass(frozen=True)
class ShadowCost(PricingPolicy):
    """Cost and the rent of its own machines: what they are worth at the margin, nothing while they stand idle.

    The rent r is that at which estimated demand fills a share f of the machines, but no more than others' machines rent
    for, where it may rent them, and p = (c + r a)(1 + m). As it is the
    same for all that runs on them, a whole catalogue moves on one day: once its lists are off, on average, by more than
    a threshold (a cost of changing), all are set anew.                                                           (1)
    """

    kind = "shadow-cost"

    fill: float = quantity(0.8, "1", "share of its machines that it means to fill; the rest is for busy hours", high=1)
    markup: float = quantity(0.0, "1", "share added to cost and rent", low=-0.99, high=100)
    relist: float = quantity(0.1, "1", "mean gap, in logs, at which the catalogue is listed anew", high=100)

    def __call__(self, outlook: Outlook) -> Floats:
        """The catalogue as it is, or set anew, equation (1)."""
        wish = self.opening(outlook)
        known = outlook.movable & (outlook.price > 0) & (wish > 0)
        if not known.any():
            return wish
        gap = np.abs(np.log(wish[known] / outlook.price[known])).mean()
        return wish if gap > self.relist else outlook.price

    def opening(self, outlook: Outlook) -> Floats:
        """At once what cost and rent say."""
        return (outlook.cost + self.rent(outlook) * outlook.work) * (1.0 + self.markup)

    def rent(self, outlook: Outlook) -> float:
        """What a rack-hour of its own is worth at the margin [USD], by halving; 0 where machines stand idle."""
        room = self.fill * outlook.capacity

        def too_low(rent: float) -> bool:
            prices = (outlook.cost + rent * outlook.work) * (1.0 + self.markup)
            return float(outlook.estimate(prices).demand @ outlook.work) > room

        if outlook.price.size == 0 or not too_low(0.0):
            return 0.0
        most = outlook.rack_hour_usd
        if np.isfinite(most) and too_low(most):
            return most
        low, high = 0.0, min(most, 100.0)
        for _ in range(LOOKS):
            if not too_low(high):
                break
            low, high = high, 4.0 * high
        for _ in range(LOOKS):
            if high - low <= NEAR_ENOUGH * high:
                break
            middle = 0.5 * (low + high)
            low, high = (middle, high) if too_low(middle) else (low, middle)
        return high
