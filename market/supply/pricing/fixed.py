"""Prices that stay."""

from __future__ import annotations

from dataclasses import dataclass

from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class FixedPrice(PricingPolicy):
    """The list price never changes."""

    kind = "fixed"
    moves_prices = False

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the present prices."""
        return outlook.price
