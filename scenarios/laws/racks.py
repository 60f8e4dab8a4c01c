"""Laws of who makes racks: what it asks is a price, and nobody gets what it did not order."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from market.supply.expansion import Fleet, Ordering
from market.supply.rack_allotments import RackAllotment
from market.supply.rack_prices import RackMarket, RackPricing
from scenarios.laws.closeness import ROUNDING
from scenarios.laws.law import law, must

NUMBERS = st.sampled_from([0.0, 1.0, 30.0, 1e5])


@law(
    RackAllotment,
    "no owner gets more racks than it ordered, all together no more than there are, and none are kept that are wanted",
    drawn={
        "orders": st.lists(NUMBERS, min_size=1, max_size=4),
        "standing": st.lists(NUMBERS, min_size=4, max_size=4),
        "output": st.sampled_from([0.0, 0.5, 20.0, 1e6, math.inf]),
    },
    examples=30,
)
def racks_are_given_to_who_ordered(
    rule: RackAllotment, orders: list[float], standing: list[float], output: float
) -> None:
    """Whatever was ordered, by whom."""
    wanted, had = np.array(orders), np.array(standing[: len(orders)])
    given = np.asarray(rule.given(wanted.copy(), had.copy(), output))
    must(given.shape == wanted.shape, "{} owners ordered, and {} got racks", wanted.shape, given.shape)
    must(np.isfinite(given) & (given >= 0) & (given <= wanted * (1 + ROUNDING)), "{} ordered, {} given", wanted, given)
    most = min(float(wanted.sum()), output)
    must(math.isclose(float(given.sum()), most, rel_tol=1e-9), "{} of {} racks were given", given.sum(), most)


@law(
    RackPricing,
    "the price of a rack is a number, and asking for it changes nothing",
    drawn={
        "most": st.sampled_from([0.0, 10.0, 1e6]),
        "steepness": st.sampled_from([0.0, 0.5, 2.0]),
        "output": st.sampled_from([0.0, 5.0, math.inf]),
        "cost": st.sampled_from([0.0, 1.0, 50.0]),
    },
    examples=30,
)
def rack_prices_are_prices(rule: RackPricing, most: float, steepness: float, output: float, cost: float) -> None:
    """Orders that fall with the price, or do not."""
    market = RackMarket(lambda price: most * (1.0 + price) ** -steepness, output, cost, 2.0, 1.0)
    price = rule.price(market)
    must(math.isfinite(price) and price >= 0, "the price would be {}", price)
    must(rule.price(market) == price, "asked again it would be {} after {}", rule.price(market), price)


@law(
    Ordering,
    "no more racks are wished for where they are dearer, and to ask orders nothing",
    drawn={"racks": st.sampled_from([0.0, 1.0, 1e5]), "earned": st.sampled_from([0.0, 0.1, 5.0, 1e3])},
    examples=10,
)
def dearer_racks_are_wished_less(plan: Ordering, racks: float, earned: float) -> None:
    """Of a fleet that looks for the first time."""
    fleet = plan.fleet(racks)
    fleet.earned = earned
    plan.looks(fleet, 0.0)
    before = Fleet(fleet.racks, [*fleet.on_order], fleet.earned, fleet.next_look, fleet.most)
    wished = np.array([plan.wished(fleet, dearer) for dearer in (0.0, 0.1, 1.0, 1e3)])
    must(np.isfinite(wished) & (wished >= 0), "racks wished for are {}", wished)
    must(
        np.diff(wished) <= 1e-9 * wished.max(initial=0.0), "dearer by 0, .1, 1 and 1,000 USD {} are wished for", wished
    )
    must(fleet == before, "to ask made {} of {}", fleet, before)
