"""Research: budgets for training and experiments that rent machines by the hour, and wait when these are dear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mesa

from capacity.errors import require
from market.exchange.elastic_demand import ElasticDemand
from market.exchange.ledger import Ledger
from market.supply.firm import Firm

#: The account that pays for research of which no seller of tokens is named as the funder.
INVESTORS = "funding"


@dataclass(frozen=True)
class Research:
    """A budget for machines beside inference.

    It bids for q = B / p0 (p0 / p)^e racks; with e = 1 all of B is spent at any price. So research yields first when
    machines are scarce, and takes what is idle when they are not.

    Attributes:
        name: what it is called.
        usd_per_day: what it spends at the reference price, at the start [USD/day].
        elasticity: by how many per cent it takes fewer machines when they cost one more.
        reference_price: price at which it spends that [USD per rack-h]; no matter with an elasticity of 1.
        growth: factor a year of the budget.
        funder: name of the seller of tokens who pays for it, or '' for investors.
        kind: kind of agent that it is: 'research', or one of your own.
    """

    name: str
    usd_per_day: float
    elasticity: float = 1.0
    reference_price: float = 1.0
    growth: float = 1.0
    funder: str = ""
    kind: str = "research"

    def __post_init__(self) -> None:
        where = f"research '{self.name}': "
        require(where + "usd_per_day", self.usd_per_day, at_least=0)
        require(where + "elasticity", self.elasticity, at_least=0)
        require(where + "reference_price", self.reference_price, above=0)
        require(where + "growth", self.growth, above=0)

    def demand(self, years: float, hours: float) -> ElasticDemand:
        """For rack-hours, so many years after the start, in a tick of so many hours."""
        budget = self.usd_per_day * hours / 24.0 * self.growth**years
        return ElasticDemand(budget, self.reference_price, self.elasticity)


class ResearchAgent(Firm[Research, float]):
    """A buyer of machines for research: it spends what it is given."""

    kind: ClassVar[str] = "research"

    def __init__(self, model: mesa.Model, spec: Research, number: int, ledger: Ledger) -> None:
        super().__init__(model, spec, number, ledger)

    @property
    def racks(self) -> float:
        """Racks that it rented in the last tick."""
        return float(self.model.state.machines.allotment.research[self.number]) / float(self.model.calendar.tick_hours)
