"""Sellers with so many machines and no more: prices of each at what its own are worth, and where there are none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import UNDERCUT, BestResponse
from market.supply.pricing.clearing_price import ClearingPrice
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import UNIT, run, seller

type Floats = NDArray[np.float64]

#: Users who differ in worth alone, a dollar apart, and their highest worth [USD].
PEOPLE, MOST = 100, 99.5
#: Ticks in which prices run down from high to low once, and more.
LONG = 290


def of_one_good(pricing: PricingPolicy, racks: float) -> list[Provider]:
    """Two sellers of one good that costs nothing."""
    return [
        Provider(name, (Offer(name, price),), pools=(Pool(racks),), pricing=pricing)
        for name, price in (("A", 10.0), ("B", 20.0))
    ]


def people() -> Segment:
    """A request an hour of each, worth half a dollar, one and a half, and so on."""
    worths = tuple((np.arange(PEOPLE) + 0.5).tolist())
    return Segment("users", UNIT, PEOPLE, PEOPLE, requests_per_day=24, worths_usd=worths, taste_noise=0.0)


def lists(model: TokenMarket, *names: str) -> Floats:
    """List prices by tick and offer."""
    return np.array([model.records.series("offers", "price", name) for name in names]).T


@check(
    "own-capacity",
    "Logit sellers who serve no more than they can",
    "Anderson, de Palma and Thisse (1992); first-order conditions of Kuhn and Tucker",
)
def own_capacity() -> Iterator[Finding]:
    """Prices are c + r + 1/(1 - s), with r the shadow price of whose machines are full: 3.616742 and 2.352614."""
    quality, cost, racks, users = np.array([3.0, 2.5]), np.array([0.8, 0.6]), np.array([20.0, 60.0]), 100.0

    def replies(first: float) -> tuple[Floats, Floats]:
        """Prices and orders where the first is given and the second is the best reply to it."""

        def off(second: float) -> float:
            return float(second - cost[1] - 1.0 / (1.0 - share(second)[1]))

        def share(second: float) -> Floats:
            weight = np.exp(quality - [first, second])
            return np.asarray(weight / (1.0 + weight.sum()))

        second = float(brentq(off, cost[1], 50.0, xtol=1e-14))
        return np.array([first, second]), users * share(second)

    full = float(brentq(lambda first: replies(first)[1][0] - racks[0], cost[0], 50.0, xtol=1e-14))
    price, orders = replies(full)
    firms = [
        seller(name, [(q, c)], BestResponse(within_capacity=True), k)
        for name, q, c, k in zip("AB", quality, cost, racks, strict=True)
    ]
    model = run([buyers_of(users)], firms, 25)
    yield from each(iterated, "price of seller [USD]", price, model.book.price)
    yield from each(iterated, "orders of seller", orders, model.orders.sum(axis=0))
    shadow = price[0] - cost[0] - 1.0 / (1.0 - orders[0] / users)
    found = model.book.price[0] - cost[0] - 1.0 / (1.0 - model.orders[0, 0] / users)
    yield iterated("shadow price of the first [USD per rack-hour]", shadow, found)


def buyers_of(users: float) -> Segment:
    """So many requests an hour of users who go at once where they are turned away."""
    return Segment("users", UNIT, users, individuals=1, requests_per_day=24, patience_h=1e-3)


@check(
    "edgeworth",
    "Price competition in one good, with machines enough, few and in between",
    "Bertrand (1883); Edgeworth (1925); Levitan and Shubik (1972); Kreps and Scheinkman (1983)",
)
def edgeworth() -> Iterator[Finding]:
    """Demand 100 - p, no cost: p = 0 with plenty, 40 with 30 machines each; with 50 it runs from 25 to 12.5."""
    best = BestResponse(within_capacity=True)
    plenty = run([people()], of_one_good(BestResponse(), 200.0), 150)
    yield Finding("machines enough: price, below [USD]", 0.0, float(plenty.book.price.max()), 0.02)
    curve = CurveSegment("users", (LinearDemand(100.0, 1.0),))
    filled = run([curve], of_one_good(ClearingPrice(), 30.0), 4, overflow=True)
    for name, price, served in zip("AB", filled.book.price, filled.round.served.sum(axis=0), strict=True):
        yield iterated(f"few machines, prices that fill them: price of {name} [USD]", 40.0, price)
        yield iterated(f"few machines, prices that fill them: served by {name}", 30.0, served)
    few = run([people()], of_one_good(best, 30.0), 50, overflow=True)
    apart = 1.5 / 40.0
    for name, price in zip("AB", few.book.price, strict=True):
        yield Finding(
            f"few machines, best prices: price of {name}, worths a dollar apart [USD]", 40.0, float(price), apart
        )
    between = lists(run([people()], of_one_good(best, 50.0), LONG, overflow=True), "A", "B")[LONG // 4 :]
    steps = 2.0 * UNDERCUT
    yield Finding("in between: highest price, to a step [USD]", 25.0, float(between.max()), steps)
    yield Finding("in between: lowest price, to a step [USD]", 12.5, float(between.min()), steps)
    rises = (np.diff(between, axis=0) > 5.0).any(axis=1).sum()
    yield exact("in between: prices jump up again and again (1: yes)", 1.0, float(rises >= 2))
