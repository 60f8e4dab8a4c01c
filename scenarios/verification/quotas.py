"""Quotas: windows of hours and of weeks, and what is granted where machines are worth more to the seller."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.supply.quotas import FixedQuota, QuotaPolicy, ShadowQuota
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.setups import UNIT, run

#: A Monday; a quota of 20 requests in five hours.
MONDAY, IN_FIVE_HOURS = Calendar(datetime(2026, 1, 5)), 96.0
#: What those who pay by the request pay, and what serving one costs beside machines [USD].
PRICE, COST = 9.0, 1.0


def plan_market(policy: QuotaPolicy, racks: tuple[float, ...], ticks: int, tier: Tier) -> TokenMarket:
    """Ten requests an hour of one member of a plan, and a hundred of people who pay by the request and need all."""
    offers = (
        Offer("plan", 0.0, cost=COST, tier=tier, open_to=("member",), fixed_price=True),
        Offer("paid", PRICE, cost=COST, open_to=("payers",), fixed_price=True),
    )
    firm = Provider("firm", offers, pools=(Pool(racks),), quotas=policy)
    users = (
        Segment("member", UNIT, 1.0, 1, requests_per_day=240, outside=None, patience_h=0.5, time_value=0.0),
        Segment("payers", UNIT, 100.0, 1, requests_per_day=24, outside=None, patience_h=0.5, time_value=0.0),
    )
    return run(users, firm, ticks, calendar=MONDAY)


@check("quota-windows", "Quotas of five hours and of a week", "counted by hand")
def quota_windows() -> Iterator[Finding]:
    """Ten requests an hour, at most 20 in five hours and 310 from Monday to Sunday: none is left from Thursday on."""
    tier = Tier("plan", quota_per_day=IN_FIVE_HOURS, window_h=5.0, quota_per_week=310.0)
    model = plan_market(FixedQuota(), (1e6,) * 24, 14 * 24, tier)
    taken = model.records.series("offers", "ordered", "plan")
    hours = np.arange(taken.size)
    # The second week begins with the fourth hour of a window, of which 0 was used.
    within = np.where(hours % 5 < 2, 10.0, 0.0)
    first = np.minimum(np.cumsum(within[:168]), 310.0)
    within[168:170] = 10.0
    second = np.minimum(np.cumsum(within[168:]), 310.0)
    expected = np.concatenate((np.diff(first, prepend=0.0), np.diff(second, prepend=0.0)))
    yield exact("requests of the first five hours", 20.0, taken[:5].sum())
    yield exact("requests of the first week", 310.0, taken[:168].sum())
    yield exact("requests of the second week", 310.0, taken[168:].sum())
    yield exact("largest error of an hour", 0.0, np.abs(taken - expected).max())


@check("quota-shadow", "Quotas at the shadow price of machines", "Oi (1971)")
def quota_shadow() -> Iterator[Finding]:
    """Machines short by day, when a rack-hour is worth what it sells for, and idle by night, when it is worth nothing.

    The mean of a window of five hours runs up to 8 (1 - e^(-12/5)) / (1 - e^(-24/5)) and down to e^(-12/5) of that.
    """
    tier = Tier("plan", quota_per_day=IN_FIVE_HOURS, window_h=5.0, quota_per_week=1e6)
    for elasticity in (1.0, 0.5):
        policy = ShadowQuota(rent_usd=0.5, elasticity=elasticity, least=0.0)
        model = plan_market(policy, (50.0,) * 12 + (1e6,) * 12, 15 * 24 + 1, tier)
        granted = model.records.series("providers", "granted", "firm")[-25:]
        dear = (PRICE - COST) * -np.expm1(-12 / 5) / -np.expm1(-24 / 5)
        yield exact(f"elasticity {elasticity:g}: granted after the day", (0.5 / dear) ** elasticity, granted.min())
        night = (0.5 / (dear * np.exp(-12 / 5))) ** elasticity
        yield exact(f"elasticity {elasticity:g}: granted after the night", min(night, 1.0), granted[0])
    plenty = plan_market(ShadowQuota(rent_usd=0.5), (1e6,) * 24, 48, tier)
    yield exact("machines that nobody lacks: granted", 1.0, plenty.records.series("providers", "granted", "firm").min())
