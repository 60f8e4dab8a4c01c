"""Promotions: prices that count on buyers who stay, for some time after an offer has come."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.economy import Economy
from market.events.release import Release
from market.exchange.waits import WaitModel
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.investing import Investing
from market.supply.pricing.menu_cost import MenuCost
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.setups import PLENTY, UNIT

COST, MARKUP, LATER = 2.0, 0.5, 0.4
#: At cost and a half, less that on what a buyer brings later.
PROMOTED, REGULAR = (COST - LATER) * (1.0 + MARKUP), COST * (1.0 + MARKUP)
LASTS_H = 5.0


def promoting(around: type[PricingPolicy] | None = None) -> Any:
    policy = Investing(CostPlus(MARKUP), stays=0.5, harvest_hours=LASTS_H, later_usd=LATER / 0.5)
    if around is Every:
        return Every(policy, 168.0)
    return policy if around is None else Every(MenuCost(policy, cost_usd=1e9), 168.0)


def paths(policy: PricingPolicy, ticks: int = 30, comes_at_h: float = 12.0) -> dict[str, list[float]]:
    """List prices of an offer that is there and of one that comes after some hours, by tick."""
    calendar = Calendar()
    offers = (Offer("old", REGULAR, cost=COST), Offer("new", REGULAR, cost=COST))
    firm = Provider("firm", offers, pools=(Pool(PLENTY),), pricing=policy)
    out = Release(name="out", begin=calendar.start + timedelta(hours=comes_at_h), of=("new",))
    users = Segment("users", UNIT, users=1.0, requests_per_day=24.0)
    model = TokenMarket(Economy((users,), (firm,), events=(out,), waits=WaitModel(chance=False)), rng=1)
    model.run_for(ticks)
    return {name: model.records.series("offers", "price", name).tolist() for name in ("old", "new")}


@pytest.mark.parametrize("around", [None, Every, MenuCost])
def test_each_offer_is_cheap_for_some_time_after_it_comes(around: type[PricingPolicy] | None) -> None:
    """To the hour, though the list is looked at once a week and a change costs more than it could ever bring."""
    path = paths(promoting(around))
    # What is there from the start has a list, which it would cost too much to change.
    old = [REGULAR if around is MenuCost else PROMOTED] * 5
    assert path["old"] == pytest.approx([*old, *[REGULAR] * 25])
    assert path["new"][12:] == pytest.approx([PROMOTED] * 5 + [REGULAR] * 13)


def test_an_end_between_two_ticks_is_that_of_the_next() -> None:
    policy = Investing(CostPlus(MARKUP), stays=0.5, harvest_hours=2.5)
    assert [policy.lists_anew(np.array([hours]), 1.0).tolist() for hours in (2.0, 3.0, 4.0)] == [
        [False],
        [True],
        [False],
    ]


@pytest.mark.parametrize(
    "policy", [CostPlus(), Investing(CostPlus(), stays=0.5), Investing(CostPlus(), harvest_hours=2.0)], ids=str
)
def test_who_has_no_promotions_lists_nothing_anew(policy: PricingPolicy) -> None:
    assert not policy.promotes
    assert not Every(policy).promotes
    assert not policy.lists_anew(np.arange(10.0), 1.0).any()


def test_a_promotion_within_another_policy_is_one() -> None:
    assert Every(promoting()).promotes
    assert Every(promoting()).lists_anew(np.array([4.0, 5.0, 6.0]), 1.0).tolist() == [False, True, False]


def test_buyers_of_a_promotion_stay_when_it_ends() -> None:
    """Two sellers alike, of whom one promotes for a day; buyers are attached to whom they have."""
    sellers = [
        Provider(name, (Offer(f"{name} good", REGULAR, cost=COST),), pools=(Pool(PLENTY),), pricing=policy)
        for name, policy in (
            ("promoter", replace(promoting(), harvest_hours=24.0)),
            ("other", FixedPrice()),
        )
    ]
    users = Segment(
        "users",
        UNIT,
        users=1e3,
        individuals=1_000,
        requests_per_day=24.0,
        worth_usd=6.0,
        taste_noise=0.1,
        attachment=0.3,
        reconsider_per_day=0.5,
    )
    model = TokenMarket(Economy((users,), tuple(sellers), waits=WaitModel(chance=False)), rng=1)
    model.run_for(72)
    price = model.records.series("offers", "price", "promoter good")
    assert price == pytest.approx([PROMOTED] * 24 + [REGULAR] * 48)
    sold, of_other = (model.records.series("offers", "served", f"{name} good")[24:] for name in ("promoter", "other"))
    assert sold.sum() > 1.5 * of_other.sum()
