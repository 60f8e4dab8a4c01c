"""Lists that stick: when a change is worth what it costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from market.calendar import Calendar
from market.demand.segment import CurveSegment, LinearDemand
from market.supply.outlook import Estimate, Outlook
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.pricing.menu_cost import DAYS_PER_YEAR, MenuCost
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.setups import PLENTY, run

type Floats = NDArray[np.float64]

#: Looks of a seller whose wish wanders.
LOOKS = 6_000


def gaps(policy: MenuCost, loss: float, wish: Floats, days: float) -> tuple[Floats, int]:
    """Gaps that a seller at cost puts up with, look by look, and how often it changes; being off by x loses b x² a day.

    ``wish``: log of the price that it wishes for, look by look; ``days``: between two looks.
    """
    price, left, changed = np.exp(wish[:1]), np.empty(wish.size), 0
    for k, log in enumerate(wish):
        cost = np.exp(np.array([log]))

        def estimate(asked: Floats, cost: Floats = cost) -> Estimate:
            off = asked - cost
            lost = -loss * days * np.log(asked / cost) ** 2
            return Estimate(np.divide(lost, off, out=np.zeros(1), where=off != 0), np.zeros(1), np.zeros((1, 1)))

        new = policy(outlook_at(price, cost, estimate, days))
        changed += int(new[0] != price[0])
        price = new
        left[k] = float(np.log(price[0] / cost[0]))
    return left, changed


def outlook_at(price: Floats, cost: Floats, estimate: object, days: float) -> Outlook:
    """A seller of one offer that looks once in so many days."""
    one = np.ones(1)
    return Outlook(
        tick=1, period=0, hour=0.0, price=price, movable=np.ones(1, dtype=bool), cost=cost, usual_cost=cost, weight=1.0,
        work=one, utilisation=0.5, sold=one, capacity=1.0,
        toll=lambda: np.zeros(1), estimate=estimate, usual_estimate=estimate,  # type: ignore[arg-type]
        public_prices=price, opening_price=price, on_sale_h=np.zeros(1), tick_hours=24.0 * days,
    )  # fmt: skip


@check("menu-cost", "Lists that stick: (S, s)", "Barro (1972); Dixit (1993)", "formula")
def menu_cost() -> Iterator[Finding]:
    """Band (6 c s²/b)^(1/4) = .1 at s .5 a year, b 1 USD a day and c .0243 USD; no other band costs less in the end."""
    wander, loss, days = 0.5, 1.0, 1.0
    variance = wander**2 / DAYS_PER_YEAR
    band = 0.1
    cost = band**4 * loss / (6.0 * variance)
    policy = MenuCost(MarginalCost(), cost_usd=cost, wander=wander)
    for gap, wanted in ((0.999 * band, 0.0), (1.001 * band, 1.0), (-0.999 * band, 0.0), (-1.001 * band, 1.0)):
        _, changed = gaps(policy, loss, np.array([0.0, gap]), days)
        yield exact(f"gap of {gap:+.4f}: followed (1) or not (0)", wanted, changed)
    walk = np.cumsum(np.random.default_rng(1).normal(0.0, np.sqrt(variance), LOOKS))
    total = {}
    for factor in (0.25, 1.0, 4.0):
        other = MenuCost(MarginalCost(), cost_usd=factor * cost, wander=wander)
        left, changed = gaps(other, loss, walk, days)
        total[factor] = loss * float((left**2).sum()) + cost * changed
    yield exact(
        "cost in the long run: best (1) of bands narrower and wider by 1.4", 1.0, min(total, key=total.__getitem__)
    )


@check("menu-cost-market", "Lists that stick, of a monopolist in a market", "Barro (1972); Dixit (1993)")
def menu_cost_in_a_market() -> Iterator[Finding]:
    """Linear demand whose choke price wanders: profit lost is b (p - p*)²; no gap within the band is followed."""
    slope, wander, cost, days = 0.1, 0.1, 40.0, 400
    rng = np.random.default_rng(2)
    wish = 100.0 * np.exp(np.cumsum(rng.normal(0.0, wander / np.sqrt(DAYS_PER_YEAR), days)))
    curves = tuple(LinearDemand(2.0 * float(p) - 1.0, slope) for p in wish)
    policy = MenuCost(BestResponse(tolerance=1e-9), cost_usd=cost, wander=wander)
    firm = Provider("firm", (Offer("good", float(wish[0]), cost=1.0),), pools=(Pool(PLENTY),), pricing=policy)
    model = run(CurveSegment("users", curves), firm, days, calendar=Calendar(tick_hours=24.0))
    price = model.records.series("offers", "price", "good")
    before = np.concatenate(([wish[0]], price[:-1]))
    gap = np.abs(np.log(wish / before))
    followed = price != before
    band = (6.0 * cost * wander**2 / DAYS_PER_YEAR * slope / wish**2) ** 0.25
    edge = 0.01  # a straight line in the price is no parabola in its log
    yield exact("gaps above the band that are left", 0.0, float((~followed & (gap > (1.0 + edge) * band)).sum()))
    yield exact("gaps within the band that are followed", 0.0, float((followed & (gap < (1.0 - edge) * band)).sum()))
    yield exact("whether there were changes", 1.0, float(followed.sum() > 3))
