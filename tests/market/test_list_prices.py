"""Lists that are looked at seldom, and changed only when far off: they come to where the price would rest."""

import pytest

from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand
from market.economy import Economy
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.congestion_toll import CongestionToll
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.sticky import Sticky
from market.supply.specs import Offer, Pool, Provider


def last_price(policy: PricingPolicy, start: float, ticks: int = 200) -> float:
    """List price of a seller whose cost is 2, after some ticks."""
    firm = Provider("firm", (Offer("good", start, cost=2.0),), pools=(Pool(1e6),), pricing=policy)
    users = CurveSegment("users", (LinearDemand(20.0, 0.1),))
    model = TokenMarket(Economy((users,), (firm,)), rng=1)
    model.run_for(ticks)
    return float(model.records.series("offers", "price", "good")[-1])


@pytest.mark.parametrize(
    "policy",
    [
        CostPlus(0.1),
        CostPlus(0.1, memory_hours=24),
        Every(CostPlus(0.1, memory_hours=24), 168),
        Sticky(CostPlus(0.1, memory_hours=24), 0.1),
        Sticky(Every(CostPlus(0.1, memory_hours=24), 168), 0.1),
    ],
    ids=str,
)
def test_a_running_mean_gets_there_however_seldom_it_is_looked_at(policy: PricingPolicy) -> None:
    assert last_price(policy, 10.0) == pytest.approx(2.2, rel=1e-3)


@pytest.mark.parametrize("start", [2.05, 2.2, 2.4])
def test_a_list_that_is_near_enough_stays(start: float) -> None:
    assert last_price(Sticky(CostPlus(0.1, memory_hours=24), 0.1), start, ticks=72) == start


def test_seldom_looks_count_the_time_between() -> None:
    """Half a day's memory: after two looks a day apart (1 - 1/12)^48 of the gap is left, as if looked at each tick."""
    often = last_price(CostPlus(0.1, memory_hours=12), 10.0, ticks=48)
    seldom = last_price(Every(CostPlus(0.1, memory_hours=12), 24), 10.0, ticks=25)
    assert often == pytest.approx(2.2 + 7.8 * (11 / 12) ** 48)
    assert seldom == pytest.approx(2.2 + 7.8 * (11 / 12) ** 48)


def test_a_toll_that_is_looked_at_seldom_comes_down_as_well() -> None:
    assert last_price(Every(CongestionToll(10.0), 24), 10.0) == pytest.approx(2.0, rel=1e-3)
