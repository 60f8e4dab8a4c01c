"""Walrasian prices: where demand meets supply, and whether naive price adjustment gets there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy.optimize import brentq

from market.demand.segment import CurveSegment, DemandCurve, IsoelasticDemand, LinearDemand
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import FixedCapacity, RisingCost, SupplyCurve
from market.supply.pricing.clearing_price import ClearingPrice
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import run

COST = 2.0


def cleared(demand: DemandCurve, supply: SupplyCurve, racks: float) -> tuple[float, float]:
    """Price at which the model clears, and the seller's profit as its account has it [USD]."""
    pool = Pool(racks, supply=supply)
    firm = Provider("firm", (Offer("good", COST, cost=COST),), pools=(pool,), pricing=MarginalCost())
    model = run(CurveSegment("users", (demand,)), firm, 2, clearing=ScarcityAuction())
    return float(model.cleared.prices[0, 0]), float(model.records.series("providers", "profit", "firm")[-1])


@check("walras", "Walrasian price, linear and isoelastic demand", "Walras (1874); own root")
def walras() -> Iterator[Finding]:
    """Against marginal cost that rises, and against a fixed capacity."""
    demands = {
        "linear": (LinearDemand(20.0, 0.1), lambda p: (20.0 - p) / 0.1),
        "isoelastic": (IsoelasticDemand(3000.0, 1.6), lambda p: 3000.0 * p**-1.6),
    }
    supplies = {
        "rising cost": (RisingCost(0.05), 1e9, lambda p: (p - COST) / 0.05, lambda p: (p - COST) ** 2 / 0.1),
        "fixed capacity": (FixedCapacity(), 60.0, lambda p: 60.0 + 0.0 * p, lambda p: (p - COST) * 60.0),
    }
    for (d, (demand, wanted)), (s, (supply, racks, offered, above)) in product(demands.items(), supplies.items()):
        answer = brentq(lambda p, w=wanted, o=offered: w(p) - o(p), COST, 19.9, xtol=1e-14, rtol=1e-14)
        price, profit = cleared(demand, supply, racks)
        yield iterated(f"{d} demand, {s}: price [USD]", answer, price)
        yield iterated(f"{d} demand, {s}: profit, the area above marginal cost [USD]", above(answer), profit)


@check("clearing-price", "A seller's clearing price = Walrasian price", "Walras (1874); own root")
def clearing_price() -> Iterator[Finding]:
    """The policy that looks for the price at which demand fills capacity, with demand that changes by the hour."""
    curves = (LinearDemand(20.0, 0.1), LinearDemand(14.0, 0.1))
    firm = Provider("firm", (Offer("good", COST, cost=COST),), pools=(Pool(110.0),), pricing=ClearingPrice())
    model = run(CurveSegment("users", curves), firm, 6)
    prices = model.records.series("offers", "price", "good")
    yield iterated("price in the strong hour [USD]", 20.0 - 0.1 * 110.0, prices[4])
    yield iterated("price in the weak hour [USD]", 14.0 - 0.1 * 110.0, prices[5])


def adjusted(demand: DemandCurve, gain: float, start: float, racks: float, ticks: int) -> np.ndarray:
    """Prices of a seller who moves them by gain x excess demand."""
    firm = Provider("firm", (Offer("good", start),), pools=(Pool(racks),), pricing=PriceAdjustment(gain))
    return run(CurveSegment("users", (demand,)), firm, ticks).records.series("offers", "price", "good")


@check(
    "price-adjustment", "Naive price adjustment: when it diverges", "Samuelson (1947), ch. 9; p' = p + gain x excess"
)
def price_adjustment() -> Iterator[Finding]:
    """The distance from p* is multiplied by 1 - gain x slope of demand each tick: stable below gain = 2/slope."""
    slope, racks, clearing = 10.0, 120.0, 8.0  # demand (20 - p)/0.1
    for gain in (0.05, 0.15, 0.1999, 0.2001):
        prices = adjusted(LinearDemand(20.0, 0.1), gain, clearing + 0.01, racks, 8)
        ratio = (prices[-1] - clearing) / (prices[-2] - clearing)
        yield iterated(f"gain {gain}: ratio of distances", 1.0 - gain * slope, ratio)
    for gain, verdict in ((0.19, 0.0), (0.21, 1.0)):
        prices = adjusted(LinearDemand(20.0, 0.1), gain, clearing + 0.01, racks, 100)
        yield exact(f"gain {gain}: diverges (1) or not (0)", verdict, float(abs(prices[-1] - clearing) > 0.01))
    scale, elasticity = 3000.0, 1.6
    price = (scale / 60.0) ** (1.0 / elasticity)
    steepness = elasticity * 60.0 / price
    for factor, verdict in ((0.95, 0.0), (1.05, 1.0)):
        gain = factor * 2.0 / steepness
        prices = adjusted(IsoelasticDemand(scale, elasticity), gain, price + 1e-6, 60.0, 100)
        away = float(abs(prices[-1] - price) > 1e-6)
        yield exact(f"isoelastic, {factor} of the critical gain: diverges (1) or not (0)", verdict, away)
