"""Overflowing: what a pool cannot do of a tick's orders goes at once to who has room."""

from typing import Any

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller
from hypothesis import given
from hypothesis import strategies as st

from capacity import Workload
from market.demand.nests import Nest
from market.demand.segment import Segment
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.simulation.asking import Asking
from market.simulation.ordering import without_waits
from market.simulation.overflowing import overflow, places
from market.simulation.state import Ordered
from market.supply.specs import Offer, Pool, Provider, Tier

UNIT = Workload(0, 1_000_000)


def users(name: str = "users", **knobs: Any) -> Segment:
    """240 requests an hour of users alike to whom sellers are equals, and a machine-hour is a request."""
    chosen = {"outside": None, "time_value": 0.0, "worth_spread": 0.0} | knobs
    return Segment(name, UNIT, users=240, individuals=1, requests_per_day=24, **chosen)


def ordered(*sellers: Provider, whole: bool = False, waiting: list[float] | None = None, **knobs: Any) -> Market:
    """The market with what is ordered in its first hour."""
    market = a_market(users(**knobs), *sellers, waits=WaitModel(chance=False), whole=whole, overflow=True)
    capacity = np.array([pool.racks for seller in sellers for pool in seller.pools])
    market.put("machines", capacity=capacity)
    if waiting is not None:
        market.put("expected", waiting_work=np.array([waiting]))
    market.state.wanted = market.make("wanted", tick=0)
    return market


def orders(market: Market) -> Any:
    made: Ordered = market.make("ordered", tick=0)
    return made.orders[0]


def test_what_fits_stays_where_it_was_ordered() -> None:
    assert orders(ordered(a_seller("A", racks=120.0), a_seller("B", racks=120.0))) == pytest.approx([120.0, 120.0])


def test_what_does_not_fit_goes_to_who_has_room() -> None:
    assert orders(ordered(a_seller("A", racks=50.0), a_seller("B", racks=900.0))) == pytest.approx([50.0, 190.0])


def test_no_more_goes_than_there_is_room_for() -> None:
    assert orders(ordered(a_seller("A", racks=50.0), a_seller("B", racks=150.0))) == pytest.approx([90.0, 150.0])


def test_what_waits_already_takes_room() -> None:
    market = ordered(a_seller("A", racks=100.0), a_seller("B", racks=900.0), waiting=[60.0, 0.0])
    assert orders(market) == pytest.approx([40.0, 200.0])


def test_sellers_learn_of_what_came_to_them() -> None:
    made = ordered(a_seller("A", racks=50.0), a_seller("B", racks=900.0)).make("ordered", tick=0)
    assert made.at_list[0] == pytest.approx([50.0, 190.0])
    assert made.sent_on == pytest.approx([70.0, 0.0])
    assert made.taken_in == pytest.approx([0.0, 70.0])


def tiers(**second: Any) -> Provider:
    """A seller of a dear good that is served first and of a cheap one, on the same machines."""
    first = Offer("first", 3.0, tier=Tier("first", priority=0.0))
    return Provider(
        "A", (first, Offer("second", 3.0, tier=Tier("second", priority=1.0, **second))), pools=(Pool(100.0),)
    )


def test_what_is_served_last_overflows_first() -> None:
    """80 each are ordered: all of the first tier, and 20 of the second, fit; the rest goes to B."""
    assert orders(ordered(tiers(), a_seller("B", racks=900.0))) == pytest.approx([80.0, 20.0, 140.0])


def test_who_has_agreed_to_wait_waits() -> None:
    late = tiers(spare=True, deadline_h=24.0)
    assert orders(ordered(late, a_seller("B", racks=900.0))) == pytest.approx([80.0, 80.0, 80.0])


def test_plans_take_nobody_in_but_members() -> None:
    plan = Provider("B", (Offer("plan", 0.0, fee_usd_per_month=1.0),), pools=(Pool(900.0),))
    market = ordered(a_seller("A", racks=50.0), plan, outside=-1.0)
    before = market.make("ordered", tick=0)
    assert before.orders[0] == pytest.approx(before.cleared.response.requests[0])


def test_a_request_that_is_too_long_for_a_model_does_not_go_there() -> None:
    short = Provider("B", (Offer("B", 3.0, technology=FixedWork(longest=10.0)),), pools=(Pool(900.0),))
    market = a_market(
        users(), a_seller("A", racks=50.0), short, waits=WaitModel(chance=False), overflow=True, contexts=True
    )
    market.put("machines", capacity=np.array([50.0, 900.0]))
    market.state.wanted = market.make("wanted", tick=0)
    assert orders(market) == pytest.approx([240.0, 0.0])


def test_the_second_choice_is_in_the_same_nest() -> None:
    """B is the same model as A, and C another: nearly all who find A full go to B."""
    nests = (Nest(0.05, offers=("A offer", "B offer")),)
    sellers = [a_seller(name, racks=racks) for name, racks in (("A", 10.0), ("B", 1e4), ("C", 1e4))]
    found = orders(ordered(*sellers, nests=nests))
    without = orders(ordered(*[a_seller(name, racks=1e4) for name in "ABC"], nests=nests))
    moved = without[0] - 10.0
    assert found[0] == pytest.approx(10.0)
    assert found[1] - without[1] > 0.9 * moved


def test_whole_requests_stay_whole() -> None:
    market = ordered(a_seller("A", racks=50.0), a_seller("B", racks=900.0), whole=True)
    found = [orders(market) for _ in range(50)]
    assert (np.array(found) == np.rint(found)).all()
    assert all(one.sum() > 150.0 for one in found)
    assert np.mean([one[0] for one in found]) == pytest.approx(50.0, abs=1.0)


@given(
    racks=st.lists(st.floats(0.0, 300.0), min_size=2, max_size=5),
    waiting=st.lists(st.floats(0.0, 100.0), min_size=5, max_size=5),
    outside=st.sampled_from([None, -2.0, 0.0]),
    whole=st.booleans(),
)
def test_requests_are_neither_made_nor_lost_and_nobody_is_overfilled(
    racks: list[float], waiting: list[float], outside: float | None, *, whole: bool
) -> None:
    sellers = [a_seller(str(k), price=1.0 + 0.1 * k, racks=one) for k, one in enumerate(racks)]
    market = ordered(*sellers, waiting=waiting[: len(racks)], outside=outside, whole=whole)
    book, expected = market.state.posted.book, market.state.expected
    response = market.make("ordered", tick=0).cleared.response
    asking = Asking(market.founded, market.state.wanted, book, market.state.firms.alive, expected.delay_h)
    first = np.rint(response.requests) if whole else response.requests
    work = expected.waiting_work.sum(axis=0)
    found = places(book, first, work, np.array(racks))
    gone, come = overflow(without_waits(asking, expected), book.request_prices(), first, found)
    after = first - gone + come
    assert gone.sum() == pytest.approx(come.sum(), abs=1e-6)
    assert (gone >= 0).all()
    assert (come >= 0).all()
    assert (gone <= first * found.too_many + 1e-6).all()
    if not whole:
        full = (found.room == 0)[book.pool]
        assert (come[0, full] == 0).all()
        assert (work + after[0] * book.work[0] <= np.maximum(racks, work + first[0] * book.work[0]) + 1e-6).all()
