"""Machines that differ in what they cost to run, and machines that are on order at the start."""

from __future__ import annotations

from collections.abc import Iterator

from market import TokenMarket
from market.calendar import Calendar
from market.supply.expansion import FollowRents
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from market.supply.vintages import Vintage
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.machines import firms
from scenarios.verification.setups import run

#: Shares of a vintage that may go in a month, with days in which it is there: they say how soon, not where it ends.
SPEEDS = ((0.1, 480), (0.3, 240), (1.0, 130))
FORTY = Vintage("old", 40.0, 1.0, 0.5)


def two_vintages(budget: float, ticks: int = 2, share: float = 0.0, old: Vintage = FORTY) -> TokenMarket:
    """Research with a budget an hour; an owner of 100 racks, of which some are old, in ticks of a day.

    A new one costs 0.2 an hour to run, of 40 old ones one costs 1, and 0.5 whether it runs or not.
    """
    users, sellers = firms([0.02], [1.0])
    owner = Hyperscaler("cloud", 100.0, running_cost=0.2, older=(old,), retires_a_month=share)
    budgets = (Research("training", 24.0 * budget),)
    return run(users, sellers, ticks, hyperscalers=(owner,), research=budgets, calendar=Calendar(tick_hours=24.0))


@check(
    "vintages",
    "Machines in the order of what they cost to run, and free exit",
    "issue 17; Boiteux (1949); own arithmetic",
)
def vintages() -> Iterator[Finding]:
    """60 racks that cost 0.2 an hour to run and 40 that cost 1, and 0.5 to keep; budgets are spent whole."""
    for case, budget, price, idle in (
        ("30 an hour, new ones alone", 30.0, 0.5, 40.0),
        ("80, at the old ones' cost", 80.0, 1.0, 20.0),
        ("120, all of them", 120.0, 1.2, 0.0),
    ):
        model = two_vintages(budget)
        yield exact(f"{case}: price [USD per rack-h]", price, model.allotment.price)
        yield exact(f"{case}: idle [racks]", idle, float(model.allotment.idle[0]) / 24.0)
        old = max(40.0 - idle, 0.0)
        cost = 60.0 * 0.2 + old * 1.0 + 40.0 * 0.5
        yield exact(f"{case}: power and upkeep [USD a day]", 24.0 * cost, -model.ledger.net("cloud", "power"))
    for share, days in SPEEDS:
        model = two_vintages(120.0, days, share)
        at = f"free exit, at most {share} a month"
        yield exact(f"{at}: price is cost and upkeep [USD per rack-h]", 1.5, model.allotment.price)
        yield exact(f"{at}: racks that stay, 120 / 1.5", 80.0, model.hyperscalers[0].racks)
    model = two_vintages(90.0, 280, 1.0, Vintage("old", 60.0, 1.0, 0.3))
    yield exact("60 old ones, upkeep .3, budget 90: price [USD per rack-h]", 1.3, model.allotment.price)
    yield exact("racks that stay, 90 / 1.3", 90.0 / 1.3, model.hyperscalers[0].racks)


@check("on-order", "Machines that were ordered before the start", "issue 17; own arithmetic")
def on_order() -> Iterator[Finding]:
    """100 racks, a lead time of half a year, and orders before that grew fourfold a year, delivered by the quarter."""
    plan = FollowRents(cost=300.0, lead_quarters=2, pipeline_growth=4.0, lump_months=3)
    users, sellers = firms([0.5], [1.0])
    for days, racks in ((90, 100.0), (92, 100.0 * 2.0**0.5), (182, 100.0 * 2.0**0.5), (183, 200.0)):
        owners = (Hyperscaler("cloud", 100.0, plan),)
        model = run(users, sellers, days + 1, hyperscalers=owners, calendar=Calendar(tick_hours=24.0))
        yield exact(f"racks after {days} days", racks, model.hyperscalers[0].racks)
