"""Prices that are changed when a change is worth what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from capacity.fields import quantity
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.around import Around

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class MenuCost(Around):
    """Another policy, whose wish is followed when the list is so far off that a change is worth what it costs.

    Where the log of the wish wanders without drift, with a variance of s² a day, where being off by x loses b x² a day,
    and where a change costs c, the least cost in the long run is to change when [Barro 1972; Dixit 1993]

        x^4 > 6 c s² / b,   that is   (loss a day at x) x² > 6 c s²                                             (1)

    The loss is what the seller's estimate says, and at least that of a demand as steep as it is now: half of slope x
    (gap in price)². A change costs some money, and some days of what the list sells: work, and the trust of those who
    planned with it.
    """

    cost_usd: float = quantity(0.0, "USD", "what a change of a list costs", high=1e15)
    cost_days: float = quantity(0.0, "days", "what it costs besides, in days of what the list sells", high=1e4)
    wander: float = quantity(
        0.5,
        "1/sqrt(year)",
        "standard deviation of the log of the wish after a year",
        "lists of 405 models to December 2025: size x sqrt(changes a year) is 0.48 for open ones, 0.15 for closed ones",
        above=0,
        high=100,
    )
    settling_hours: float = quantity(
        0.0, "h", "hours at the start in which every gap is followed, so that a market begins at rest", high=8_766
    )

    def covers_cost(self, tick_hours: float) -> bool:
        """If it is followed always."""
        return self.cost_usd == self.cost_days == 0.0 and self.policy.covers_cost(tick_hours)

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within wants, at what machines usually cost."""
        return self.policy.checked_opening(outlook.at_usual_cost())

    def __call__(self, outlook: Outlook) -> Floats:
        """The wish where a change is worth its cost, equation (1), else the present price."""
        if outlook.tick * outlook.tick_hours < self.settling_hours:
            return self.policy.checked_prices(outlook)
        costs = self.cost_usd > 0 or self.cost_days > 0
        wish = self.policy.checked_prices(replace(outlook.at_usual_cost(), elapsed=np.inf) if costs else outlook)
        present = outlook.price
        apart = (wish > 0) & (present > 0) & (wish != present)
        if not costs or not apart.any():
            return np.asarray(wish)
        gap = np.log(np.divide(wish, present, out=np.ones_like(present), where=apart))
        days = outlook.tick_hours / 24.0
        e = outlook.estimate(present)
        cost = self.cost_usd + self.cost_days * e.demand * present / days
        loss = self._loss(outlook, wish, np.flatnonzero(apart), e.own) / days
        worth_it = loss * gap**2 > 6.0 * cost * self.wander**2 / DAYS_PER_YEAR
        return np.where(apart & ~worth_it, present, wish)

    @staticmethod
    def _loss(outlook: Outlook, wish: Floats, offers: NDArray[np.int64], slope: Floats) -> Floats:
        """What is lost in a tick by leaving an offer at its present price, the others as wished [USD], by own offer."""

        def profit(price: Floats) -> float:
            return float(outlook.estimate(price).demand @ (price - outlook.usual_cost))

        loss = 0.5 * slope * (wish - outlook.price) ** 2
        best = profit(wish)
        for offer in offers:
            stays = np.array(wish, dtype=np.float64)
            stays[offer] = outlook.price[offer]
            loss[offer] = max(loss[offer], best - profit(stays))
        return loss
