"""Prices of machines that are paid for whether used or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy

#: The rent is found to this part of itself, in at most so many looks at demand.
NEAR_ENOUGH, LOOKS = 1e-3, 40
#: Rents at which it looks what its machines would earn, over what others' machines rent for.
RENTS = np.linspace(0.05, 1.0, 20)


@dataclass(frozen=True)
class ShadowCost(PricingPolicy):
    """Cost and the rent of its own machines: what they are worth at the margin, nothing while they stand idle.

    The rent r is that at which estimated demand fills a share f of the machines, but no more than others' machines rent
    for, where it may rent them. With market power w [conduct parameter: Bresnahan 1982] it asks for more while machines
    stand idle, up to the rent r* that earns most. Once its machines are full it rents others', and adds a margin as
    those do who rent:

        p = c + (r + w (r* - r)) a, and p = (c + r a)(1 + m) where demand at the others' rent fills its machines    (1)

    As r is the same for all that runs on them, a whole catalogue moves on one day: once its lists are off, on average,
    by more than a threshold (a cost of changing), all are set anew.
    """

    kind = "shadow-cost"

    fill: float = quantity(0.8, "1", "share of its machines that it means to fill; the rest is for busy hours", high=1)
    markup: float = quantity(0.0, "1", "share added to cost and rent once its machines are full", low=-0.99, high=100)
    relist: float = quantity(0.1, "1", "mean gap, in logs, at which the catalogue is listed anew", high=100)
    market_power: float = quantity(
        0.0,
        "1",
        "how far it counts that its lists move demand: 0 asks what fills idle machines, 1 what earns most",
        high=1,
    )

    @property
    def moves_cover_cost(self) -> bool:
        """It is cost and a rent."""
        return True

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
        rent, full = self.rent(outlook)
        if full:
            return self._at(outlook, rent) * (1.0 + self.markup)
        if self.market_power > 0:
            rent += self.market_power * max(self._earning(outlook) - rent, 0.0)
        return self._at(outlook, rent)

    @staticmethod
    def _at(outlook: Outlook, rent: float) -> Floats:
        return outlook.cost + rent * outlook.work

    def rent(self, outlook: Outlook) -> tuple[float, bool]:
        """What fills its machines [USD a rack-hour], 0 where they stand idle; and whether it rents others'."""
        room = self.fill * outlook.capacity

        def too_low(rent: float) -> bool:
            return float(outlook.estimate(self._at(outlook, rent)).demand @ outlook.work) > room

        if outlook.price.size == 0 or not too_low(0.0):
            return 0.0, False
        most = outlook.rack_hour_usd
        if np.isfinite(most) and too_low(most):
            return most, True
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
        return high, False

    def _earning(self, outlook: Outlook) -> float:
        """The rent, up to that of others' machines, at which its own earn most; 0 where nobody else's can be rented."""
        most = outlook.rack_hour_usd
        if not np.isfinite(most) or outlook.price.size == 0:
            return 0.0
        earned = [
            float(outlook.estimate(self._at(outlook, rent)).demand @ (rent * outlook.work)) for rent in RENTS * most
        ]
        return float(RENTS[int(np.argmax(earned))] * most)
