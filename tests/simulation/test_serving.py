"""Serving: machines serve, and the rest waits, leaves, or tries another offer."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from capacity import Workload
from market.demand.nests import Nest
from market.demand.segment import Segment
from market.exchange.waits import WaitModel


def with_orders(orders: list[float], capacity: list[float], patience_h: float = math.inf, **settings: bool) -> Market:
    """So many orders of a rack-hour at each of as many sellers, who have so much capacity."""
    sellers = [a_seller(f"seller {k}") for k in range(len(orders))]
    market = a_market(buyers(patience_h=patience_h), *sellers, waits=WaitModel(chance=False), **settings)
    cleared = market.state.ordered.cleared
    response = replace(cleared.response, requests=np.array([orders]))
    market.put("ordered", orders=np.array([orders]), cleared=replace(cleared, response=response))
    market.put("machines", capacity=np.array(capacity))
    return market


def test_machines_do_what_they_can_and_the_patient_wait() -> None:
    served = with_orders([7.0], [4.0]).make("served", tick=0)
    assert served.round.served.tolist() == [[4.0]]
    assert served.round.used.tolist() == [4.0]
    assert served.waiting.tolist() == [[3.0]]
    assert served.waited_h.tolist() == [[3.0]]


def test_the_wait_is_that_of_the_mean_order_of_the_tick() -> None:
    """The queue grows from nothing to 3 rack-hours in front of 4 racks: 1.5 on average, so 0.375 h."""
    served = with_orders([7.0], [4.0]).make("served", tick=0)
    assert served.wait_h == pytest.approx([0.375])
    assert served.chance_h == pytest.approx([0.375])


def test_what_waited_is_served_in_the_next_tick() -> None:
    market = with_orders([7.0], [4.0])
    market.state.served = market.make("served", tick=0)
    market.put("ordered", orders=np.zeros((1, 1)))
    second = market.make("served", tick=1)
    assert second.round.served.tolist() == [[3.0]]
    assert second.round.served_wait_h.tolist() == [[3.0]]
    assert second.waiting.tolist() == [[0.0]]


def test_those_without_patience_leave() -> None:
    """Of 3 that wait, 1 - 1/e lose patience in an hour if they have an hour's."""
    served = with_orders([7.0], [4.0], patience_h=1.0, fallback=False).make("served", tick=0)
    assert served.round.left_impatient == pytest.approx(np.array([[3.0 * (1.0 - math.exp(-1.0))]]))
    assert served.waiting == pytest.approx(np.array([[3.0 * math.exp(-1.0)]]))


def test_who_loses_patience_goes_where_others_order() -> None:
    """Nobody at the first is served, and nobody waits; two thirds of the other orders are at the second."""
    served = with_orders([3.0, 2.0, 1.0], [0.0, 9.0, 9.0], patience_h=0.0).make("served", tick=0)
    assert served.round.left_impatient.tolist() == [[3.0, 0.0, 0.0]]
    assert served.joined == pytest.approx(np.array([[0.0, 2.0, 1.0]]))
    assert served.waiting == pytest.approx(np.array([[0.0, 2.0, 1.0]]))


def test_who_loses_patience_goes_to_the_nest_first() -> None:
    sellers = [a_seller(f"seller {k}") for k in range(3)]
    names = tuple(one.offers[0].name for one in sellers[:2])
    nested = Segment("users", Workload(0, 1_000_000), 1.0, patience_h=0.0, nests=(Nest(0.5, offers=names),))
    market = a_market(nested, *sellers, waits=WaitModel(chance=False))
    cleared = market.state.ordered.cleared
    orders = np.array([[3.0, 1.0, 2.0]])
    response = replace(cleared.response, requests=orders, nothing=np.array([1.0]))
    market.put("ordered", orders=orders, cleared=replace(cleared, response=response))
    market.put("machines", capacity=np.array([0.0, 9.0, 9.0]))
    # One in four of the nest is at the other, whose weight doubles: 2 of 2 + 2 + 1 in place of 1 of 7, so .6 of 3 of 7.
    assert market.make("served", tick=0).joined == pytest.approx(np.array([[0.0, 1.8, 0.8]]))


def test_whole_requests_that_lose_patience_stay_whole() -> None:
    served = with_orders([30.0, 20.0, 10.0], [0.0, 99.0, 99.0], patience_h=0.0, whole=True).make("served", tick=0)
    assert served.joined.sum() == 30.0
    assert served.joined[0, 0] == 0.0
    assert (served.joined == np.rint(served.joined)).all()


def test_nobody_waits_for_who_has_left() -> None:
    market = with_orders([7.0], [4.0])
    market.put("firms", alive=np.array([False]))
    served = market.make("served", tick=0)
    assert served.waiting.tolist() == [[0.0]]
    assert served.round.left_impatient.tolist() == [[3.0]]
