"""Work that can wait for a cheaper hour."""

from __future__ import annotations

from collections.abc import Iterator

from scipy.optimize import minimize_scalar

from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import LoadShape
from market.demand.segment import Deferral, Segment
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import RisingCost
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, iterated
from scenarios.verification.setups import UNIT, run


def two_halves(
    loads: tuple[float, float], base: float, slope: float, movable: float, cost: float, ticks: int
) -> TokenMarket:
    """A day of two ticks; marginal cost is base + slope x quantity, and some of the load can be put off."""
    mean = sum(loads) / 2.0
    hourly = tuple(load / mean for load in loads for _ in range(12))
    users = Segment(
        "users",
        UNIT,
        users=mean,
        requests_per_day=2,
        outside=None,
        shape=LoadShape(hourly, hourly),
        deferral=Deferral(share=movable / loads[0], deadline_h=12.0, cost_usd=cost),
    )
    pool = Pool(1e6, supply=RisingCost(slope))
    firm = Provider("firm", (Offer("good", base, cost=base),), pools=(pool,), pricing=MarginalCost())
    return run(users, firm, ticks, clearing=ScarcityAuction(), calendar=Calendar(tick_hours=12.0))


def cheapest_shift(loads: tuple[float, float], base: float, slope: float, movable: float, cost: float) -> float:
    """Shift at which cost of serving and of shifting together is least, by a scalar minimiser."""

    def total(shift: float) -> float:
        served = (loads[0] - shift, loads[1] + shift)
        return sum(base * q + slope * q * q / 2.0 for q in served) + cost * shift

    options = {"xatol": 1e-12}
    found = float(minimize_scalar(total, bounds=(0.0, movable), method="bounded", options=options).x)
    # The total is a parabola: three points give its minimum without the rounding of the search.
    low, high = max(found - 1.0, 0.0), min(found + 1.0, movable)
    middle = (low + high) / 2.0
    left, right = total(middle) - total(low), total(high) - total(middle)
    step = middle - low
    best = middle - step * (left + right) / 2.0 / (right - left)
    return min(max(best, 0.0), movable)


def compare(
    case: str, loads: tuple[float, float], base: float, slope: float, movable: float, cost: float, ticks: int = 400
) -> Iterator[Finding]:
    """Shift and price difference."""
    model = two_halves(loads, base, slope, movable, cost, ticks)
    shift = cheapest_shift(loads, base, slope, movable, cost)
    put_off = model.records.series("segments", "put_off", "users")[-2]
    peak, off_peak = model.records.series("offers", "paid_price", "good")[-2:]
    yield iterated(f"{case}: shift [requests]", shift, float(put_off))
    difference = slope * (loads[0] - loads[1] - 2.0 * shift)
    yield iterated(f"{case}: price difference [USD]", difference, float(peak - off_peak))


@check(
    "deferral",
    "Deferral: load moves until the price difference is the cost of shifting",
    "Wardrop (1952); convex cost of both periods",
)
def deferral() -> Iterator[Finding]:
    """Cost 1 + .05Q, loads 100 and 40, shifting cost .5, at most 50 movable: shift 25, difference .5; and others."""
    yield from compare("inner", (100.0, 40.0), 1.0, 0.05, 50.0, 0.5)
    yield from compare("all that can move moves", (100.0, 40.0), 1.0, 0.05, 20.0, 0.5, ticks=150)
    yield from compare("too dear to move", (100.0, 40.0), 1.0, 0.05, 50.0, 4.0, ticks=50)
    yield from compare("other numbers", (75.0, 30.0), 0.4, 0.02, 60.0, 0.3)
