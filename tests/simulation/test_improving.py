"""Improving: qualities, work, quotas, and who may buy the best."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.quality import Improving
from market.supply.quotas import PeakCut, QuotaPolicy, Standing
from market.supply.specs import Tier

#: Midnight of the 366th day [tick].
NEXT_YEAR = 8760


@dataclass(frozen=True)
class ByWorth(QuotaPolicy):
    """Half a dollar's worth of machines, at most all of the list."""

    def __call__(self, of: Standing) -> float:
        return min(0.5 / of.rent_usd, 1.0)


def crowded(orders: float, capacity: float, **offer: object) -> Market:
    """A seller with so many orders of the last tick, and so much capacity, whose quotas are cut at the peak."""
    market = a_market(buyers(), a_seller("lab", quotas=PeakCut(target=0.9, pace=0.3), offer=offer))
    market.put("ordered", orders=np.array([[orders]]))
    market.put("machines", capacity=np.array([capacity]))
    return market


def test_better_algorithms_take_less_work_from_midnight_on() -> None:
    market = a_market(buyers(), a_seller("lab", offer={"efficiency_growth": 2.0}))
    assert market.make("terms", tick=NEXT_YEAR).book.work[0, 0] == pytest.approx(2.0 ** -(NEXT_YEAR / 8766))
    assert market.make("terms", tick=NEXT_YEAR + 5).book.work[0, 0] == 1.0


def test_qualities_follow_their_paths() -> None:
    path = Improving({"buyers": 0.5}, 0.4)
    market = a_market(buyers(), a_seller("lab", offer={"quality": path}))
    assert market.make("terms", tick=0).book.quality[0, 0] == path.at("buyers", 0.0)
    assert market.make("terms", tick=NEXT_YEAR).book.quality[0, 0] == path.at("buyers", NEXT_YEAR / 8766)


def test_quotas_shrink_while_more_is_ordered_than_machines_can_do() -> None:
    """Orders of 1.9 times the capacity are 1.0 off target: exp(-0.3)."""
    market = crowded(orders=19.0, capacity=10.0, tier=Tier(quota_per_day=30.0))
    terms = market.make("terms", tick=1)
    np.testing.assert_allclose(terms.granted[0], [np.exp(-0.3)])
    np.testing.assert_allclose(terms.book.quota, [30.0 * np.exp(-0.3)])


def test_quotas_follow_what_machines_are_worth_and_come_back_when_machines_come() -> None:
    """Orders at 2 USD a rack-hour: full machines are worth that, idle ones nothing; a week remembers longer."""
    tier = Tier(quota_per_day=24.0, window_h=5.0, quota_per_week=100.0)
    market = a_market(buyers(), a_seller("lab", price=2.0, cost=0.0, quotas=ByWorth(), offer={"tier": tier}))
    market.put("ordered", orders=np.array([[19.0]]))
    market.put("posted", book=replace(market.state.posted.book, price=np.array([2.0])))
    granted = []
    for capacity in (10.0, 10.0, 100.0, 100.0, 100.0):
        market.put("machines", capacity=np.array([capacity]))
        terms = market.make("terms", tick=len(granted) + 1)
        market.put("terms", **{name: getattr(terms, name) for name in ("granted", "rack_hour_usd", "requests")})
        granted.append((float(terms.granted[0, 0]), float(terms.granted[1, 0])))
    worth = 2.0 * np.exp(-np.arange(4) / 5.0), 2.0 * np.exp(-np.arange(4) / 168.0)
    for k, means in enumerate(worth):
        np.testing.assert_allclose([share[k] for share in granted[1:]], np.minimum(0.5 / means, 1.0))
    np.testing.assert_allclose(terms.book.quota, 5.0 * granted[-1][0])
    np.testing.assert_allclose(terms.book.week_quota, 100.0 * granted[-1][1])


def test_without_a_quota_none_is_cut() -> None:
    terms = crowded(orders=19.0, capacity=10.0).make("terms", tick=1)
    assert terms.granted.tolist() == [[1.0], [1.0]]
    assert terms.book.quota.tolist() == [np.inf]


@pytest.mark.parametrize(("orders", "opened"), [(9.0, [True, True]), (9.6, [True, False])])
def test_the_best_is_kept_for_some_while_machines_are_full(orders: float, opened: list[bool]) -> None:
    others = type(buyers())("others", buyers().curves)
    market = a_market(buyers(), others, a_seller("lab", offer={"kept_for": ("buyers",), "kept_above": 0.95}))
    market.put("ordered", orders=np.array([[orders], [0.0]]))
    market.put("machines", capacity=np.array([10.0]))
    assert market.make("terms", tick=1).book.open[:, 0].tolist() == opened
