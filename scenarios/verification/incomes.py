"""Users whose income limits what they pay, as their wants grow: how much they spend."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq
from scipy.special import expit

from market.calendar import Calendar
from market.demand.growth import KnownPath
from market.demand.income import Income
from market.demand.individuals import LogitCohort
from market.demand.segment import Segment
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, iterated
from scenarios.verification.setups import PLENTY, UNIT, run

#: Income of a day beside what is spent at the start, price of a request [USD].
INCOME, PRICE = 10.0, 2.0
#: Days with the wants of the start, until wants have grown, and until all is at rest.
START, GROWN, REST = 1.5, 2.5, 45.0
YEAR, TICK_H = 365.25, 6.0


@dataclass(frozen=True)
class AsFullCostIs:
    """Users who ask (1 + w p/E)^-elasticity of what they want, where a dollar weighs w and asking costs E [USD]."""

    elasticity: float
    effort: float = 1.0

    def __call__(self, weight: float) -> float:
        """Requests over those wanted."""
        return float((1.0 + PRICE * weight / self.effort) ** -self.elasticity)


@dataclass(frozen=True)
class LogitAgainstNothing:
    """Users to whom an answer is worth so much at the start [USD], with tastes of this scale."""

    worth: float
    noise: float = 0.4

    def __call__(self, weight: float) -> float:
        """Requests over those wanted."""
        return float(expit((1.0 - PRICE * weight / self.worth) / self.noise))


def growing(name: str, per_day: float, times: float, **users: Any) -> Segment:
    """Users with an income who want so much a day [requests], then so many times as much."""
    path = KnownPath((0.0, START / YEAR, GROWN / YEAR), (1.0, 1.0, times))
    income = Income(INCOME, memory_days=1.0)
    return Segment(name, UNIT, 1.0, requests_per_day=per_day, income=income, intensity_path=path, **users)


def rests_at(per_day: float, times: float, asked: Callable[[float], float]) -> float:
    """What is spent over Y + e_0 where w = 1/(1 - (e - e_0)/Y) and e = p Q a(w); ``asked``: a, of all Q wanted."""
    before = PRICE * per_day * asked(1.0)
    # In z = ln w, which tells apart shares near one.
    rest = brentq(
        lambda z: before - INCOME * math.expm1(-z) - PRICE * per_day * times * asked(math.exp(z)),
        -3.0,
        30.0,
        xtol=1e-14,
        rtol=1e-14,
    )
    return (before - INCOME * math.expm1(-rest)) / (INCOME + before)


@check("incomes", "Users with an income, whose wants grow", "Cobb and Douglas (1928); Becker (1965)")
def incomes() -> Iterator[Finding]:
    """Demand by full cost, or logit against nothing: fixed points of what is spent; all of the income and no more."""
    cases: list[tuple[str, Segment, float, float, AsFullCostIs | LogitAgainstNothing]] = []
    for elasticity in (0.5, 1.0, 3.0):
        for times in (0.1, 10.0, 1e4):
            case, asked = f"elasticity {elasticity:g}, wants x {times:g}", AsFullCostIs(elasticity)
            users = growing(
                case,
                4.0,
                times,
                worth_usd=4.0,
                taste_noise=0.2,
                outside=None,
                intensity_elasticity=elasticity,
                asking_effort=asked.effort / 4.0,
            )
            cases.append((case, users, 4.0, times, asked))
    for worth in (1.0, 4.0, 16.0):
        case, tastes = f"logit, worth {worth:g} USD, wants x 20", LogitAgainstNothing(worth)
        users = growing(case, 3.0, 20.0, worth_usd=worth, taste_noise=tastes.noise)
        cases.append((case, users, 3.0, 20.0, tastes))
    shop = Provider("shop", (Offer("good", PRICE, 1.0),), pools=(Pool(PLENTY),), pricing=FixedPrice())
    model = run(
        [users for _, users, *_ in cases], shop, round(24.0 * REST / TICK_H), calendar=Calendar(tick_hours=TICK_H)
    )
    for (case, _, per_day, times, asked_of), cohort in zip(cases, model.cohorts, strict=True):
        assert isinstance(cohort, LogitCohort)
        answer = rests_at(per_day, times, asked_of)
        yield iterated(f"{case}: share of all money spent", answer, cohort.income_spent)
        if times > 1.0:
            yield Finding(f"{case}: share left", 1.0 - answer, 1.0 - cohort.income_spent, 1e-4)
