"""Cost and a margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.kinds import flag, quantity
from market.supply.outlook import Floats, Outlook, memory_ticks
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class CostPlus(PricingPolicy):
    """Cost at wholesale, and a margin on it, averaged over the last hours; a busy hour counts for more.

    Price p, cost c, margin m, memory of n ticks, weight w of a tick:

        p' = c (1 + m) + (p - c (1 + m)) (1 - 1/n)^w                                                    (1)

    A memory of no more than a tick follows at once. With ``parts_at_cost`` an input and a cached token are listed at
    the ratio of the machine time that one more of each takes to that of an output token; otherwise as the tariff says.
    """

    kind = "cost-plus"

    margin: float = quantity(0.1, "1", "share added to the cost", "Epoch: open models near cost", low=-0.99, high=100)
    memory_hours: float = quantity(0.0, "h", "hours over which the cost is averaged", high=8_766, shipped=24.0)
    parts_at_cost: bool = flag(False, "whether input and cached tokens are listed at the ratio of what they cost")

    @property
    def moves_parts(self) -> bool:
        """If they are to follow cost."""
        return self.parts_at_cost

    def parts(self, outlook: Outlook) -> Floats:
        """By machine time; as they are where output takes none."""
        output = outlook.token_work[:, :1]
        return np.divide(outlook.token_work[:, 1:], output, out=outlook.parts(), where=output > 0)

    def covers_cost(self, tick_hours: float) -> bool:
        """If it remembers nothing and adds something."""
        return memory_ticks(self.memory_hours, tick_hours) == 1.0 and self.margin >= 0.0

    def opening(self, outlook: Outlook) -> Floats:
        """At once at cost x (1 + margin): there is no list to remember."""
        return outlook.cost * (1.0 + self.margin)

    def __call__(self, outlook: Outlook) -> Floats:
        """Move the price towards cost x (1 + margin), equation (1)."""
        target = outlook.cost * (1.0 + self.margin)
        return np.asarray(target + (outlook.price - target) * outlook.kept(self.memory_hours, outlook.weight))
