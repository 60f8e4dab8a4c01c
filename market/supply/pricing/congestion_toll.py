"""Cost and what an order costs the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook, memory_ticks
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class CongestionToll(PricingPolicy):
    """Cost plus what an order costs the others by making them wait longer [Pigou 1920; Naor 1969]."""

    kind = "congestion-toll"

    memory_hours: float = quantity(10.0, "h", "hours over which the toll is averaged", high=8_766, shipped=24.0)

    def covers_cost(self, tick_hours: float) -> bool:
        """If it remembers nothing."""
        return memory_ticks(self.memory_hours, tick_hours) == 1.0

    @property
    def moves_cover_cost(self) -> bool:
        """If it remembers nothing."""
        return self.memory_hours == 0.0

    def __call__(self, outlook: Outlook) -> Floats:
        """Move the price towards cost + toll."""
        target = outlook.cost + outlook.toll()
        return np.asarray(target + (outlook.price - target) * outlook.kept(self.memory_hours))
