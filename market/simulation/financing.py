"""Financing: what research may spend in a tick, who gives it, and what it takes."""

from __future__ import annotations

import math

from market.exchange.elastic_demand import ElasticDemand
from market.exchange.ledger import Ledger
from market.simulation.founded import Founded
from market.simulation.state import Firms, Known, Paid
from market.supply.research import ResearchAgent
from market.supply.training import ResearchTick

#: Kinds of payments that are sales of tokens and plans.
SALES = ("tokens", "subscriptions", "routed tokens")


def research_budgets(founded: Founded, tick: int, firms: Firms, paid: Paid) -> list[tuple[float, float]]:
    """What investors give and what its funder may spend [USD], by budget; ``paid``: of the tick before."""
    years, hours = founded.calendar.years(tick), founded.hours
    return [
        (
            one.spec.given(years, hours),
            one.spec.policy.of_own(one.spec.of_sales(float(sales), hours), can_pay(founded, one, paid)),
        )
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


def research_demand(
    founded: Founded, tick: int, firms: Firms, paid: Paid, known: Known, chance: float
) -> list[ElasticDemand]:
    """Demand for rack-hours, by budget; ``chance``: that a spot machine is taken back in an hour [1/h]."""
    years, hours = founded.calendar.years(tick), founded.hours
    demands = []
    for one, (given, own) in zip(founded.researchers, research_budgets(founded, tick, firms, paid), strict=True):
        of_sales = one.spec.of_sales(float(paid.sales[one.number]), hours)
        budget = one.spec.demand(given + min(of_sales, own))
        stake = float(known.year_ahead_usd[one.number]) if given + own > 0 else 0.0
        keeps_up, lost = one.spec.keeps_up(years), one.spec.restart_h * chance
        demands.append(one.spec.policy.demand(ResearchTick(budget, given + own, stake, keeps_up, hours, lost)))
    return demands


def sales_lately(one: ResearchAgent, before: float, hours: float, ledger: Ledger) -> float:
    """Running mean of what its funder has sold a day [USD/day], after a tick of which all is paid."""
    if one.spec.share_of_sales == 0:
        return before
    flows = ledger.flows.items()
    sold = sum(amount for (_, receiver, kind), amount in flows if receiver == one.spec.funder and kind in SALES)
    return one.spec.sales_lately(before, sold, hours)
