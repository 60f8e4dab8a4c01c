"""Selling firms: what one that cannot pay is worth to those who have money.

What a firm earns before staff and research is e a day, research takes w of its sales, staff b. Over the Y years for
which a buyer pays it is worth

    Y (e - w)            to a seller of tokens, who has staff of its own and keeps the firm's users              (1)
    Y (e - w - b) + G    to an owner of machines, who would lose its contracts with the firm:                    (2)
                         G = sum of racks x (rent - spot price) x hours that are left

Nobody bids more than it has. Who pays whatever is owed (Y infinite) bids just that.

Machines of an owner are worth to its creditors what they bring, as in a test of impairment (IAS 36, value in use).
With x a year that they would earn at the mean spot price of the last month, less power and upkeep, interest r a year,
a life of T years over which that falls, and G as above over all contracts of the owner,

    max(x, 0) / (r + 1/T) + G                                                                            (3)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from market.simulation.backlog import ticks_left
from market.simulation.founded import Founded
from market.simulation.state import Contracts, Paid
from market.supply.firm_sale import Bid
from market.supply.owner import HyperscalerAgent
from market.supply.provider import ProviderAgent
from market.supply.rounds import DAYS_A_YEAR
from market.supply.term_market import HOURS_A_YEAR


@dataclass(frozen=True)
class Appraisal:
    """What bidders know on a morning.

    Attributes:
        founded: who there is.
        tick: the tick that begins.
        paid: of the tick before.
        contracts: of the tick before.
        spot: mean spot price of the last month [USD per rack-h].
    """

    founded: Founded
    tick: int
    paid: Paid
    contracts: Contracts
    spot: float

    def bids(self, firm: ProviderAgent, debt: float, cash: Mapping[str, float], free: Mapping[str, bool]) -> list[Bid]:
        """What each bids, the richest first.

        ``cash``: of all firms [USD]; ``free``: sellers who are there and belong to nobody.
        """
        others = [p for p in self.founded.providers if p.spec.acquires and free[p.name] and p is not firm]
        worth = {p.name: self._years(p.spec.pays_years, self.earns(firm), debt) for p in others}
        for owner in (h for h in self.founded.owners if h.spec.acquires):
            kept = self._years(owner.spec.pays_years, self.earns(firm) - firm.spec.burn_usd_per_day, debt)
            beside = 0.0 if math.isinf(owner.spec.pays_years) else self.contracts_with(owner.name, firm.name)
            worth[owner.name] = kept + beside
        least = self.founded.economy.sale.least * debt
        names = sorted((name for name in worth if cash[name] > least), key=lambda name: -cash[name])
        return [Bid(name, min(worth[name], cash[name])) for name in names]

    def earns(self, firm: ProviderAgent) -> float:
        """What a firm earns before staff, less what its research takes of sales [USD/day]."""
        own = [
            one
            for one in self.founded.researchers
            if one.spec.funder == firm.name and not one.spec.policy.chooses  # else it pays for itself
        ]
        research = sum(one.spec.of_sales(float(self.paid.sales[one.number]), 24.0) for one in own)
        return float(self.paid.lately.earned[firm.number]) - research

    def machines_of(self, owner: HyperscalerAgent, power: float) -> float:
        """What an owner's machines are worth to who takes them, equation (3) [USD]; never below nothing.

        ``power``: what it costs over what it did at the start.
        """
        racks, spec = owner.racks, owner.spec
        an_hour = racks * self.spot - owner.older.upkeep
        an_hour -= power * owner.older.running_cost(racks, racks, spec.running_cost, 1.0)
        years = HOURS_A_YEAR * self.founded.calendar.simulated_share / (spec.interest + 1.0 / spec.life_years)
        return max(max(an_hour, 0.0) * years + self.contracts_with(owner.name), 0.0)

    def contracts_with(self, owner: str, firm: str | None = None) -> float:
        """What an owner's contracts with a firm, or with all, bring over spot until they end [USD]."""
        hours = self.founded.hours
        return sum(
            one.racks_now * (one.price_now - self.spot) * hours * ticks_left(self.founded, self.tick - 1, one)
            for one in self.contracts.running
            if one.seller == owner and firm in (None, one.buyer)
        )

    def _years(self, years: float, a_day: float, debt: float) -> float:
        """Some years of so many USD a day; who pays for any number pays what is owed."""
        return debt if math.isinf(years) else years * DAYS_A_YEAR * self.founded.calendar.simulated_share * a_day
