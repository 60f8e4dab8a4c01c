"""Capacity that is chosen before prices: peak load, Cournot, Kreps and Scheinkman."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Investment, Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, iterated
from scenarios.verification.setups import run

type Floats = NDArray[np.float64]


def planner(chokes: Sequence[float], slope: float, running: float, capital: float) -> tuple[float, Floats]:
    """Capacity at which the rents of all periods together pay for it, and the prices; by a root."""
    top = np.asarray(chokes)

    def rents(capacity: float) -> Floats:
        return np.maximum(top - slope * capacity - running, 0.0)

    most = (top.max() - running) / slope
    capacity = float(brentq(lambda k: rents(k).sum() - capital, 0.0, most, xtol=1e-13, rtol=1e-14))
    return capacity, running + rents(capacity)


def peak_load_market(
    chokes: Sequence[float], slope: float, running: float, capital: float, tick_hours: float = 1.0, ticks: int = 400
) -> TokenMarket:
    """One seller whose machines follow their rents; a cycle has a tick for each period."""
    curves = tuple(LinearDemand(choke, slope) for choke in chokes)
    # A rack works tick_hours a tick, and so serves as many requests.
    plan = Investment(
        cost_per_cycle=capital * tick_hours, cycle_ticks=len(curves), gain=0.5 / slope / tick_hours**2 / len(curves)
    )
    firm = Provider(
        "firm",
        (Offer("good", running, cost=running),),
        pools=(Pool(50.0 / tick_hours, investment=plan),),
        pricing=MarginalCost(),
    )
    calendar = Calendar(tick_hours=tick_hours)
    return run(CurveSegment("users", curves), firm, ticks, clearing=ScarcityAuction(), calendar=calendar)


def peak_load(
    chokes: Sequence[float], slope: float, running: float, capital: float, tick_hours: float = 1.0
) -> Iterator[Finding]:
    """Compare capacity and prices of the last cycle."""
    model = peak_load_market(chokes, slope, running, capital, tick_hours)
    capacity, prices = planner(chokes, slope, running, capital)
    yield iterated("capacity [rack-h a tick]", capacity, float(model.capacity[0]))
    paid = model.records.series("offers", "paid_price", "good")[-len(chokes) :]
    yield from each(iterated, "price in period [USD]", prices, paid)


@check("peak-firm", "Peak load, firm peak", "Boiteux (1949); Steiner (1957)")
def firm_peak() -> Iterator[Finding]:
    """Inverse demands 20 - .1q and 8 - .1q, running cost 2, capacity cost 6: capacity 120, prices 8 and 2."""
    yield from peak_load((20.0, 8.0), 0.1, 2.0, 6.0)


@check("peak-shifting", "Peak load, shifting peak", "Boiteux (1949); Steiner (1957)")
def shifting_peak() -> Iterator[Finding]:
    """Inverse demands 20 - .1q and 14 - .1q, running cost 2, capacity cost 8: capacity 110, prices 9 and 3."""
    yield from peak_load((20.0, 14.0), 0.1, 2.0, 8.0)


@check("peak-periods", "Peak load, four periods of 6 hours", "Boiteux (1949); Williamson (1966)")
def four_periods() -> Iterator[Finding]:
    """Two periods share the cost of capacity; a tick of 6 hours changes nothing but the number of racks."""
    yield from peak_load((30.0, 24.0, 12.0, 6.0), 0.2, 3.0, 10.0, tick_hours=6.0)


def cournot(choke: float, slope: float, running: Sequence[float], capital: Sequence[float]) -> tuple[Floats, float]:
    """Cournot capacities and price, as a linear system: choke - slope (Q + q_i) = cost of i."""
    cost = np.asarray(running) + np.asarray(capital)
    matrix = slope * (np.ones((cost.size, cost.size)) + np.eye(cost.size))
    quantity = np.linalg.solve(matrix, choke - cost)
    return quantity, float(choke - slope * quantity.sum())


def duopoly_market(
    choke: float, slope: float, running: Sequence[float], capital: Sequence[float], ticks: int = 45
) -> TokenMarket:
    """Firms with market power build; what they built then clears at the price at which it is sold out."""
    gain = 1.4 / slope / (len(running) + 1)
    firms = [
        Provider(
            f"firm {k}",
            (Offer(f"good {k}", c, cost=c),),
            pricing=MarginalCost(),
            pools=(Pool(10.0 + 5.0 * k, investment=Investment(f, 1, gain, market_power=True)),),
        )
        for k, (c, f) in enumerate(zip(running, capital, strict=True))
    ]
    return run(CurveSegment("users", (LinearDemand(choke, slope),)), firms, ticks, clearing=ScarcityAuction())


def price_game(
    racks: Sequence[float] | Floats, prices: Sequence[float | None], choke: float, slope: float, cost: float
) -> Floats:
    """Profits before capital when some firms post a price and the others (None) sell at what clears.

    Buyers go to the cheaper one first, so who is dearer faces the demand that is left (efficient rationing).
    """
    firms = [
        Provider(
            f"firm {k}",
            (Offer(f"good {k}", cost if p is None else p, cost=cost),),
            pools=(Pool(r),),
            pricing=MarginalCost() if p is None else FixedPrice(),
        )
        for k, (r, p) in enumerate(zip(racks, prices, strict=True))
    ]
    model = run(CurveSegment("users", (LinearDemand(choke, slope),)), firms, 1, clearing=ScarcityAuction())
    sold, paid = model.round.served.sum(axis=0), model.cleared.prices[0]
    return np.asarray(sold * (paid - cost))


@check("kreps-scheinkman", "Capacity first, price second = Cournot", "Kreps and Scheinkman (1983)")
def kreps_scheinkman() -> Iterator[Finding]:
    """Capacities of a symmetric and of an uneven duopoly and of a triopoly, and their price."""
    choke, slope = 20.0, 0.1
    for case, running, capital in (
        ("duopoly", (2.0, 2.0), (6.0, 6.0)),
        ("uneven duopoly", (2.0, 1.0), (6.0, 4.0)),
        ("triopoly", (2.0, 2.0, 2.0), (3.0, 4.0, 5.0)),
    ):
        model = duopoly_market(choke, slope, running, capital)
        capacity, price = cournot(choke, slope, running, capital)
        yield from each(iterated, f"{case}: capacity of firm", capacity, model.capacity)
        yield iterated(f"{case}: price [USD]", price, float(model.cleared.prices[0].min()))


def posted_below(
    price: float, racks: Sequence[float] | Floats, rival: float, choke: float, slope: float
) -> TokenMarket:
    """Two firms post prices and nothing lifts them: buyers go to the cheaper, who is the first."""
    prices = (price, rival)
    firms = [
        Provider(f"firm {k}", (Offer(f"good {k}", p),), pools=(Pool(r),), pricing=FixedPrice())
        for k, (r, p) in enumerate(zip(racks, prices, strict=True))
    ]
    return run(CurveSegment("users", (LinearDemand(choke, slope),)), firms, 1, clearing=PostedPrices())


@check("no-deviation", "At Cournot capacities no other price earns more", "Kreps and Scheinkman (1983), proposition 1")
def no_deviation() -> Iterator[Finding]:
    """A firm posts another price, and its rival sells out.

    Who is dearer faces the demand that the rival leaves; who is cheaper sells out as before, for less: its price is not
    lifted. So every other price earns less than the clearing price.
    """
    choke, slope, cost = 20.0, 0.1, 2.0
    capacity, clearing = cournot(choke, slope, (cost, cost), (6.0, 6.0))

    def earned(price: float) -> float:
        if price > clearing:
            return float(price_game(capacity, (price, None), choke, slope, cost)[0])
        model = posted_below(price, capacity, clearing, choke, slope)
        return float(model.round.served[:, 0].sum()) * (float(model.cleared.prices[0, 0]) - cost)

    def answer(price: float) -> float:
        left = max((choke - price) / slope - capacity[1], 0.0) if price > clearing else capacity[0]
        return float((price - cost) * left)

    others = clearing + np.array([-8.0, -4.0, -1.0, -0.5, 0.5, 1.0, 2.0, 5.0])
    profits = [earned(float(price)) for price in others]
    for price, profit in zip(others.tolist(), profits, strict=True):
        yield iterated(f"profit at {price:g} [USD]", answer(price), profit)
    stay = float(price_game(capacity, (None, None), choke, slope, cost)[0])
    yield iterated("profit at the clearing price [USD]", (clearing - cost) * capacity[0], stay)
    best = max(answer(float(price)) for price in others)
    yield iterated("what the best of these other prices loses [USD]", stay - best, stay - max(profits))
