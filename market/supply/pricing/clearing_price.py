"""Prices that fill the machines."""

from __future__ import annotations

from dataclasses import dataclass

from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class ClearingPrice(PricingPolicy):
    """The price at which estimated demand just fills capacity: cost plus one rent per rack-hour, never below cost."""

    kind = "clearing"

    @property
    def counts_full_rivals(self) -> bool:
        """What fills its machines is what rivals leave."""
        return True

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """It never falls below cost."""
        return True

    @property
    def moves_cover_cost(self) -> bool:
        """It never falls below cost."""
        return True

    def __call__(self, outlook: Outlook) -> Floats:
        """Find the rent by bisection."""

        def ordered(rent: float) -> float:
            return float(outlook.estimate(outlook.as_listed(outlook.cost + rent * outlook.work)).demand @ outlook.work)

        if outlook.price.size == 0 or ordered(0.0) <= outlook.capacity:
            return outlook.least_price
        low, high = 0.0, 1.0
        while ordered(high) > outlook.capacity and high < 1e30:
            low, high = high, 4.0 * high
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if ordered(middle) > outlook.capacity else (low, middle)
        return outlook.as_listed(outlook.cost + high * outlook.work)
