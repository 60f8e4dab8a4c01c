"""Dear and cheap hours that a seller finds by itself: peak-load prices, of a monopolist and of who prices at cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand
from market.supply.pricing.blocks import Blocks
from market.supply.specs import Offer, Pool, Provider
from market.supply.term import Term
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import run

type Floats = NDArray[np.float64]

#: How near prices come: profit is flat at the top, and comes nearer.
PRICES = 1e-4
#: Weeks until who looks once a week has come to rest: at most profit with machines that it takes for as long, and else.
WEEKS, FEWER_WEEKS = 8, 4


def block_market(
    chokes: Sequence[float],
    slope: float,
    running: float,
    capital: float,
    *,
    power: bool,
    given: float = 0.0,
    weeks: int = FEWER_WEEKS,
) -> TokenMarket:
    """A seller that starts with one price; each tick of the day has a linear inverse demand.

    ``capital``: what serving one request more in each tick of a day costs in machines a day [USD]; ``given``: requests
    a tick that its machines serve, where they are not to be chosen.
    """
    ticks, hours = len(chokes), 24.0 / len(chokes)
    term = Term(capital / ticks, 7 * ticks)  # a rack serves as many requests as a tick has hours
    pool = Pool(given / hours) if given else Pool(50.0 / hours, term=term)
    policy = Blocks(market_power=power, blocks_hours=168.0, near=1e-6)
    firm = Provider("firm", (Offer("good", 1.5 * running, cost=running),), pools=(pool,), pricing=policy)
    curves = tuple(LinearDemand(choke, slope) for choke in chokes)
    return run(CurveSegment("users", curves), firm, 7 * ticks * weeks, calendar=Calendar(tick_hours=hours))


def last_day(model: TokenMarket) -> tuple[Floats, Floats, float]:
    """Prices of the last day, requests that could be served in a tick, and the day's profit [USD]."""
    day = model.calendar.ticks_per_day
    prices = model.records.series("offers", "price", "good")[-day:]
    capacity = model.records.series("pools", "capacity", "firm")[-day:]
    return prices, capacity, float(model.records.series("providers", "profit", "firm")[-day:].sum())


@check("blocks", "Dear hours that a seller finds", "Boiteux (1949); Williamson (1966); Crew et al. (1995)")
def blocks() -> Iterator[Finding]:
    """Firm peak: 20 - .1q, 8 - .1q, cost 2, machines 6 a day; shifting: 20 - .1q, 14 - .1q, cost 2, machines 8."""
    cases: dict[str, tuple[tuple[float, float], float, Floats, float, float]] = {
        "firm peak": ((20.0, 8.0), 6.0, np.array([14.0, 5.0]), 60.0, 450.0),
        "shifting peak": ((20.0, 14.0), 8.0, np.array([14.5, 8.5]), 55.0, 605.0),
    }
    for case, (chokes, capital, answer, capacity, profit) in cases.items():
        prices, racks, earned = last_day(block_market(chokes, 0.1, 2.0, capital, power=True, weeks=WEEKS))
        for number, (wanted, found) in enumerate(zip(answer, prices, strict=True), start=1):
            yield Finding(
                f"{case}: price of a monopolist in period {number} [USD]", float(wanted), float(found), PRICES
            )
        yield Finding(f"{case}: capacity [requests a period]", capacity, float(racks[-1]), PRICES)
        yield iterated(f"{case}: profit [USD a day]", profit, earned)
    prices, _, earned = last_day(block_market((20.0, 8.0), 0.1, 2.0, 0.0, power=True, given=60.0))
    yield from each(iterated, "machines given: price in period [USD]", (14.0, 5.0), prices)
    prices, _, _ = last_day(block_market((10.0, 8.0), 0.1, 2.0, 0.0, power=True, given=200.0))
    yield Finding("more machines than anybody needs: price in period 1 [USD]", 6.0, float(prices[0]), PRICES)


@check("blocks-at-cost", "Dear hours of a seller at cost", "Boiteux (1949); Steiner (1957)")
def blocks_at_cost() -> Iterator[Finding]:
    """Who takes prices as given asks cost and what machines are worth in the hour: 8 and 2, 9 and 3."""
    cases = {
        "firm peak": ((20.0, 8.0), 6.0, (8.0, 2.0), 120.0),
        "shifting peak": ((20.0, 14.0), 8.0, (9.0, 3.0), 110.0),
    }
    for case, (chokes, capital, answer, capacity) in cases.items():
        prices, racks, _ = last_day(block_market(chokes, 0.1, 2.0, capital, power=False, weeks=3))
        for number, (wanted, found) in enumerate(zip(answer, prices, strict=True), start=1):
            yield Finding(f"{case}: price in period {number} [USD]", wanted, float(found), PRICES)
        yield Finding(f"{case}: capacity [requests a period]", capacity, float(racks[-1]), PRICES)


@check("blocks-flat", "One price where hours do not differ", "Boiteux (1949)")
def blocks_flat() -> Iterator[Finding]:
    """Demand that is alike at all hours, and machines that nobody lacks: no hour is dearer."""
    for case, chokes, given in (("alike", (20.0, 20.0), 60.0), ("alike, machines chosen", (20.0, 20.0), 0.0)):
        prices, _, _ = last_day(block_market(chokes, 0.1, 2.0, 6.0, power=True, given=given))
        yield exact(f"{case}: dearest over cheapest hour", 1.0, prices.max() / prices.min())
