"""The maker of racks: what it asks, how many it makes, and who gets them.

Owners who follow rents order from it once a month. It can give what it has made since it last took orders: its output
is a path, and what is not ordered is not made. A rack costs it c, and m GB of memory at the price P of the day:

    price of a rack = what its rule says at a cost of c + m P                                               (1)

so that where the rule passes cost on, it is the rest and memory. P clears the market for memory (``memory``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import mesa
import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_kind, require_or_inf
from market.exchange.ledger import Ledger
from market.supply.expansion import MONTH
from market.supply.firm import Firm
from market.supply.memory import Memory, along
from market.supply.rack_allotments import ProRata, RackAllotment
from market.supply.rack_prices import PostedRackPrice, RackMarket, RackPricing, crossing

type Floats = NDArray[np.float64]

#: Prices of memory between which the one that clears is looked for, over that of the start.
LOWEST, HIGHEST = 1e-6, 1e6


@dataclass(frozen=True)
class RackMaker:
    """Who makes racks and sells them to owners.

    Attributes:
        name: what it is called.
        price: of a rack at the start [USD].
        cost: what a rack costs it, memory aside [USD].
        output: racks that it can make at the start [racks/year]; infinite for any number.
        growth: factor a year of that.
        pricing: what it asks.
        allotment: who gets racks where more are ordered.
        memory: the market for memory, or None where memory is in ``cost``.
        cash: money at the start [USD].
        kind: kind of agent that it is: 'rack-maker', or one of your own.
    """

    name: str
    price: float
    cost: float = 0.0
    output: float = float("inf")
    growth: float = 1.0
    pricing: RackPricing = field(default_factory=PostedRackPrice)
    allotment: RackAllotment = field(default_factory=ProRata)
    memory: Memory | None = None
    cash: float = 0.0
    kind: str = "rack-maker"

    def __post_init__(self) -> None:
        where = f"rack maker '{self.name}': "
        require(where + "price", self.price, above=0)
        require(where + "cost", self.cost, at_least=0)
        require_or_inf(where + "output", self.output, at_least=0)
        require(where + "growth", self.growth, above=0)
        require(where + "cash", self.cash)
        require_kind(where + "pricing", self.pricing, RackPricing)
        require_kind(where + "allotment", self.allotment, RackAllotment)
        require_kind(where + "memory", self.memory, Memory, type(None))

    @property
    def memory_price(self) -> float:
        """Price of memory at the start [USD per GB]; 0 where there is no market for it."""
        return 0.0 if self.memory is None else self.memory.price

    def cost_at(self, memory_price: float) -> float:
        """What a rack costs it at a price of memory [USD]."""
        return self.cost + (0.0 if self.memory is None else self.memory.per_rack * memory_price)

    def made(self, begin: float, end: float, memory_price: float) -> float:
        """Racks that it can make between two times [years], with what memory is offered at a price [USD per GB]."""
        output = along(self.output, self.growth, begin, end)
        if self.memory is None:
            return output
        return min(output, self.memory.offered(memory_price, begin, end) / self.memory.per_rack)

    def prices(self, orders: Callable[[float], float], begin: float, end: float) -> tuple[float, float]:
        """Price of a rack [USD] and of memory [USD per GB] for what is made between two times [years].

        ``orders``: racks that would be ordered at a price of a rack.
        """
        output = along(self.output, self.growth, begin, end)

        def market(memory_price: float) -> RackMarket:
            cost = self.cost_at(memory_price)
            return RackMarket(orders, output, cost, self.price, self.cost_at(self.memory_price))

        memory, at = self.memory, self.memory_price
        if memory is not None:

            def wanting(price: float) -> float:
                there = market(price)
                needed = memory.per_rack * there.sold(self.pricing.price(there))
                return needed - memory.offered(price, begin, end)

            at = crossing(wanting, LOWEST * memory.price, HIGHEST * memory.price)
        return self.pricing.price(market(at)), at


@dataclass(frozen=True)
class RackSales:
    """What a maker asked and sold.

    Attributes:
        price: of a rack [USD].
        memory_price: of a GB of memory [USD].
        until: time up to which what was made has been given or not been asked for [years].
        ordered: racks that were ordered in the tick, by owner.
        given: racks of these that will come, by owner.
    """

    price: float
    memory_price: float
    until: float
    ordered: Floats
    given: Floats


def nothing_sold(maker: RackMaker | None, owners: int) -> RackSales:
    """Before the first orders; of no maker as well. It has made racks for a month."""
    none = np.zeros(owners)
    if maker is None:
        return RackSales(0.0, 0.0, -MONTH, none, none)
    return RackSales(maker.price, maker.memory_price, -MONTH, none, none)


class RackMakerAgent(Firm[RackMaker, None]):
    """A maker of racks."""

    kind: ClassVar[str] = "rack-maker"

    def __init__(self, model: mesa.Model, spec: RackMaker, number: int, ledger: Ledger) -> None:
        super().__init__(model, spec, number, ledger)

    @property
    def price(self) -> float:
        """What it asks for a rack [USD]."""
        return float(self.model.state.fleets.sales.price)
