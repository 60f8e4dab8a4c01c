"""Quotas: windows of hours and of weeks, and what is granted where machines are worth more to the seller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.demand.subscriptions import DAYS_PER_MONTH
from market.supply.quotas import BreakEven, FixedQuota, QuotaPolicy
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, exact
from scenarios.verification.setups import UNIT, run

#: A Monday; a quota of 20 requests in five hours.
MONDAY, IN_FIVE_HOURS = Calendar(datetime(2026, 1, 5)), 96.0
#: What those who pay by the request pay, and what serving one costs beside machines [USD].
PRICE, COST = 9.0, 1.0


def plan_market(
    policy: QuotaPolicy, racks: tuple[float, ...], ticks: int, tier: Tier, user_worth: float = 0.0
) -> TokenMarket:
    """Ten requests an hour of one member of a plan, and a hundred of people who pay by the request and need all.

    ``user_worth``: what the member is worth to the seller [USD a month].
    """
    plan = Offer("plan", 0.0, cost=COST, tier=tier, open_to=("member",), fixed_price=True)
    offers = (
        replace(plan, user_worth_usd_per_month=user_worth),
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


@check("quota-break-even", "Quotas that break even", "an account of one user and day")
def quota_break_even() -> Iterator[Finding]:
    """Machines short at all hours, so that a rack-hour is worth 8: what takes one sells for 9 and costs 1 besides.

    A user who is worth 270 USD a month, and costs 8 in machines and 1 besides for a request, breaks even at 270 / 30.4
    / 9 requests a day; one who is worth half as much at half as many. Where nobody lacks machines a request costs 1.

    Where they are short by day and idle by night, the mean of a window of five hours of what a rack-hour is worth runs
    up to 8 (1 - e^(-12/5)) / (1 - e^(-24/5)) and down to e^(-12/5) of that.
    """
    tier = Tier("plan", quota_per_day=10.0)
    for a_month in (270.0, 135.0):
        a_day = a_month / DAYS_PER_MONTH
        short = plan_market(BreakEven(), (50.0,) * 24, 3 * 24, tier, a_month)
        taken = short.records.series("offers", "ordered", "plan")[-24:].sum()
        yield exact(f"{a_month:g} USD a month: requests of the last day", a_day / PRICE, taken)
        plenty = plan_market(BreakEven(), (1e6,) * 24, 3 * 24, tier, a_month)
        granted = plenty.records.series("offers", "granted", "plan")[-1]
        yield exact(f"{a_month:g} USD a month, machines that nobody lacks: quota", a_day / COST, granted * 10.0)
    tier = Tier("plan", quota_per_day=IN_FIVE_HOURS, window_h=5.0, quota_per_week=1e6)
    by_day = plan_market(BreakEven(least_share=0.0), (50.0,) * 12 + (1e6,) * 12, 15 * 24 + 1, tier, 270.0)
    granted = by_day.records.series("offers", "granted", "plan")[-25:] * IN_FIVE_HOURS
    dear = (PRICE - COST) * -np.expm1(-12 / 5) / -np.expm1(-24 / 5)
    yield exact("quota after a day of short machines", 270.0 / DAYS_PER_MONTH / (dear + COST), granted.min())
    night = 270.0 / DAYS_PER_MONTH / (dear * np.exp(-12 / 5) + COST)
    yield exact("quota after a night of idle ones", night, granted[0])
