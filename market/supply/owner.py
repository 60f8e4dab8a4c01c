"""Owners of machines who rent them out, as Mesa agents."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from market.exchange.ledger import Ledger, Payment
from market.supply.expansion import Fleet, Ordering
from market.supply.firm import Firm
from market.supply.rent_outlook import RentOutlook
from market.supply.specs import Hyperscaler
from market.supply.vintages import Standing

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OwnerTick:
    """What an owner is told of a tick when it pays.

    Attributes:
        hours: length of the tick [h].
        in_use: rack-hours in use, its own products' and rented ones [rack-h].
        power: what power and upkeep cost over what they did at the start.
    """

    hours: float
    in_use: float
    power: float = 1.0


class HyperscalerAgent(Firm[Hyperscaler, OwnerTick]):
    """An owner of machines."""

    kind: ClassVar[str] = "hyperscaler"

    def __init__(self, model: mesa.Model, spec: Hyperscaler, number: int, ledger: Ledger) -> None:
        super().__init__(model, spec, number, ledger)
        self.fleet: Fleet = spec.expansion.fleet(spec.racks)
        self.older = Standing(spec.older)

    @property
    def racks(self) -> float:
        """Racks that run."""
        return float(self.fleet.racks)

    @property
    def ask(self) -> float:
        """Least price that it rents for on the spot market [USD per rack-h]."""
        return self.ask_at(1.0)

    def ask_at(self, power: float) -> float:
        """The same where power and upkeep cost so many times what they did."""
        return float(max(self.spec.reserve, self.spec.running_cost * power))

    @property
    def rented_out(self) -> float:
        """Racks rented out in the last tick, under contract, at its list and on spot."""
        allotment = self.model.state.machines.allotment
        delivered = sum(by[self.number] for by in (allotment.contracted, allotment.listed, allotment.sold_spot))
        return float(delivered) / float(self.model.calendar.tick_hours)

    def asks_of_older(self, power: float) -> Floats:
        """The same of its older machines, by vintage."""
        return np.maximum(self.spec.reserve, self.older.running_costs * power)

    def see(self, earned: float, backlog: float, rack_price: float, outlook: RentOutlook | None = None) -> None:
        """See what a rack-hour has earned lately [USD per rack-h] and what is to come under contracts [USD].

        ``rack_price``: what a rack costs now [USD]; ``outlook``: what rack-hours are expected to earn.
        """
        self.fleet.earned, self.fleet.most = earned, self.most_racks(backlog, rack_price)
        self.fleet.outlook = outlook

    def most_racks(self, backlog: float, rack_price: float) -> float:
        """Racks that creditors lend for, with so much to come under contracts [USD] and at a price of a rack [USD]."""
        terms = self.spec.borrowing
        return math.inf if terms is None else terms.most_racks(self.cash, backlog, rack_price)

    def wished_at(self, price: float, opening: float, backlog: float) -> float:
        """Racks that it would order from who makes them at a price [USD], which was ``opening`` at the start."""
        expansion = self.spec.expansion
        assert isinstance(expansion, Ordering)
        return expansion.wished(replace(self.fleet, most=self.most_racks(backlog, price)), price - opening)

    def payments(self, tick: OwnerTick) -> Iterator[Payment]:
        """Power of the racks in use, and upkeep of older ones that stand."""
        cost = tick.in_use * self.spec.running_cost
        if self.spec.older:
            cost = self.older.running_cost(tick.in_use, self.racks, self.spec.running_cost, tick.hours)
        yield Payment(self.name, "power", cost * tick.power + self.older.upkeep * tick.hours, "power")
