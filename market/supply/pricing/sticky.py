"""Prices that are not changed for little."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.around import Around


@dataclass(frozen=True)
class Sticky(Around):
    """Another policy, followed only when the list price is far enough from what it wants: a cost of changing.

    What it wants is where its price would come to rest at the usual cost: a running mean does not move by less than
    the threshold for ever.
    """

    threshold: float = quantity(
        0.1,
        "1",
        "gap to the wished price that is put up with before the list is changed",
        "Alderson: labs resist raising list prices",
        high=100,
    )

    settling_hours: float = quantity(
        0.0, "h", "hours at the start in which every gap is followed, so that a market begins at rest", high=8_766
    )

    def _settles(self, outlook: Outlook) -> bool:
        return outlook.tick * outlook.tick_hours < self.settling_hours

    def covers_cost(self, tick_hours: float) -> bool:
        """If it is followed always."""
        return self.threshold == 0.0 and self.policy.covers_cost(tick_hours)

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within wants, at what machines usually cost."""
        return self.policy.checked_opening(outlook.at_usual_cost())

    def __call__(self, outlook: Outlook) -> Floats:
        """Return the price wished for in the end where the gap is too large, else the present one."""
        if self._settles(outlook):
            return self.policy.checked_prices(outlook)
        wish = self.policy.checked_prices(
            replace(outlook.at_usual_cost(), elapsed=np.inf) if self.threshold else outlook
        )
        gap = np.abs(wish - outlook.price) / np.maximum(np.abs(outlook.price), 1e-12)
        return np.where(gap > self.threshold, wish, outlook.price)
