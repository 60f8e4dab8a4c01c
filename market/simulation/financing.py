"""Financing: what research may spend in a tick, and who gives it."""

from __future__ import annotations

import math

from market.exchange.elastic_demand import ElasticDemand
from market.exchange.ledger import Ledger
from market.simulation.founded import Founded
from market.simulation.state import Firms, Paid
from market.supply.research import ResearchAgent

#: Kinds of payments that are sales of tokens and plans.
SALES = ("tokens", "subscriptions", "routed tokens")


def research_budgets(founded: Founded, tick: int, firms: Firms, paid: Paid) -> list[tuple[float, float]]:
    """What investors give and what sales give [USD], by budget; ``paid``: of the tick before."""
    years, hours = founded.calendar.years(tick), founded.hours
    return [
        (one.spec.given(years, hours), min(one.spec.of_sales(float(sales), hours), can_pay(founded, one, paid)))
        if not one.spec.funder or firms.active[founded.number_of[one.spec.funder]]
        else (0.0, 0.0)
        for one, sales in zip(founded.researchers, paid.sales, strict=True)
    ]


def can_pay(founded: Founded, one: ResearchAgent, paid: Paid) -> float:
    """What the funder of a budget can spend on research in a tick [USD]: what it earns, and some of its cash."""
    if not one.spec.funder:
        return math.inf
    p = founded.providers[founded.number_of[one.spec.funder]]
    earned = float(paid.lately.earned[p.number]) - p.spec.burn_usd_per_day
    return one.spec.within_means(earned, p.cash, founded.hours)


def research_demand(founded: Founded, tick: int, firms: Firms, paid: Paid) -> list[ElasticDemand]:
    """Demand for rack-hours, by budget."""
    budgets = research_budgets(founded, tick, firms, paid)
    return [one.spec.demand(sum(budget)) for one, budget in zip(founded.researchers, budgets, strict=True)]


def sales_lately(one: ResearchAgent, before: float, hours: float, ledger: Ledger) -> float:
    """Running mean of what its funder has sold a day [USD/day], after a tick of which all is paid."""
    if one.spec.share_of_sales == 0:
        return before
    flows = ledger.flows.items()
    sold = sum(amount for (_, receiver, kind), amount in flows if receiver == one.spec.funder and kind in SALES)
    return one.spec.sales_lately(before, sold, hours)
