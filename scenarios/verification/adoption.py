"""Users who come and go with what the service is worth to them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from market.demand.bass import Bass
from market.demand.growth import Adoption
from market.demand.segment import Segment
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.pricing.time_of_day import TimeOfDay
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import PLENTY, UNIT, run

#: The unit of time in which rates are given here: half a day, at whose end prices step.
HALF_DAYS_PER_YEAR = 730.5


def growing(trend: float, response: float, ceiling: float = math.inf, users: float = 10.0) -> Segment:
    """Users who come at these rates, a half-day."""
    rate = Adoption(response * HALF_DAYS_PER_YEAR, ceiling, start_days=0.0)
    return Segment("users", UNIT, users, growth=math.exp(trend * HALF_DAYS_PER_YEAR), adoption=rate)


@check("adoption", "Adoption that answers to worth", "Small and Rosen (1981); Griliches (1957); the ODE solved")
def adoption() -> Iterator[Finding]:
    """Qualities (1.5, 1), prices (1, .6) until t = 1, then (.8, .5); trend .4, response 1; a ceiling or none."""
    goods = ((1.5, 1.0, 0.8), (1.0, 0.6, 0.5))
    firms = [
        Provider(
            f"firm {k}",
            (Offer(f"good {k}", before, quality),),
            pools=(Pool(PLENTY),),
            pricing=TimeOfDay((1.0,) * 12 + (after / before,) * 12),
        )
        for k, (quality, before, after) in enumerate(goods)
    ]
    old, new = (math.log(1.0 + sum(math.exp(q - p[when]) for q, *p in goods)) for when in (0, 1))
    for case, ceiling in (("no ceiling", math.inf), ("ceiling 50", 50.0)):
        model = run(growing(0.4, 1.0, ceiling), firms, 25)
        users = model.records.series("segments", "users", "users")
        for t, grown in ((1, 0.4), (2, 0.8 + new - old)):
            answer = 10.0 * math.exp(grown) if math.isinf(ceiling) else ceiling / (1.0 + 4.0 * math.exp(-grown))
            yield exact(f"{case}: users at t = {t}", answer, users[12 * t])
    plain = run(growing(0.4, 0.0), firms, 25).records.series("segments", "users", "users")
    yield exact("no response: users at t = 2", 10.0 * math.exp(0.8), plain[24])


def in_small_steps(p: float, q: float, share: float, until: float, steps: int = 20_000) -> float:
    """Bass's equation itself, by Heun's rule.

    >>> round(in_small_steps(1.0, 0.0, 0.0, 1.0), 6) == round(1.0 - math.exp(-1.0), 6)
    True
    """
    step = until / steps
    for _ in range(steps):
        slope = (p + q * share) * (1.0 - share)
        ahead = share + step * slope
        share += 0.5 * step * (slope + (p + q * ahead) * (1.0 - ahead))
    return share


@check("bass", "Adoption by innovation and imitation", "Bass (1969), eqs. 1-9; the ODE solved")
def bass() -> Iterator[Finding]:
    """Of 50 a tenth, or a millionth, has come; p = .1, q = .4 a half-day."""
    p, q = 0.1, 0.4
    seller = Provider("firm", (Offer("good", 1.0, 1.0),), pools=(Pool(PLENTY),))
    found = {}
    for begun in (0.1, 1e-6):
        curve = Bass(p * HALF_DAYS_PER_YEAR, q * HALF_DAYS_PER_YEAR, begun)
        model = run(Segment("users", UNIT, 50.0 * begun, users_path=curve), seller, 12 * 8 + 1)
        found[begun] = model.records.series("segments", "users", "users")[::12]
    for t in (1, 4, 8):
        answer = 50.0 * in_small_steps(p, q, 0.1, t)
        yield Finding(f"a tenth has come: users at t = {t}, the equation in small steps", answer, found[0.1][t], 1e-6)
    for t in (1, 4, 8):
        fall = math.exp(-(p + q) * t)
        answer = 50.0 * (1.0 - fall) / (1.0 + q / p * fall)
        yield Finding(f"nobody has come: users at t = {t}", answer, found[1e-6][t], 1e-4)


@check("crowding", "Adoption on crowded machines grows as they do", "fixed point and its rate, own derivation")
def crowding() -> Iterator[Finding]:
    """Machines K, seen as fixed: the trend is that over theirs, g - k. A share S = K/M buys at the price that clears.

    Logit against nothing: I = -ln(1 - S). So users settle where g - k + eta (I - I_0) = 0, and come there at the rate
    eta S/(1 - S).
    """
    for trend, response, racks in ((-0.3, 1.0, 5.0), (0.2, 2.0, 4.0)):
        firm = Provider("firm", (Offer("good", 0.0, 1.0),), pools=(Pool(racks),), pricing=MarginalCost())
        model = run(growing(trend, response), firm, 24 * 30, clearing=ScarcityAuction())
        users = model.records.series("segments", "users", "users")
        start = -math.log(1.0 - racks / users[0])
        served = 1.0 - math.exp(-(start - trend / response))
        yield iterated(f"trend {trend}: machines over users in the end", served, racks / users[-1])
        price = 1.0 - math.log(served / (1.0 - served))
        yield iterated(f"trend {trend}: price in the end [USD]", price, float(model.cleared.prices[0, 0]))
        step = 1.0 / 12.0
        gaps = np.log(users * served / racks)
        # Of a gap so small the rest goes by the rate, but for the gap itself.
        near = int(np.argmax(np.abs(gaps) < 1e-4))
        ratio = gaps[near + 1] / gaps[near]
        rate = response * served / (1.0 - served)
        yield Finding(f"trend {trend}: what is left of a gap after a tick", 1.0 - rate * step, float(ratio), 1e-4)
