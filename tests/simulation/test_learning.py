"""Learning: waits, loads and orders become part of what is usual."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from capacity import Workload
from market.demand.segment import Segment
from market.simulation.looking import LONGEST_WAIT_H
from market.simulation.visitors import visitors_of
from market.supply.specs import Offer, Provider


def after_a_tick(*, used: float, capacity: float, chance_h: float, orders: float) -> Market:
    """A market at the end of a tick in which that happened; users learn a quarter of the way."""
    market = a_market(buyers(), a_seller("lab"), learning_ticks=4.0)
    market.put("machines", capacity=np.array([capacity]))
    market.put("served", round=replace(market.state.served.round, used=np.array([used])), chance_h=np.array([chance_h]))
    market.put("ordered", at_list=np.array([[orders]]))
    market.state.wanted = market.make("wanted", tick=0)
    return market


def test_the_first_tick_is_all_that_is_known() -> None:
    known = after_a_tick(used=4.0, capacity=8.0, chance_h=0.2, orders=7.0).make("known", tick=0)
    assert known.load.tolist() == [0.5]
    assert known.chance_wait_h.tolist() == [0.2]


def test_later_ones_count_a_quarter() -> None:
    market = after_a_tick(used=4.0, capacity=8.0, chance_h=0.2, orders=7.0)
    market.put("known", load=np.array([0.1]), chance_wait_h=np.array([0.6]))
    known = market.make("known", tick=5)
    assert known.load == pytest.approx([0.2])
    assert known.chance_wait_h == pytest.approx([0.5])


@pytest.mark.parametrize(("chance_h", "learned"), [(-1.0, 0.0), (np.nan, LONGEST_WAIT_H), (np.inf, LONGEST_WAIT_H)])
def test_a_wait_that_cannot_be_is_the_nearest_that_can(chance_h: float, learned: float) -> None:
    known = after_a_tick(used=4.0, capacity=8.0, chance_h=chance_h, orders=7.0).make("known", tick=0)
    assert known.chance_wait_h.tolist() == [learned]


def test_orders_are_usual_by_the_hour_half_of_it_today() -> None:
    """Thursday, the first of January: usual are the orders; then 7 + (9 - 7) / 2 in the same hour of Friday."""
    market = after_a_tick(used=4.0, capacity=8.0, chance_h=0.0, orders=7.0)
    market.state.known = market.make("known", tick=3)
    assert market.state.known.usual_orders[0, 0, 0, 3] == 7.0
    assert np.isnan(market.state.known.usual_orders).sum() == 2 * 24 - 1
    market.put("ordered", at_list=np.array([[9.0]]))
    assert market.make("known", tick=27).usual_orders[0, 0, 0, 3] == 8.0


@pytest.mark.parametrize(("orders", "level"), [(14.0, 1.25), (700.0, 2.0), (0.0, 0.8)])
def test_the_level_follows_surprises_within_bounds(orders: float, level: float) -> None:
    """Usual are 7: twice that counts as 2, a hundred times as 5, nothing as a fifth; a quarter of each is learned."""
    market = after_a_tick(used=4.0, capacity=8.0, chance_h=0.0, orders=orders)
    market.state.known.usual_orders[0, 0, 0, 3] = 7.0
    assert market.make("known", tick=27).level == pytest.approx(np.array([[level]]))


def test_users_take_note_of_what_they_wanted() -> None:
    market = after_a_tick(used=4.0, capacity=8.0, chance_h=0.0, orders=7.0)
    market.make("known", tick=0)
    assert market.founded.cohorts[0].wanted is market.state.wanted[0]


def test_users_without_a_plan_are_counted_where_they_order_what_is_free() -> None:
    """Of 100 users 10 have a plan; two thirds of the others order at one of two labs to which they are worth something.

    The orders of a lab to which they are worth nothing count nobody.
    """
    users = Segment("people", Workload(0, 1_000_000), 100.0, 4, requests_per_day=24.0)
    worth = {"user_worth_usd_per_month": 1.0}
    plan = Offer("plan", 0.0, fee_usd_per_month=20.0)
    labs = (a_seller("one", offer=worth), a_seller("two", offer=worth), a_seller("none"), Provider("plans", (plan,)))
    market = a_market(users, *labs)
    orders, members = np.array([[8.0, 4.0, 12.0, 3.0]]), np.array([[0.0, 0.0, 0.0, 10.0]])
    np.testing.assert_allclose(visitors_of(market.founded, orders, members), [[60.0, 30.0, 0.0, 0.0]])
    assert not visitors_of(market.founded, np.zeros((1, 4)), members).any()
