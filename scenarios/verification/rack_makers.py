"""Who makes racks: prices with a capacity, who gets racks where they are short, and the price of memory in a rack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from capacity.fields import quantity
from market import TokenMarket
from market.calendar import Calendar
from market.supply.expansion import MONTH, Expansion, Fleet, FollowRents
from market.supply.memory import Memory
from market.supply.rack_allotments import ByContract, ProRata
from market.supply.rack_maker import RackMaker
from market.supply.rack_prices import ClearingRackPrice, MonopolyRackPrice, PostedRackPrice, RackPricing
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.machines import firms
from scenarios.verification.setups import run

#: Days to the second look at ordering, a month after the first.
SECOND_LOOK = 31


@dataclass(frozen=True)
class LinearOrders(FollowRents):
    """Owners of a textbook, who order most - slope x price racks a month whatever rents are."""

    most: float = quantity(100.0, "racks", "orders at a price of nothing")
    slope: float = quantity(10.0, "racks per USD", "fall of orders with the price")
    opening: float = quantity(1.0, "USD", "price at the start")

    def wished(self, fleet: Fleet, dearer: float) -> float:  # noqa: ARG002
        """On the line."""
        return max(self.most - self.slope * (self.opening + dearer), 0.0)


def selling(
    maker: RackMaker, plans: Sequence[Expansion], ticks: int = 1, racks: Sequence[float] = (100.0, 50.0)
) -> TokenMarket:
    """A maker, owners with such plans, and research that spends a dollar an hour on each of the first 100 racks."""
    users, sellers = firms([1e-9], [1e-9])
    settings: dict[str, Any] = {
        "hyperscalers": tuple(Hyperscaler(f"cloud {k}", racks[k], plan) for k, plan in enumerate(plans)),
        "maker": maker,
        "calendar": Calendar(tick_hours=24.0),
        "research": (Research("training", 24.0 * 100.0),),
    }
    return run(users, sellers, ticks, **settings)


def maker_of(pricing: RackPricing, a_month: float, cost: float = 2.0, price: float = 4.0, **knobs: Any) -> RackMaker:
    """A maker of so many racks a month."""
    return RackMaker("maker", price, cost, a_month / MONTH, pricing=pricing, **knobs)


def last_sale(model: TokenMarket) -> tuple[float, float, float]:
    """Price [USD], racks sold, and what the maker has earned by them [USD]."""
    sales = model.state.fleets.sales
    return sales.price, float(sales.given.sum()), model.ledger["maker"]


@check("rack-maker", "What a maker of racks asks, and who gets them", "Tirole (1988), 1.1; own arithmetic")
def rack_makers() -> Iterator[Finding]:
    """Orders 100 - 10 p a month at a cost of 2; then owners who follow rents of four times the cost."""
    line = (LinearOrders(1.0, opening=4.0),)
    for case, pricing, a_month, price, sold in (
        ("monopoly, 50 a month: (10 + 2) / 2", MonopolyRackPrice(), 50.0, 6.0, 40.0),
        ("monopoly, 30 a month: what clears", MonopolyRackPrice(), 30.0, 7.0, 30.0),
        ("competition, 90 a month: cost", ClearingRackPrice(), 90.0, 2.0, 80.0),
        ("competition, 30 a month: what clears", ClearingRackPrice(), 30.0, 7.0, 30.0),
        ("posted, 30 a month: rationed", PostedRackPrice(), 30.0, 4.0, 30.0),
    ):
        found = last_sale(selling(maker_of(pricing, a_month), line))
        yield iterated(f"{case}: price of a rack [USD]", price, found[0])
        yield iterated(f"{case}: sold [racks]", sold, found[1])
        yield iterated(f"{case}: earned [USD]", (price - 2.0) * sold, found[2])
    two = (LinearOrders(1.0, most=80.0, opening=4.0), LinearOrders(1.0, most=60.0, opening=4.0))
    for rule, allotment, gets in (
        ("pro rata", ProRata(), (24.0, 12.0)),
        ("half promised to the first", ByContract(0.5, 1), (18.0 + 18.0 * 22 / 42, 18.0 * 20 / 42)),
    ):
        given = selling(maker_of(PostedRackPrice(), 36.0, allotment=allotment), two).state.fleets.sales.given
        for k, racks in enumerate(gets):
            yield exact(f"40 and 20 ordered, 36 made, {rule}: to {k} [racks]", racks, float(given[k]))
    yield from after_rents()


def after_rents() -> Iterator[Finding]:
    """Owners whose rack-hours earn 1 and cost .25 at a price of 4, all of it capital; orders as in ``FollowRents``."""
    plan = FollowRents(cost=0.25, growth=1e3, charge=1.0 / 16.0, pipeline_growth=1.0)

    def orders(price: float) -> float:
        return 100.0 * (math.pow(16.0 / price, MONTH) - 1.0)

    since = SECOND_LOOK / 365.25
    few, many = 5.0, 1e6
    clears = 16.0 / (1.0 + few * since / MONTH / 100.0) ** (1.0 / MONTH)
    for case, pricing, a_month, price in (
        ("competition", ClearingRackPrice(), few, clears),
        ("monopoly, full", MonopolyRackPrice(), few, clears),
        ("monopoly, room to spare", MonopolyRackPrice(), many, best_price(2.0)),
    ):
        found = last_sale(selling(maker_of(pricing, a_month), (plan,), SECOND_LOOK + 1))
        yield iterated(f"rents of four times the cost, {case}: price [USD]", price, found[0])
        yield iterated(f"rents of four times the cost, {case}: sold [racks]", orders(price), found[1])
    rich = FollowRents(cost=1e-3, growth=1e3, lead_quarters=2, pipeline_growth=4.0)
    path = RackMaker("maker", 4.0, 2.0, 100.0 * math.log(4.0) * 2.0, growth=4.0)
    model = selling(path, (rich,), SECOND_LOOK + 184)
    yield exact(
        "more is ordered than is made, along a path of 4 a year: racks then",
        100.0 * 4.0 ** (since + 0.5),
        model.hyperscalers[0].racks,
    )


def best_price(cost: float) -> float:
    """Where (p - c) ((16/p)^(1/12) - 1) is highest: its derivative is zero, by halving."""
    low, high = cost, 16.0
    for _ in range(100):
        price = (low + high) / 2.0
        falls = (16.0 / price) ** MONTH * (1.0 - MONTH * (price - cost) / price) - 1.0
        low, high = (price, high) if falls > 0 else (low, price)
    return low


@check("memory", "What memory costs, and a rack with it", "Marshall (1890), derived demand; own arithmetic")
def memory() -> Iterator[Finding]:
    """Orders 100 - 10 p a month; a rack takes 2 GB and a dollar of other things."""
    line = (LinearOrders(1.0, opening=3.0),)
    for case, pricing, offered, elasticity, at, price in (
        ("competition, 20 P made", PostedRackPrice(), 20.0, 1.0, 3.0, 7.0),
        ("competition, 20 made at any price", PostedRackPrice(), 20.0, 0.0, 4.0, 9.0),
        ("monopoly, 25 P made", MonopolyRackPrice(), 25.0, 1.0, 2.0, 7.5),
    ):
        market = Memory(2.0, 1.0, offered / MONTH, elasticity=elasticity)
        maker = maker_of(pricing, math.inf, cost=1.0, price=3.0, memory=market)
        model = selling(maker, line)
        found = last_sale(model)
        sold = 100.0 - 10.0 * price
        yield iterated(f"{case}: price of memory [USD per GB]", at, model.state.fleets.sales.memory_price)
        yield iterated(f"{case}: price of a rack [USD]", price, found[0])
        yield iterated(f"{case}: memory sold is what is made [GB]", offered * at**elasticity, 2.0 * found[1])
        yield iterated(f"{case}: paid for it [USD]", 2.0 * at * sold, -model.ledger.net("maker", "memory"))
