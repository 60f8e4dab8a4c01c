"""Budgets for research beside sellers of tokens whose demand has an elasticity: who has machines, and at what price."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from scipy.optimize import brentq

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import CurveSegment, IsoelasticDemand
from market.supply.pricing.cost_plus import CostPlus
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.machines import firms
from scenarios.verification.setups import UNIT, run

BUDGETS: Final = (100.0, 50.0)
DEMAND, ELASTICITY, SUPPLY = 80.0, 1.5, 120.0
#: Change of supply over which the elasticity is taken.
STEP: Final = 1e-4
HOURS: Final = 24.0


def shared(supply: float) -> TokenMarket:
    """So many racks, two budgets an hour, and a seller at cost whose users ask D p^-e an hour; ticks of a day."""
    users = CurveSegment("users", (IsoelasticDemand(HOURS * DEMAND, ELASTICITY),), workload=UNIT)
    seller = Provider("seller", (Offer("good", 1.0),), pricing=CostPlus(margin=0.0), spot=True, headroom=0.0)
    research = tuple(Research(f"budget {k}", HOURS * usd) for k, usd in enumerate(BUDGETS))
    return run(
        users,
        seller,
        60,
        hyperscalers=(Hyperscaler("cloud", supply),),
        research=research,
        needs_without_waits=True,
        calendar=Calendar(tick_hours=HOURS),
    )


@check(
    "budgets",
    "Machines between budgets and users with an elasticity",
    "Eisenberg and Gale (1959)",
)
def budgets() -> Iterator[Finding]:
    """Budgets sum(B) / p + D p^-e = S, with dln p / dln S = -1 / (z + (1 - z) e), z the share of racks they have."""
    total = sum(BUDGETS)
    price = brentq(lambda p: total / p + DEMAND * p**-ELASTICITY - SUPPLY, 0.1, 10.0, xtol=1e-14)
    found = {times: shared(SUPPLY * times) for times in (1.0 - STEP, 1.0, 1.0 + STEP)}
    model = found[1.0]
    yield iterated("price, 1.753456 [USD per rack-h]", price, model.allotment.price)
    yield iterated("research has [racks]", total / price, model.allotment.research.sum() / HOURS)
    yield iterated("users have [racks]", DEMAND * price**-ELASTICITY, model.allotment.spot.sum() / HOURS)
    part = total / price / SUPPLY
    low, high = (found[times].allotment.price for times in (1.0 - STEP, 1.0 + STEP))
    slope = math.log(high / low) / math.log((1.0 + STEP) / (1.0 - STEP))
    yield Finding("elasticity of the price to supply", -1.0 / (part + (1.0 - part) * ELASTICITY), slope, STEP)
    yield from by_steps()


def by_steps() -> Iterator[Finding]:
    """Asks of 60 racks at .8, 50 at 1.2 and 50 at 2; budgets of 100 and 50 an hour buy 110 of them at 150 / 110."""
    users, sellers = firms([0.02], [1.0])
    owners = tuple(
        Hyperscaler(f"cloud {k}", racks, reserve=ask)
        for k, (ask, racks) in enumerate(((0.8, 60.0), (1.2, 50.0), (2.0, 50.0)))
    )
    research = tuple(Research(f"budget {k}", 24.0 * usd) for k, usd in enumerate(BUDGETS))
    model = run(users, sellers, 2, hyperscalers=owners, research=research)
    yield exact("stepped asks: price [USD per rack-h]", 15.0 / 11.0, model.allotment.price)
    yield exact("the larger budget has [racks]", 100.0 * 11.0 / 15.0, float(model.allotment.research[0]))
