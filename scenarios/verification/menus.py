"""Menus that a seller finds by itself: versions of different quality, and a worse one on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from market import TokenMarket
from market.demand.segment import Segment
from market.exchange.tier_terms import TierTerms
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.chosen_terms import ChosenTerms
from market.supply.pricing.every import Every
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import PLENTY, UNIT, run

type Floats = NDArray[np.float64]

#: Individuals on a line of worths; how near profit comes to that of a continuum, and prices, at which it is flat.
MANY, PROFIT, FLAT_TOP = 2000, 1e-3, 1e-2
#: Ticks after which a seller that looks elsewhere once a day has found its list.
LONG_ENOUGH = 50


def prices_found(users: Sequence[Segment], offers: Sequence[Offer]) -> tuple[Floats, Floats]:
    """Prices at which one seller of several versions earns most, and who buys them [requests]."""
    model: TokenMarket = run(users, Provider("seller", tuple(offers), pools=(Pool(PLENTY),), pricing=BestResponse()), 1)
    model.run_for(LONG_ENOUGH)
    return np.asarray(model.book.price), np.asarray(model.orders.sum(axis=0))


def types(worths: Sequence[float], slow: Sequence[float], share_high: float) -> list[Segment]:
    """Two types, high and low, to whom the full good is worth so much, and so much one that comes an hour later."""
    return [
        Segment(name, UNIT, share, requests_per_day=24, worth_usd=v, time_value=1 - late / v, taste_noise=0.0)
        for name, share, v, late in zip(("high", "low"), (share_high, 1 - share_high), worths, slow, strict=True)
    ]


def line(most: float, time_value: float = 0.0) -> Segment:
    """One request an hour of people whose worths are spread evenly from nothing to ``most``."""
    worths = tuple(((np.arange(MANY) + 0.5) * most / MANY).tolist())
    return Segment(
        "users", UNIT, 1.0, MANY, requests_per_day=24, worths_usd=worths, taste_noise=0.0, time_value=time_value
    )


def fast_and_slow(fast_cost: float = 0.0, slow_cost: float = 0.0) -> list[Offer]:
    """The good at once, and the same an hour later."""
    slow = Tier("slow", least_h=1.0)
    return [Offer("fast", fast_cost + 1.0, cost=fast_cost), Offer("slow", slow_cost + 0.5, cost=slow_cost, tier=slow)]


@check("worse-on-purpose", "A slower version on purpose", "Deneckere and McAfee (1996); Stokey (1979); Salant (1989)")
def worse_on_purpose() -> Iterator[Finding]:
    """It pays where those who mind waiting least are worth less to the seller than what it takes from the others."""
    price, sold = prices_found(types((12.0, 5.0), (6.0, 4.5), 0.5), fast_and_slow())
    yield iterated("pays: price of the fast one [USD]", 10.5, price[0])
    yield iterated("pays: price of the slow one [USD]", 4.5, price[1])
    yield iterated("pays: profit [USD]", 7.5, price @ sold)
    price, sold = prices_found(types((10.0, 6.0), (8.0, 4.8), 0.5), fast_and_slow())
    yield iterated("does not: price of the fast one [USD]", 6.0, price[0])
    yield exact("does not: sold of the slow one [requests]", 0.0, sold[1])


@check("chosen-delay", "The delay of a slower version that earns most", "Deneckere and McAfee (1996)")
def chosen_delay() -> Iterator[Finding]:
    """Worth 8 - .6 d and 5 - .1 d, after d hours: 6 h for 4.4 beside 8 at once, profit 6.2 (5 without a slow one)."""
    others = TierTerms(least_h=6.0), TierTerms(least_h=9.0)
    slow = Offer("slow", 0.5, tier=Tier("slow", least_h=3.0, may_choose=others))
    pricing = ChosenTerms(Every(BestResponse(), 8_766.0), terms_hours=24.0)
    firm = Provider("seller", (Offer("fast", 1.0), slow), pools=(Pool(PLENTY),), pricing=pricing)
    model = run(types((8.0, 5.0), (7.4, 4.9), 0.5), firm, 26)
    price, sold = model.book.price, model.orders.sum(axis=0)
    yield exact("wait [h]", 6.0, model.book.least_h[1])
    yield iterated("price of the fast one [USD]", 8.0, price[0])
    yield iterated("price of the slow one [USD]", 4.4, price[1])
    yield iterated("profit [USD]", 6.2, price @ sold)


@check("one-time-value", "A slower version where all lose the same share of the worth", "Salant (1989)")
def one_time_value() -> Iterator[Finding]:
    """It pays only if it costs less, whatever the worths: p = (m W + c_s)/2 and (W + c)/2, or one price."""
    most, kept, cost = 2.0, 0.75, 0.4
    for slow_cost in (0.2, 0.4):
        price, sold = prices_found([line(most, time_value=1 - kept)], fast_and_slow(cost, slow_cost))
        case = f"costs {cost:g} and {slow_cost:g}"
        yield Finding(f"{case}: price of the fast one [USD]", (most + cost) / 2, float(price[0]), FLAT_TOP)
        if slow_cost < kept * cost:
            slow = (kept * most + slow_cost) / 2
            yield Finding(f"{case}: price of the slow one [USD]", slow, float(price[1]), FLAT_TOP)
        profit = 0.3266667 if slow_cost < kept * cost else 0.32
        yield Finding(f"{case}: profit [USD]", profit, float((price - [cost, slow_cost]) @ sold), PROFIT)


@check("quality-menu", "A menu of qualities", "Mussa and Rosen (1978); Maskin and Riley (1984)")
def quality_menu() -> Iterator[Finding]:
    """Two qualities that cost q²/2, to people whose worths are even from 0 to 1: prices .24 and .56, profit .08."""
    qualities = (0.4, 0.8)
    offers = [Offer(f"quality {q:g}", q, q, cost=q**2 / 2) for q in qualities]
    price, sold = prices_found([line(1.0)], offers)
    for k, (wanted, q) in enumerate(zip((0.24, 0.56), qualities, strict=True)):
        yield Finding(f"price of quality {q:g} [USD]", wanted, float(price[k]), FLAT_TOP)
    costs = np.array([offer.cost for offer in offers])
    yield Finding("profit [USD]", 0.08, float((price - costs) @ sold), PROFIT)
    low, high = Segment("low", UNIT, 0.6, worth_usd=0.7, taste_noise=0.0), Segment("high", UNIT, 0.4, taste_noise=0.0)
    offers = [Offer("low", 0.3, 0.5, cost=0.125), Offer("high", 0.6, 1.0, cost=0.5)]
    price, sold = prices_found([low, high], offers)
    yield iterated("two types: price of the low quality [USD]", 0.35, price[0])
    yield iterated("two types: price of the high quality [USD]", 0.85, price[1])
    yield iterated("two types: profit [USD]", 0.275, (price - [0.125, 0.5]) @ sold)
