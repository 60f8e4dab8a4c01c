"""Budgets for research: training and experiments, beside inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from market.kinds import Kind
from market.supply.training import ResearchPolicy
from scenarios.parameters.fields import Name, Number, Section, Text, choice, part, quantity, refuse
from scenarios.parameters.kinds import KindSection, kind_field


class ResearchPolicies(KindSection):
    """How much of machines research takes."""

    base: ClassVar[type[Kind]] = ResearchPolicy

    kind: str = kind_field(ResearchPolicy, "budget", "whether research spends what it is given, or rents what pays")


class ResearchBudget(Section):
    """Machines beside inference: training and experiments, which wait when machines are dear."""

    name: Name = choice(..., "what it is called")
    usd_per_day: Number = quantity(
        ...,
        "USD/day",
        "what investors give for machines a day, at the start",
        "fitted to the price of a rack-hour",
        high=1e12,
    )
    elasticity: Number = quantity(
        1.0,
        "1",
        "by how many per cent it takes fewer machines when they cost one more; 1 spends the budget at any price",
        high=20,
    )
    reference_usd: Number = quantity(
        400.0,
        "USD per rack-h",
        "price of a rack-hour at which it spends that; no matter with an elasticity of 1, but for what was trained "
        "before the start",
        above=0,
        high=1e6,
    )
    growth: Number = quantity(
        2.0,
        "1/year",
        "factor a year of what investors give",
        "two labs' research and training compute: 6.5 billion USD in 2024, 13.1 in 2025 [Epoch, The Information]",
        above=0,
        high=1e3,
    )
    funder: Text = choice(
        "", "seller of tokens whose research it is, and from whose books it is paid; empty for nobody"
    )
    share_of_sales: Number = quantity(
        0.0,
        "1",
        "share of the funder's sales that goes to it, beside what investors give",
        "two labs: sales rose by 13.5 billion USD from 2024 to 2025, research and training compute by 6.6: .49 of it; "
        "all of that compute is .74 of sales in 2025 [Epoch, The Information]",
        high=10,
    )
    sales_days: Number = quantity(
        7.0,
        "days",
        "days over which these sales, and what better models would bring, are averaged",
        above=0,
        high=3_653,
    )
    sales_usd_per_day: Number = quantity(
        0.0, "USD/day", "the funder's sales before the start, from which that mean begins", high=1e12
    )
    runway_days: Number = quantity(
        90.0,
        "days",
        "days for which the funder's cash has to last: research beyond what it earns takes so much of it at most; "
        "0 where it is not asked whether it can pay",
        "declared; nothing in the baseline hangs on it, and in a long squeeze who has no cash trains on what it earns",
        high=3_653,
    )
    policy: ResearchPolicies = part(ResearchPolicies(), "how much of machines it takes")


def refuse_training(budgets: Sequence[ResearchBudget]) -> None:
    """Say so if one is to rent what pays for nobody's models, from nothing, or for models that follow another's."""
    for number, one in enumerate(budgets):
        at, before = f"supply.research[{number}]", one.usd_per_day + one.share_of_sales * one.sales_usd_per_day
        if not one.policy.make().chooses:
            continue
        if not one.funder or before == 0:
            field = "funder" if not one.funder else "usd_per_day"
            allowed = f"policy '{one.policy.kind}' has to know whose models get better, and what was trained before"
            raise refuse(f"{at}.{field}", getattr(one, field), allowed)
        if one.funder in [other.funder for other in budgets[:number] if other.policy.make().chooses]:
            raise refuse(f"{at}.funder", one.funder, f"it trains already by policy '{one.policy.kind}'")


#: What labs train and try: it takes the machines that inference leaves, and yields first. Of a dollar more of sales .49
#: went there from 2024 to 2025 at two labs, beside 4.5 billion a year that does not depend on sales [Epoch]; each of
#: three has a third of that, and its sales of January 2026 to begin with.
RESEARCH: Final = tuple(
    ResearchBudget(
        name=f"research of {lab}",
        usd_per_day=4.1e6,
        growth=1.0,
        funder=lab,
        share_of_sales=0.49,
        sales_usd_per_day=sales,
    )
    for lab, sales in (("Aster", 55e6), ("Borealis", 35e6), ("Cygnus", 30e6))
)
