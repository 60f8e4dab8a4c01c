"""Owners of machines who rent them out, as Mesa agents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from market.exchange.ledger import Ledger, Payment
from market.supply.expansion import Fleet
from market.supply.firm import Firm
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

    def grow(
        self, years: float, earned: float, price: float, power: float, *, backlog: float = 0.0, stops: bool = False
    ) -> float:
        """Move the fleet to so many years after the start; returns racks that were ordered.

        ``earned``: what a rack-hour has earned lately; ``price``: of the last tick on the spot market, NaN before the
        first [USD per rack-h]; ``power``: what power costs over what it did at the start;
        ``backlog``: to come under contracts [USD]; ``stops``: whether it orders nothing, and gets nothing any more.
        """
        self.fleet.earned = earned
        if self.spec.borrowing is not None:
            self.fleet.most = self.spec.borrowing.most_racks(self.cash, backlog, self.spec.rack_price)
        if self.spec.older and np.isfinite(price):
            self.older.see(years, price, power)
            self.fleet.racks -= self.older.give_up(years, self.spec.retires_a_month)
        return 0.0 if stops else float(self.spec.expansion(self.fleet, years))

    def payments(self, tick: OwnerTick) -> Iterator[Payment]:
        """Power of the racks in use, and upkeep of older ones that stand."""
        cost = tick.in_use * self.spec.running_cost
        if self.spec.older:
            cost = self.older.running_cost(tick.in_use, self.racks, self.spec.running_cost, tick.hours)
        yield Payment(self.name, "power", cost * tick.power + self.older.upkeep * tick.hours, "power")
