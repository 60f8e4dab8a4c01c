"""Looking: the waits that users expect."""

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.simulation.looking import LONGEST_WAIT_H, NO_SERVICE_WAIT_H


def with_queue(waiting: float, capacity: float) -> Market:
    """So many requests of a rack-hour wait for so many racks."""
    market = a_market(buyers(), a_seller("lab"), learning_ticks=4.0)
    market.put("served", waiting=np.array([[waiting]]))
    market.put("machines", capacity=np.array([capacity]))
    return market


def test_twenty_rack_hours_take_ten_racks_two_hours() -> None:
    expected = with_queue(20.0, 10.0).make("expected", tick=0)
    assert expected.waiting_work.tolist() == [20.0]
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
