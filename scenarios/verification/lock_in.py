"""Share as an investment: prices below cost while buyers choose, and what they pay once they are locked in."""

from __future__ import annotations

from collections.abc import Iterator

from market import TokenMarket
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.investing import Investing
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, iterated
from scenarios.verification.setups import PLENTY, buyers, run

#: Cost, what a request is worth at most, taste noise, and what a dollar of the second period is worth in the first.
COST, WORTH, NOISE, DISCOUNT = 1.0, 3.0, 0.5, 0.9
#: Ticks until two sellers have answered each other, step by step and where the first step is the last.
SETTLED, AT_ONCE = 80, 30


def duopoly(price: float, harvest_hours: float, ticks: int, attachment: float = 0.0) -> TokenMarket:
    """Two sellers of goods alike; buyers go to one of them, and may be bound to whom they chose first."""
    within = BestResponse(cap=WORTH)
    policy = Investing(within, 1.0, growth=DISCOUNT, harvest_hours=harvest_hours, later_usd=WORTH - COST)
    sellers = [
        Provider(name, (Offer(f"{name} good", price, cost=COST),), pools=(Pool(PLENTY),), pricing=policy)
        for name in ("one", "other")
    ]
    users = buyers(taste_noise=NOISE, outside=None, attachment=attachment, reconsider_per_day=0.0)
    return run(users, sellers, ticks)


@check("lock-in", "Share as an investment, two periods", "Klemperer (1987); Farrell and Klemperer (2007)")
def lock_in() -> Iterator[Finding]:
    """Who is bound pays all that it is worth, so sellers pay for buyers before: cost + 2 noise - discounted worth."""
    bargain = COST + 2.0 * NOISE - DISCOUNT * (WORTH - COST)
    first = duopoly(COST + 1.0, float("inf"), SETTLED).book.price
    yield iterated("first period: price, 0.8 below cost [USD]", bargain, first[0])
    both = duopoly(bargain, 1.0, AT_ONCE, attachment=1e3)
    prices = both.records.series("offers", "price", "one good")
    yield iterated("buyers who will be bound: price [USD]", bargain, prices[0])
    yield iterated("second period: price is what it is worth [USD]", WORTH, prices[-1])
    profit = both.records.series("providers", "profit", "one") + both.records.series("providers", "profit", "other")
    yield iterated(
        "both sellers and periods: what they earn without [USD]", 2.0 * NOISE, profit[0] + DISCOUNT * profit[-1]
    )
    after = duopoly(COST + 1.0, 0.0, AT_ONCE).book.price
    yield iterated("nothing to come: price [USD]", COST + 2.0 * NOISE, after[0])
