"""Prices that rise while machines are full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class Surge(PricingPolicy):
    """Prices rise while more is ordered than the target share of capacity, and fall below it, not below cost.

    Price p, cost c, orders over capacity u, target u* and gain g:

        p' = max(p exp(g (u - u*)), c), the exponent at most 0.5 either way                             (1)
    """

    kind = "surge"

    target: float = quantity(0.9, "1", "orders over capacity that are aimed at", above=0, high=10)
    gain: float = quantity(0.2, "1", "relative change of the price a tick per unit off target", high=10)

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """It never falls below cost."""
        return True

    @property
    def moves_cover_cost(self) -> bool:
        """It never falls below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Move prices by the gap between utilisation and target, once something is known."""
        if outlook.tick == 0:
            return outlook.price
        change = np.clip(self.gain * (outlook.utilisation - self.target), -0.5, 0.5)
        moved = np.maximum(outlook.price, 1e-12) * np.exp(change)
        return np.asarray(np.maximum(moved, outlook.cost))
