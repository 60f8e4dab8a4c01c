"""Cost and a margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook, memory_ticks
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class CostPlus(PricingPolicy):
    """Cost at wholesale, and a margin on it, averaged over the last hours; a busy hour counts for more.

    Price p, cost c, margin m, memory of n ticks, weight w of a tick:

        p' = c (1 + m) + (p - c (1 + m)) (1 - 1/n)^w                                                    (1)

    A memory of no more than a tick follows at once.
    """

    kind = "cost-plus"

    margin: float = quantity(0.1, "1", "share added to the cost", "Epoch: open models near cost", low=-0.99, high=100)
    memory_hours: float = quantity(0.0, "h", "hours over which the cost is averaged", high=8_766, shipped=24.0)

    def covers_cost(self, tick_hours: float) -> bool:
        """If it remembers nothing and adds something."""
        return memory_ticks(self.memory_hours, tick_hours) == 1.0 and self.margin >= 0.0

    @property
    def moves_cover_cost(self) -> bool:
        """If it remembers nothing and adds something."""
        return self.memory_hours == 0.0 and self.margin >= 0.0

    def opening(self, outlook: Outlook) -> Floats:
        """At once at cost x (1 + margin): there is no list to remember."""
        return outlook.cost * (1.0 + self.margin)

    def __call__(self, outlook: Outlook) -> Floats:
        """Move the price towards cost x (1 + margin), equation (1)."""
        target = outlook.cost * (1.0 + self.margin)
        return np.asarray(target + (outlook.price - target) * outlook.kept(self.memory_hours, outlook.weight))
