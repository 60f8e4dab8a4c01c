"""Research: training and experiments that rent machines by the hour, and wait when these are dear."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import mesa

from capacity.errors import InputError, require, require_kind
from market.exchange.elastic_demand import ElasticDemand
from market.exchange.ledger import Ledger
from market.supply.firm import Firm
from market.supply.training import ResearchPolicy, SpendsBudget

#: The account that gives what sales do not pay for.
INVESTORS = "funding"


@dataclass(frozen=True)
class Research:
    """A budget for machines beside inference.

    It bids for q = B / p0 (p0 / p)^e racks; with e = 1 all of B is spent at any price. So research yields first when
    machines are scarce, and takes what is idle when they are not. The budget of a seller of tokens, so many years after
    the start, is what investors give and a part of its sales,

        B = usd_per_day x growth^years + share_of_sales x S,   S' = s + (S - s) exp(-hours / (24 sales_days))     (1)

    s being the sales of a tick [USD/day] and S their running mean. All of it is paid from the seller's books, into
    which investors pay their part. Of its own a seller spends no more than it can: with e [USD/day] what it has earned
    lately beyond staff, C its cash and D the days for which that has to last,

        at most max(e, 0) + max(C, 0) / D                                                                         (2)

    That is what it does by the policy 'budget'. A policy that chooses rents what pays, within (2) and what investors
    give, and models are as good as what was trained, over what keeps up with the clock:

        X = B(0) / (24 p0) x trend^years                                                                   [racks]  (3)

    Attributes:
        name: what it is called.
        usd_per_day: what investors give, and it spends at the reference price, at the start [USD/day].
        elasticity: by how many per cent it takes fewer machines when they cost one more.
        reference_price: price at which it spends that [USD per rack-h]; no matter with an elasticity of 1, but for what
            it trained before the start.
        growth: factor a year of what investors give.
        funder: name of the seller of tokens whose research it is, or '' for nobody's; one that is gone rents nothing.
        share_of_sales: share of the funder's sales that goes to it.
        sales_days: days over which these sales, and what better models would bring, are averaged.
        sales_usd_per_day: what they were before the start [USD/day].
        runway_days: days for which the funder's cash has to last; 0 where research asks not whether it can be paid.
        kind: kind of agent that it is: 'research', or one of your own.
        restart_h: work that is lost, and done again, when a machine rented on the spot market is taken back [h].
        policy: how much of machines it takes.
    """

    name: str
    usd_per_day: float
    elasticity: float = 1.0
    reference_price: float = 1.0
    growth: float = 1.0
    funder: str = ""
    share_of_sales: float = 0.0
    sales_days: float = 7.0
    sales_usd_per_day: float = 0.0
    kind: str = "research"
    restart_h: float = 0.0
    runway_days: float = 0.0
    policy: ResearchPolicy = field(default_factory=SpendsBudget)

    def __post_init__(self) -> None:
        where = f"research '{self.name}': "
        require(where + "usd_per_day", self.usd_per_day, at_least=0)
        require(where + "elasticity", self.elasticity, at_least=0)
        require(where + "reference_price", self.reference_price, above=0)
        require(where + "growth", self.growth, above=0)
        require(where + "share_of_sales", self.share_of_sales, at_least=0)
        require(where + "restart_h", self.restart_h, at_least=0)
        require(where + "sales_days", self.sales_days, above=0)
        require(where + "runway_days", self.runway_days, at_least=0)
        require(where + "sales_usd_per_day", self.sales_usd_per_day, at_least=0)
        if self.share_of_sales > 0 and not self.funder:
            raise InputError(f"{where}share_of_sales is {self.share_of_sales:g}, but funder names nobody who sells")
        require_kind(where + "policy", self.policy, ResearchPolicy)
        if self.policy.chooses and not self.funder:
            raise InputError(f"{where}policy is '{self.policy.kind}', but funder names nobody whose models get better")
        if self.policy.chooses and self.keeps_up(0.0) == 0:
            raise InputError(
                f"{where}policy is '{self.policy.kind}', but usd_per_day and a share of sales_usd_per_day say that "
                "nothing was trained before the start"
            )

    def given(self, years: float, hours: float) -> float:
        """What investors give, so many years after the start, for a tick of so many hours [USD]."""
        return float(self.usd_per_day * hours / 24.0 * self.growth**years)

    def of_sales(self, sales: float, hours: float) -> float:
        """What sales of so many USD a day give for a tick of so many hours [USD]."""
        return self.share_of_sales * sales * hours / 24.0

    def within_means(self, earned: float, cash: float, hours: float) -> float:
        """The most that the funder spends in a tick of so many hours, equation (2) [USD].

        ``earned``: what it has earned lately [USD/day]; ``cash``: what it has [USD].

        >>> Research("r", 0.0, funder="lab", runway_days=90.0).within_means(earned=10.0, cash=9_000.0, hours=24.0)
        110.0
        """
        if self.runway_days == 0:
            return math.inf
        return (max(earned, 0.0) + max(cash, 0.0) / self.runway_days) * hours / 24.0

    def sales_lately(self, before: float, sold: float, hours: float) -> float:
        """Running mean of the funder's sales after a tick in which it sold for so many USD, equation (1) [USD/day]."""
        return self.lately(before, sold * 24.0 / hours, hours)

    def lately(self, before: float, now: float, hours: float) -> float:
        """Running mean over ``sales_days``, of what has been ``now`` for so many hours."""
        return now + (before - now) * math.exp(-hours / (24.0 * self.sales_days))

    def keeps_up(self, years: float) -> float:
        """Racks that keep up with the clock so many years after the start, equation (3)."""
        before = self.usd_per_day + self.share_of_sales * self.sales_usd_per_day
        return float(before / 24.0 / self.reference_price * self.policy.trend**years)

    def demand(self, budget: float) -> ElasticDemand:
        """For rack-hours, with so many USD to spend at the reference price."""
        return ElasticDemand(budget, self.reference_price, self.elasticity)


class ResearchAgent(Firm[Research, float]):
    """A buyer of machines for research: it spends what it is given."""

    kind: ClassVar[str] = "research"

    def __init__(self, model: mesa.Model, spec: Research, number: int, ledger: Ledger) -> None:
        super().__init__(model, spec, number, ledger)

    @property
    def racks(self) -> float:
        """Racks that it rented in the last tick, on the spot market and at list prices."""
        allotment = self.model.state.machines.allotment
        rented = allotment.research[self.number] + allotment.research_at_list[:, self.number].sum()
        return float(rented) / float(self.model.calendar.tick_hours)
