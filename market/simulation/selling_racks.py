"""Selling racks: a maker sets its price, owners order at it, and what is made is given out and paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from market.exchange.ledger import Payment
from market.simulation.founded import Founded
from market.supply.expansion import Ordering
from market.supply.owner import HyperscalerAgent
from market.supply.rack_maker import RackMaker, RackSales


def sell_racks(
    founded: Founded,
    maker: RackMaker,
    before: RackSales,
    buyers: Mapping[HyperscalerAgent, float],
    backlog: Mapping[str, float],
    years: float,
) -> RackSales:
    """What is sold in a tick so many years after the start.

    ``buyers``: owners who look at ordering, and the time that it is for each [years], when racks come late.
    ``backlog``: to come under contracts [USD], by name.
    """
    none = np.zeros(len(founded.owners))
    if not buyers:
        return RackSales(before.price, before.memory_price, before.until, none, none)

    def wished(price: float) -> dict[int, float]:
        return {h.number: h.wished_at(price, maker.price, backlog.get(h.name, 0.0)) for h in buyers}

    def orders(price: float) -> float:
        return sum(wished(price).values())

    price, memory_price = before.price, before.memory_price
    if orders(0.0) > 0.0:  # else nobody orders at any price, and there is nothing to set one by
        price, memory_price = maker.prices(orders, before.until, years)
    ordered = none.copy()
    for number, racks in wished(price).items():
        ordered[number] = racks
    output = maker.made(before.until, years, memory_price)
    standing = np.array([h.spec.racks for h in founded.owners], dtype=np.float64)
    given = maker.allotment.given(ordered, standing, output)
    for h, when in buyers.items():
        assert isinstance(h.spec.expansion, Ordering)
        h.spec.expansion.order(h.fleet, when, float(given[h.number]))
    return RackSales(price, memory_price, years, ordered, given)


def paid_for_racks(founded: Founded, maker: RackMaker, sales: RackSales) -> Iterator[Payment]:
    """Owners pay the maker, and it pays for what a rack takes."""
    for owner in founded.owners:
        yield Payment(owner.name, maker.name, float(sales.given[owner.number]) * sales.price, "capital")
    made = float(sales.given.sum())
    yield Payment(maker.name, "capital", made * maker.cost, "making")
    yield Payment(maker.name, "capital", made * (maker.cost_at(sales.memory_price) - maker.cost), "memory")
