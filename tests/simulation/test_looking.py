"""Looking: the waits that users expect."""

import math

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.lottery import Lottery
from market.exchange.rationing.max_min import MaxMin
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.simulation.looking import LONGEST_WAIT_H, NO_SERVICE_WAIT_H
from market.supply.specs import Offer, Pool, Provider, Tier


def with_queue(waiting: float, capacity: float, patience_h: float = math.inf) -> Market:
    """So many requests of a rack-hour wait for so many racks."""
    market = a_market(buyers(patience_h=patience_h), a_seller("lab"), learning_ticks=4.0)
    market.put("served", waiting=np.array([[waiting]]))
    market.put("machines", capacity=np.array([capacity]))
    return market


def test_twenty_rack_hours_take_ten_racks_two_hours() -> None:
    expected = with_queue(20.0, 10.0).make("expected", tick=0)
    assert expected.waiting_work.tolist() == [[20.0]]
    assert expected.present_wait_h.tolist() == [2.0]
    assert expected.backlog_wait_h.tolist() == [2.0]
    assert expected.delay_h.tolist() == [[2.0]]


def test_users_change_their_minds_by_a_quarter_of_the_way() -> None:
    market = with_queue(20.0, 10.0)
    market.put("expected", backlog_wait_h=np.array([6.0]))
    assert market.make("expected", tick=1).backlog_wait_h.tolist() == [5.0]


def test_the_delay_is_chance_and_backlog_and_writing() -> None:
    market = with_queue(20.0, 10.0)
    market.put("known", chance_wait_h=np.array([0.5]))
    expected = market.make("expected", tick=0)
    assert expected.delay_h[0, 0] == 0.5 + 2.0 + expected.writing_h[0, 0]


@pytest.mark.parametrize(
    ("waiting", "capacity", "wait_h"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, NO_SERVICE_WAIT_H), (1.0, 1e-300, LONGEST_WAIT_H), (0.0, 5.0, 0.0)],
)
def test_without_machines_users_think_of_a_weekend(waiting: float, capacity: float, wait_h: float) -> None:
    assert with_queue(waiting, capacity).make("expected", tick=0).present_wait_h.tolist() == [wait_h]


# Who leaves before its turn ----------------------------------------------------------------------------------------


def test_who_leaves_before_the_turn_need_not_be_waited_for() -> None:
    """20 rack-hours before 10 racks, of which half would leave in an hour: ln(1 + 2 a) / a with a = ln 2."""
    present = with_queue(20.0, 10.0, patience_h=1.0 / math.log(2.0)).make("expected", tick=0).present_wait_h
    assert present == pytest.approx([math.log1p(2.0 * math.log(2.0)) / math.log(2.0)], rel=1e-12)


def test_nobody_waits_for_those_who_never_wait() -> None:
    assert with_queue(20.0, 10.0, patience_h=0.0).make("expected", tick=0).present_wait_h == pytest.approx(
        [0.0], abs=1e-7
    )


def test_of_two_tiers_each_counts_who_is_before_it() -> None:
    """The second tier waits for all 20 rack-hours, the first for 5, and all leave at one an hour."""
    market = two_tiers(StrictPriority())
    market.founded.__dict__["impatience"] = np.array([1.0])
    present = market.make("expected", tick=0).present_wait_h
    assert present == pytest.approx([math.log(1.5), math.log(3.0)], rel=1e-12)


def test_who_orders_for_idle_machines_goes_by_what_those_waited_who_were_served() -> None:
    """Six hours on average, whatever waits now; nobody who has agreed to wait leaves."""
    later = Tier("later", priority=3.0, deadline_h=24.0, spare=True)
    tiers = (Offer("now", 3.0, tier=Tier("now")), Offer("later", 1.0, tier=later))
    market = a_market(buyers(), Provider("lab", tiers, pools=(Pool(10.0),)))
    market.put("served", waiting=np.array([[5.0, 15.0]]))
    market.put("machines", capacity=np.array([10.0]))
    market.put("known", waits_of_day=np.array([[0.0, 60.0], [8.0, 10.0]]))
    expected = market.make("expected", tick=0)
    assert expected.backlog_wait_h[1] == 6.0
    assert expected.backlog_wait_h[0] == expected.present_wait_h[0]


# Ranks where the rule heeds them ---------------------------------------------------------------------------------


def two_tiers(rule: Rationing) -> Market:
    """A first and a second tier at ten racks; 5 requests of a rack-hour wait in the first and 15 in the second."""
    tiers = tuple(Offer(name, 3.0, tier=Tier(name, priority=rank)) for name, rank in (("first", 1.0), ("second", 2.0)))
    market = a_market(buyers(patience_h=math.inf), Provider("lab", tiers, pools=(Pool(10.0),)), rationing=rule)
    market.put("served", waiting=np.array([[5.0, 15.0]]))
    market.put("machines", capacity=np.array([10.0]))
    return market


@pytest.mark.parametrize("rule", [StrictPriority(), StrictPriority(within=FirstCome())], ids=str)
def test_the_first_wait_for_the_first_where_rank_decides(rule: Rationing) -> None:
    assert two_tiers(rule).make("expected", tick=0).present_wait_h.tolist() == [0.5, 2.0]


@pytest.mark.parametrize("rule", [FirstCome(), FirstCome(StrictPriority()), ProRata(), MaxMin(), Lottery()], ids=str)
def test_all_wait_for_all_where_it_does_not(rule: Rationing) -> None:
    market = two_tiers(rule)
    assert market.make("expected", tick=0).present_wait_h.tolist() == [2.0, 2.0]
    np.testing.assert_array_equal(market.make("posted", tick=0).ahead_of, np.ones((2, 2)))


@pytest.mark.parametrize(
    ("rule", "waits"), [(StrictPriority(), [0.8 / 0.6, 0.8 / (0.6 * 0.2)]), (FirstCome(), [0.8 / 0.2] * 2)], ids=str
)
def test_by_chance_too_they_wait_by_rank_only_where_it_decides(rule: Rationing, waits: list[float]) -> None:
    """One server, and .4 requests an hour of an hour in each tier: Cobham's waits, or those of M/M/1."""
    market = two_tiers(rule)
    market.put("served", waiting=np.zeros((1, 2)))
    market.put("ordered", orders=np.array([[0.4, 0.4]]))
    market.put("machines", capacity=np.array([1.0]))
    np.testing.assert_allclose(market.make("served", tick=0).wait_h, waits, rtol=1e-12)


# Whole requests --------------------------------------------------------------------------------------------------


def test_what_is_begun_need_not_be_waited_for() -> None:
    """Three requests of a rack-hour wait, of which one is done by three quarters: 2.25 rack-hours at half a rack."""
    market = with_queue(3.0, 0.5)
    market.put("served", begun=np.array([[0.75]]))
    expected = market.make("expected", tick=0)
    assert expected.waiting_work.tolist() == [[2.25]]
    assert expected.present_wait_h.tolist() == [4.5]


def test_of_a_request_that_now_takes_less_no_more_is_begun_than_there_is() -> None:
    market = with_queue(1.0, 0.5)
    market.put("served", begun=np.array([[1.5]]))
    assert market.make("expected", tick=0).waiting_work.tolist() == [[0.0]]


# Who is served before, while one waits -----------------------------------------------------------------------------


def with_usual_orders(usual_of_first: float, hours: int) -> Market:
    """Two tiers at ten racks, from midnight; so many requests of a rack-hour usually come to the first for so long."""
    market = two_tiers(StrictPriority())
    usual = np.zeros((2, 1, 2, 24))
    usual[:, 0, 0, :hours] = usual_of_first
    market.put("known", usual_orders=usual)
    return market


def test_who_is_second_waits_until_the_first_leave_room() -> None:
    """20 rack-hours before it, and 12 an hour of the first for three hours: (20 + 6) / 10 hours after these."""
    present = with_usual_orders(12.0, 3).make("expected", tick=0).present_wait_h
    assert present.tolist() == pytest.approx([0.5, 3.0 + 2.6])


def test_who_is_second_is_served_by_what_the_first_leave() -> None:
    assert with_usual_orders(6.0, 24).make("expected", tick=0).present_wait_h.tolist() == pytest.approx([0.5, 5.0])


def test_nobody_waits_where_nothing_does_and_the_first_leave_room() -> None:
    market = with_usual_orders(6.0, 24)
    market.put("served", waiting=np.zeros((1, 2)))
    assert market.make("expected", tick=0).present_wait_h.tolist() == [0.0, 0.0]


def test_where_nothing_waits_yet_the_second_wait_for_the_first() -> None:
    market = with_usual_orders(12.0, 3)
    market.put("served", waiting=np.zeros((1, 2)))
    assert market.make("expected", tick=0).present_wait_h.tolist() == pytest.approx([0.0, 3.6])


def test_hours_that_nobody_has_seen_are_like_those_of_other_days_or_the_others() -> None:
    market = with_usual_orders(6.0, 24)
    usual = np.full((2, 1, 2, 24), np.nan)
    usual[1, 0, 0, :12] = 6.0
    usual[1, 0, 1, :12] = 0.0
    market.put("known", usual_orders=usual)
    assert market.make("expected", tick=0).present_wait_h.tolist() == pytest.approx([0.5, 5.0])
