"""Owners who invest: what rents come to by what is expected of them, and by what they were."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad

from market.calendar import Calendar
from market.supply.expansion import Expansion, FollowRents
from market.supply.foresee import Foresee
from market.supply.rents import UnderWay
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from market.supply.term_market import TermMarket
from market.supply.wholesale import Wholesale
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.machines import firms
from scenarios.verification.setups import run

type Floats = NDArray[np.float64]

#: Owners look at ordering on the first day that begins a month or more after the last look.
LOOK, MONTH_DAYS, YEAR_DAYS = 31, 30.4375, 365.25
#: Error allowed of means of rents: looks are 31 days apart, while owners count months of 30.4.
BY_DAYS = 5e-3
POWER = 0.2


def rents(plan: Expansion, years: float, demand: float, growth: float, elasticity: float = 1.0) -> Floats:
    """Spot by the day: two owners of 60 and 40 racks, for which research would pay so much at the start.

    Research takes less by the elasticity as a rack-hour costs more, and what it takes at a price grows.
    """
    users, sellers = firms([1e-9], [1e-9])
    model = run(
        users,
        sellers,
        round(years * YEAR_DAYS),
        hyperscalers=tuple(
            Hyperscaler(f"cloud {k}", racks, plan, running_cost=POWER) for k, racks in enumerate((60.0, 40.0))
        ),
        research=(Research("training", 24.0 * 100.0 * demand, elasticity, demand, growth),),
        calendar=Calendar(tick_hours=24.0),
        wholesale=Wholesale(terms=TermMarket(UnderWay(elasticity, 0, growth), bargained=False)),
    )
    return np.asarray(model.records.series("ticks", "spot_price"))


def by_past_rents(plan: FollowRents, days: int, demand: float, growth: float) -> Floats:
    """The same where owners follow rents and demand has an elasticity of 1, day by day without the model."""
    racks, earned, look, coming, prices = 100.0, 0.0, 0, list[tuple[float, float]](), list[float]()
    for day in range(days):
        while coming and coming[0][0] <= day:
            racks += coming.pop(0)[1]
        if day >= look:
            look = day + LOOK
            a_year = min(max(1.0 + plan.response * (earned / plan.cost - 1.0), 1.0), plan.growth) if day else 1.0
            coming.append(
                (
                    day + plan.lead_quarters / 4.0 * YEAR_DAYS,
                    (racks + sum(r for _, r in coming)) * (a_year ** (1 / 12) - 1.0),
                )
            )
        prices.append(max(100.0 * demand * growth ** (day / YEAR_DAYS) / racks, POWER))
        earned = prices[-1] if day == 0 else earned + (prices[-1] - earned) / MONTH_DAYS
    return np.array(prices)


@check(
    "investing",
    "Rents under free entry with a lead time: user cost of capital, and no cobweb",
    "Jorgenson (1963); Arrow (1964); Ezekiel (1938); own arithmetic",
)
def investing() -> Iterator[Finding]:
    """Demand of constant elasticity that grows at a known rate; racks that come half a year after they are paid."""
    plan = Foresee(5e3, POWER, 8_766.0, 0.1, 5.0, 0.03, 1.4, lead_quarters=2, retired_a_year=0.1)
    kept = math.log(0.9 / 1.1)
    rent, _ = quad(lambda s: 8_766.0 * plan.charge * 5e3 * 1.4**-s * math.exp(kept * s), 0.0, 5.0, epsabs=1e-10)
    upkeep, _ = quad(lambda s: 0.03 * 5e3 * math.exp(kept * s), 0.0, 5.0, epsabs=1e-10)
    yield exact("user cost over five years, discounted, is price and upkeep [USD]", 5e3 * 1.1**0.5 + upkeep, rent)
    for case, growth, elasticity, cheaper, retired in (
        ("demand x3 a year, racks x1.4 cheaper", 3.0, 1.0, 1.4, 0.0),
        ("x2, elasticity .8, x1.2, .05 retired", 2.0, 0.8, 1.2, 0.05),
    ):
        price = 5e3
        plan = Foresee(
            price,
            POWER,
            interest=0.1,
            life_years=math.inf,
            racks_cheaper=cheaper,
            lead_quarters=2,
            retired_a_year=retired,
            growth=1e3,
        )
        found = rents(plan, 1.2, 1.0, growth, elasticity)
        settled = slice(10 * LOOK, 14 * LOOK)
        # A rack that stands was paid half a year ago, and interest since then.
        stands = price * cheaper ** -(np.arange(found.size) / YEAR_DAYS - 0.5) * 1.1**0.5 / 8_766.0
        user_cost = POWER + (math.log(1.1) + math.log(cheaper) - math.log(1.0 - retired)) * stands
        answer = float(user_cost[settled].mean())
        rent_found = float(found[settled].mean())
        yield Finding(f"{case}: interest + depreciation - dK/dt + power [USD per rack-h]", answer, rent_found, BY_DAYS)
    yield from demand_doubles()


def demand_doubles() -> Iterator[Finding]:
    """Demand of twice what rents at cost would call for, which doubles each year; racks take a quarter."""
    ahead = Foresee(4e4, POWER, 8_766.0, 0.1, math.inf, racks_cheaper=1.0, lead_quarters=1, growth=1e3)
    cost = POWER + ahead.charge * 4e4
    found = rents(ahead, 1.25, 2.0 * cost, 2.0) / cost
    last_day = math.ceil(LOOK + YEAR_DAYS / 4.0) - 1
    peak = 2.0 * 2.0 ** (last_day / YEAR_DAYS)
    yield exact("demand doubles, expected rents: highest, a month and the lead time on [of cost]", peak, found.max())
    months = found[7 * LOOK : 14 * LOOK].reshape(-1, LOOK).mean(axis=1)
    yield Finding("and then lowest month [of cost]", 1.0, float(months.min()), BY_DAYS)
    yield Finding("and highest [of cost]", 1.0, float(months.max()), BY_DAYS)
    behind = FollowRents(cost, 8.0, lead_quarters=1, growth=1e3)
    found = rents(behind, 2.0, 2.0 * cost, 2.0) / cost
    answer = by_past_rents(behind, found.size, 2.0 * cost, 2.0) / cost
    boom, lowest = int(answer.argmax()), int(answer.argmin())
    yield exact("by past rents: highest [of cost]", answer[boom], found[boom])
    yield exact("and lowest, a bust [of cost]", answer[lowest], found[lowest])
    yield exact("and highest after that, a second boom [of cost]", answer[lowest:].max(), found[lowest:].max())
