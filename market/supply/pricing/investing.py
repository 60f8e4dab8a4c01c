"""Prices of who counts buyers of today as buyers of tomorrow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.around import Around
from market.supply.pricing.base import Flags


@dataclass(frozen=True)
class Investing(Around):
    """Another policy, for which a sale is worth what its buyer will bring later: share as an investment.

    A share s of those who buy stays from one period to the next, buys g times as much, interest taken off, and pays m
    over cost. So one unit sold today brings, over n periods more,

        V = m (s g + (s g)^2 + ... + (s g)^n)                                                            (1)

    and the seller asks what the policy within would at a cost that is lower by that: below cost, where V is more than
    its markup [Klemperer 1987; Farrell and Klemperer 2007]. Some time after an offer has come it invests in that no
    longer, and harvests: a promotion, whose end is a change of the list whenever it comes and whatever changes cost.
    What it thinks that it will earn later is what the policy within would ask today, where nothing else is given.
    """

    stays: float = quantity(
        0.0, "1", "share of its buyers who are still its buyers a period later, because they are", high=1
    )
    periods: int = quantity(1, "1", "periods that it looks ahead", low=1, high=1000, whole=True)
    growth: float = quantity(
        1.0, "1", "what one who stays buys a period later, over what it buys now, interest taken off", high=100
    )
    harvest_hours: float = quantity(
        float("inf"), "h", "hours from when an offer comes in which it invests; inf for ever", or_inf=True
    )
    later_usd: float = quantity(
        0.0,
        "USD per million output-equivalent tokens",
        "what one who stays pays over cost; 0 for what the policy within would ask now",
        high=1e6,
        settable=False,
    )

    @property
    def repeats(self) -> float:
        """Units that one sold today brings later, discounted.

        >>> from market.supply.pricing.best_response import BestResponse
        >>> Investing(BestResponse(), stays=0.5, periods=3).repeats
        0.875
        """
        ratio = self.stays * self.growth
        return float((ratio ** np.arange(1, self.periods + 1)).sum())

    def covers_cost(self, tick_hours: float) -> bool:
        """Not while it invests, if the policy within does at all."""
        return self.repeats == 0.0 and self.policy.covers_cost(tick_hours)

    @property
    def moves_cover_cost(self) -> bool:
        """Not while it invests."""
        return self.repeats == 0.0 and self.policy.moves_cover_cost

    @property
    def promotes(self) -> bool:
        """While it invests, if that ever ends; or if the policy within does."""
        return (self.repeats > 0.0 and np.isfinite(self.harvest_hours)) or self.policy.promotes

    def lists_anew(self, on_sale_h: Floats, tick_hours: float) -> Flags:
        """Where it has just ceased to invest, as where the policy within does."""
        anew = self.policy.lists_anew(on_sale_h, tick_hours)
        if self.repeats == 0.0:
            return anew
        return np.asarray(anew | ((on_sale_h >= self.harvest_hours) & (on_sale_h - tick_hours < self.harvest_hours)))

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within wants of what opens, at a cost lower by what buyers bring while it invests."""
        if self.repeats == 0.0 or not self._invests(outlook).any():
            return self.policy.checked_opening(outlook)
        invested = self._with_worth(outlook, self.policy.checked_opening(outlook))
        return np.maximum(self.policy.checked_opening(invested, least=-np.inf), 0.0)

    def __call__(self, outlook: Outlook) -> Floats:
        """What the policy within wants at a cost that is lower by equation (1), and nothing at the least."""
        if self.repeats == 0.0 or not self._invests(outlook).any():
            return self.policy.checked_prices(outlook)
        invested = self._with_worth(outlook, self.policy.checked_prices(outlook))
        return np.maximum(self.policy.checked_prices(invested, least=-np.inf), 0.0)

    def _invests(self, outlook: Outlook) -> Flags:
        return outlook.movable & (outlook.on_sale_h < self.harvest_hours)

    def _with_worth(self, outlook: Outlook, wish: Floats) -> Outlook:
        """The outlook with costs that are lower by equation (1); nobody is asked about prices below nothing."""
        later = self.later_usd if self.later_usd > 0 else np.maximum(wish - outlook.usual_cost, 0.0)
        worth = np.where(self._invests(outlook), later * self.repeats, 0.0)
        return replace(
            outlook,
            cost=outlook.cost - worth,
            usual_cost=outlook.usual_cost - worth,
            estimate=lambda prices: outlook.estimate(np.maximum(prices, 0.0)),
            usual_estimate=lambda prices: outlook.usual_estimate(np.maximum(prices, 0.0)),
        )
