"""Cost and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class MarginalCost(PricingPolicy):
    """List price is running cost: the clearing price's base, to which an auction adds the scarcity rent."""

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """It is cost."""
        return True

    @property
    def moves_cover_cost(self) -> bool:
        """It is cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the cost."""
        return outlook.cost
