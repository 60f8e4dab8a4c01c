"""Users who see waits: congestion tolls, and priority prices that users sort themselves by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.congestion_toll import CongestionToll
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]

COST = 1.0


def single_server(
    choke: float,
    slope: float,
    delay_cost: float,
    service_rate: float,
    pricing: PricingPolicy,
    learning_ticks: float,
    memories: int = 25,
) -> TokenMarket:
    """Users with a linear demand for price and wait together, at an M/M/1 station.

    They average the waits of the last ``learning_ticks``, which must be more the steeper waits rise with orders, or
    all run from full to empty and back; ``memories``: how many times that it runs.
    """
    users = CurveSegment("users", (LinearDemand(choke, slope),), delay_cost_usd_per_h=delay_cost)
    offer = Offer("good", COST, cost=COST, technology=FixedWork(rack_hours=1.0 / service_rate))
    firm = Provider("firm", (offer,), pools=(Pool(1.0),), pricing=pricing)
    return run(users, firm, round(memories * learning_ticks), waits=WaitModel(), learning_ticks=learning_ticks)


@check(
    "congestion-toll",
    "Individual against social optimum, and the toll between them",
    "Pigou (1920); Naor (1969); Mendelson (1985)",
)
def congestion_toll() -> Iterator[Finding]:
    """Users join until worth = price + cost of wait; the optimum counts what they add to the others' waits."""
    for choke, slope, delay, rate, learning in ((10.0, 0.5, 4.0, 12.0, 10.0), (6.0, 0.2, 1.5, 9.0, 30.0)):

        def wait(x: float, rate: float = rate) -> float:
            return x / rate / (rate - x)

        def alone(x: float, a: float = choke, b: float = slope, v: float = delay) -> float:
            return a - b * x - COST - v * wait(x)

        def together(x: float, v: float = delay, rate: float = rate) -> float:
            return alone(x) - v * x / (rate - x) ** 2

        full = rate * (1 - 1e-12)
        joined, best = (float(brentq(f, 0.0, full, xtol=1e-14, rtol=1e-14)) for f in (alone, together))
        case = f"choke {choke:g}, {rate:g} served an hour"
        free = single_server(choke, slope, delay, rate, MarginalCost(), learning, memories=10)
        tolled = single_server(choke, slope, delay, rate, CongestionToll(learning), learning)
        yield iterated(f"{case}: arrivals without toll [1/h]", joined, float(free.orders.sum()))
        yield iterated(f"{case}: arrivals with toll [1/h]", best, float(tolled.orders.sum()))
        yield iterated(f"{case}: toll [USD]", delay * best / (rate - best) ** 2, float(tolled.book.price[0] - COST))


@check("sorting", "Priority prices that users sort themselves by", "Mendelson and Whang (1990)")
def sorting() -> Iterator[Finding]:
    """Two speeds: who values a request above price difference / (time value x delay difference) takes the fast one."""
    worths = np.geomspace(0.5, 50.0, 400)
    time_value, prices, hours = 0.1, (2.0, 0.5), (0.25, 1.0)
    users = Segment(
        "users",
        UNIT,
        users=400,
        individuals=400,
        requests_per_day=24,
        taste_noise=0.0,
        time_value=time_value,
        worths_usd=tuple(worths.tolist()),
        outside=0.0,
    )
    offers = tuple(
        Offer(f"{h:g} h", p, technology=FixedWork(seconds=3600.0 * h)) for p, h in zip(prices, hours, strict=True)
    )
    model = run(users, Provider("firm", offers, pools=(Pool(1e6),)), 3)
    threshold = (prices[0] - prices[1]) / (time_value * (hours[1] - hours[0]))
    entry = prices[1] / (1.0 - time_value * hours[1])
    yield exact("take the fast tier [requests]", float((worths > threshold).sum()), float(model.orders[0, 0]))
    slow = float(((worths > entry) & (worths <= threshold)).sum())
    yield exact("take the slow tier [requests]", slow, float(model.orders[0, 1]))


def priority_market(
    prices: tuple[float, float], worths: Floats, time_value: float, load: float, ticks: int = 300
) -> TokenMarket:
    """Two tiers of one server, told apart by the order of service only; waits follow from who takes which."""
    users = Segment(
        "users",
        UNIT,
        users=load,
        individuals=worths.size,
        requests_per_day=24,
        taste_noise=0.0,
        time_value=time_value,
        worths_usd=tuple(worths.tolist()),
        outside=None,
    )
    offers = tuple(
        Offer(name, p, tier=Tier(name, priority=float(k)))
        for k, (name, p) in enumerate(zip(("fast", "slow"), prices, strict=True))
    )
    firm = Provider("firm", offers, pools=(Pool(1.0),), pricing=FixedPrice())
    return run(users, firm, ticks, waits=WaitModel(), learning_ticks=8.0)


def cobham_single(first: float, second: float) -> tuple[float, float]:
    """Waits of two ranks at an M/M/1 station that serves one an hour."""
    residual = first + second
    return residual / (1.0 - first), residual / (1.0 - first) / (1.0 - first - second)


@check(
    "self-selection",
    "Priority by price, with the waits that follow from it",
    "Mendelson and Whang (1990); Cobham (1954)",
)
def self_selection() -> Iterator[Finding]:
    """The threshold worth at which the price difference pays for the difference in waits, both found together."""
    people, load, time_value, prices = 4000, 0.8, 0.02, (0.6, 0.1)
    spacing = 19.5 / people
    worths = np.asarray(0.5 + spacing * (np.arange(people) + 0.5), dtype=np.float64)

    def gain(threshold: float) -> float:
        first = load * (20.0 - threshold) / 19.5
        fast, slow = cobham_single(first, load - first)
        return time_value * threshold * (slow - fast) - (prices[0] - prices[1])

    threshold = float(brentq(gain, 0.5, 20.0, xtol=1e-13))
    model = priority_market(prices, worths, time_value, load)
    found = 20.0 - 19.5 * float(model.orders[0, 0]) / load
    yield Finding("threshold worth [USD], to the next individual", threshold, found, spacing / threshold)
