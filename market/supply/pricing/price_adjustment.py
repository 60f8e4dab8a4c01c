"""Prices that follow excess demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class PriceAdjustment(PricingPolicy):
    """Naive tatonnement: the price moves by gain x excess demand. Converges only while the gain is small."""

    gain: float = quantity(
        ..., "USD per million tokens per rack-h", "change of the price per rack-hour of excess work", above=0
    )

    def __call__(self, outlook: Outlook) -> Floats:
        """Move prices by excess demand, once it is known; no floor but zero."""
        if outlook.tick == 0:
            return outlook.price
        excess = float(outlook.sold @ outlook.work) - outlook.capacity
        return np.maximum(outlook.price + self.gain * excess, 0.0)
