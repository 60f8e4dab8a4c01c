"""Quotas that break even in a market: what brings least for its machines is cut first; machines are rented for it."""

from __future__ import annotations

import pytest

from capacity import Workload
from market import TokenMarket
from market.demand.segment import Segment
from market.demand.subscriptions import DAYS_PER_MONTH
from market.economy import Economy
from market.supply.quotas import BreakEven, FixedQuota, QuotaPolicy
from market.supply.specs import Hyperscaler, Offer, Provider, Tier

MILLION = Workload(0, 1_000_000)
HOURS = 4 * 24


def after_days(policy: QuotaPolicy, rent: float, **brings: float) -> TokenMarket:
    """A lab that rents at this rent for kinds of users who pay nothing by the request and ask ten an hour each.

    ``brings``: what a user of each kind is worth to the lab [USD a day].
    """
    tier = Tier("product", quota_per_day=1000.0, window_h=1.0)
    offers = tuple(
        Offer(name, 0.0, tier=tier, open_to=(name,), fixed_price=True, user_worth_usd_per_month=worth * DAYS_PER_MONTH)
        for name, worth in brings.items()
    )
    users = tuple(
        Segment(name, MILLION, 1.0, 1, requests_per_day=240.0, outside=None, patience_h=0.5, time_value=0.0)
        for name in brings
    )
    lab = Provider("lab", offers, spot=True, quotas=policy, cash=1e9)
    owner = Hyperscaler("owner", 1e4, reserve=rent)
    model = TokenMarket(Economy(users, (lab,), (owner,), needs_without_waits=True), rng=1)
    model.run_for(HOURS)
    return model


def last_day(model: TokenMarket, column: str, offer: str) -> float:
    """Sum of the last day."""
    return float(model.records.series("offers", column, offer)[-24:].sum())


@pytest.mark.parametrize("rent", [0.5, 2.0])
def test_each_user_takes_machines_for_what_it_brings(rent: float) -> None:
    """Of a rack-hour a request: 18 of 20 USD a day buy 9 requests at 2; 900 buy more than the 240 that are asked."""
    model = after_days(BreakEven(part=0.9, least_share=0.0), rent, free=20.0, plan=1000.0)
    assert last_day(model, "served", "free") == pytest.approx(18.0 / rent, rel=1e-6)
    assert last_day(model, "served", "plan") == pytest.approx(240.0, rel=1e-6)


def test_machines_are_rented_for_who_pays_nothing_but_is_worth_something() -> None:
    """Five dollars a day for 240 requests buy no rack-hour at 2; two thousand do."""
    assert last_day(after_days(FixedQuota(), 2.0, free=5.0), "served", "free") == 0.0
    assert last_day(after_days(FixedQuota(), 2.0, free=2000.0), "served", "free") == pytest.approx(240.0)


def test_what_brings_least_is_cut_first_and_comes_back_last() -> None:
    """As rents rise ever fewer free requests are granted, while the plan has all; then the plan's are cut, too."""
    granted = {}
    for rent in (0.01, 1.0, 2.0):
        model = after_days(BreakEven(part=0.5, least_share=0.0), rent, free=20.0, plan=600.0)
        granted[rent] = [model.records.series("offers", "granted", name)[-1] for name in ("free", "plan")]
    asked = 0.24
    assert granted[0.01][0] > asked < granted[0.01][1]
    assert granted[1.0][0] < asked < granted[1.0][1]
    assert granted[2.0][0] < granted[2.0][1] < asked
