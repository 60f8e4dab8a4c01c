"""Prices that are not changed for little."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from market.kinds import behaviour, quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class Sticky(PricingPolicy):
    """Another policy, followed only when the list price is far enough from what it wants: a cost of changing.

    What it wants is where its price would come to rest at the usual cost: a running mean does not move by less than
    the threshold for ever.
    """

    policy: PricingPolicy = behaviour(PricingPolicy, "what sets the wished price")
    threshold: float = quantity(
        0.1,
        "1",
        "gap to the wished price that is put up with before the list is changed",
        "Alderson: labs resist raising list prices",
        high=100,
    )

    @property
    def moves_parts(self) -> bool:
        """If the policy within does."""
        return self.policy.moves_parts

    @property
    def boundless(self) -> bool:
        """If the policy within is."""
        return self.policy.boundless

    def covers_cost(self, tick_hours: float) -> bool:
        """If it is followed always."""
        return self.threshold == 0.0 and self.policy.covers_cost(tick_hours)

    def fits(self, provider: str, offers: int) -> None:
        """What the policy within says."""
        self.policy.fits(provider, offers)

    def parts(self, outlook: Outlook) -> Floats:
        """Those wished for where the gap is too large, else the present ones."""
        present, wish = outlook.parts(), self.policy.parts(outlook)
        gap = np.abs(wish - present) / np.maximum(present, 1e-12)
        return np.where(gap > self.threshold, wish, present)

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the price wished for in the end where the gap is too large, else the present one."""
        wish = self.policy(replace(outlook, cost=outlook.usual_cost, elapsed=np.inf) if self.threshold else outlook)
        gap = np.abs(wish - outlook.price) / np.maximum(np.abs(outlook.price), 1e-12)
        return np.where(gap > self.threshold, wish, outlook.price)
