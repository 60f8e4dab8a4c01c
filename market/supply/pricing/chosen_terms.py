"""Terms of tiers that a seller chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capacity.fields import inner, quantity
from market.supply.outlook import Floats, Outlook, TermsPosted
from market.supply.pricing.around import Around
from market.supply.pricing.base import PricingPolicy

HOURS_PER_QUARTER = 2191.5


@dataclass(frozen=True)
class ChosenTerms(Around):
    """Another policy's list, on those terms of its tiers that earn most of what each tier may choose.

    A slower version that is made on purpose sells to who would not pay for the full one, and may be all the better for
    being slower, since fewer of the others take it [Deneckere and McAfee 1996]. Now and then it tries each of a tier's
    terms, tier after tier: what the policy within would list on them, all prices anew, and what that earns on its own
    estimate. It changes them only where that gains more than a change is worth.
    """

    policy: PricingPolicy = inner(PricingPolicy, "what sets prices on any terms")
    terms_hours: float = quantity(
        HOURS_PER_QUARTER, "h", "hours between two looks at the terms; a quarter", above=0, high=1e5
    )
    least_gain: float = quantity(
        0.0,
        "1",
        "gain, over what users pay, below which terms stay as they are: the work and trust that a change costs",
        high=1,
        shipped=0.001,
    )
    turn_hours: float = quantity(
        0.0, "h", "hours from the start to its turn: so that not all sellers look at once", high=1e5, settable=False
    )

    @property
    def moves_terms(self) -> bool:
        """It does."""
        return True

    def covers_cost(self, tick_hours: float) -> bool:
        """If the policy within does."""
        return self.policy.covers_cost(tick_hours)

    def earns(self, outlook: Outlook, price: Floats) -> float | None:
        """What the policy within says."""
        return self.policy.earns(outlook, price)

    def looks(self, tick: int, tick_hours: float) -> bool:
        """When it is time for either."""
        return self._looks(tick, tick_hours) or (self.policy.moves_prices and self.policy.looks(tick, tick_hours))

    def _looks(self, tick: int, tick_hours: float) -> bool:
        ticks = max(1, round(self.terms_hours / tick_hours))
        return tick > 0 and (tick - round(self.turn_hours / tick_hours)) % ticks == 0

    def __call__(self, outlook: Outlook) -> Floats:
        """What the policy within says."""
        return self.policy.checked_prices(outlook)

    def opening(self, outlook: Outlook) -> Floats:
        """What the policy within says of what is new."""
        return self.policy.checked_opening(outlook)

    def terms(self, outlook: Outlook) -> TermsPosted | None:
        """The best terms that it finds, and the list on them; None where they stay."""
        if outlook.on_terms is None or not self._looks(outlook.tick, outlook.tick_hours):
            return None
        usual = as_usual(outlook)
        sales = float(usual.estimate(usual.price).demand @ usual.price)
        # What it would list on its present terms is no reason to change these.
        best = TermsPosted(outlook.terms, self._listed(usual))
        most = stayed = max(earned(usual, best.price), earned(usual, usual.price))
        for offer in np.flatnonzero(outlook.movable):
            for one in outlook.may_choose[offer]:
                tried = (*best.terms[:offer], one, *best.terms[offer + 1 :])
                if one == best.terms[offer]:
                    continue
                there = replace(as_usual(outlook.on_terms(tried)), price=best.price)
                price = self._listed(there)
                profit = earned(there, price)
                if profit > most:
                    most, best = profit, TermsPosted(tried, price)
        return best if most > stayed + self.least_gain * sales and best.terms != outlook.terms else None

    def _listed(self, outlook: Outlook) -> Floats:
        """What the policy within would list, all offers anew."""
        return np.where(outlook.movable, self.policy.checked_opening(outlook), outlook.price)


def as_usual(outlook: Outlook) -> Outlook:
    """What stands for long goes by usual costs and by demand in a tick of mean load."""
    return replace(outlook.at_usual_cost(), estimate=outlook.usual_estimate)


def earned(outlook: Outlook, price: Floats) -> float:
    """What a list earns in a tick [USD]."""
    return float(outlook.estimate(price).demand @ (price - outlook.cost))
