"""Clearing by itself, without a model around it, where demand is smooth: rents that can be worked out by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
from small_books import book_of
from small_markets import RIVALS, auction, situation, smooth, work_of

from capacity.errors import InputError
from market.exchange.clearing.base import Clearing, Response
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.supply_curve import FixedCapacity, RisingCost

# One pool, smooth demand -------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.0, 3.0, 5.0, 100.0, -7.0])
def test_the_rent_of_one_pool(start: float) -> None:
    """10 - p requests at a list of 2 and a capacity of 3: the price is 7, so the rent 5."""
    found = auction(book_of([[1.0]], price=[2.0]), [3.0], smooth([10.0], [[1.0]]), rents=[start])
    assert found.rents[0] == pytest.approx(5.0, rel=1e-10)
    assert found.prices[0, 0] == pytest.approx(7.0, rel=1e-10)
    assert found.response.requests[0, 0] == pytest.approx(3.0, rel=1e-10)
    assert found.response.nothing[0] == pytest.approx(7.0)
    assert found.response.surplus[0] == pytest.approx(4.5)
    assert found.gap == pytest.approx(0.0, abs=1e-9)


def test_the_rent_is_by_work() -> None:
    """A request of 2 rack-h: 3 rack-h are 1.5 requests, for 8.5 each, of which 6.5 are rent of two rack-hours."""
    found = auction(book_of([[2.0]], price=[2.0]), [3.0], smooth([10.0], [[1.0]]))
    assert found.rents[0] == pytest.approx(3.25, rel=1e-10)
    assert found.response.requests[0, 0] == pytest.approx(1.5, rel=1e-10)


@pytest.mark.parametrize("capacity", [8.0, 8.5, 1e9])
def test_no_rent_where_there_is_room(capacity: float) -> None:
    found = auction(book_of([[1.0]], price=[2.0]), [capacity], smooth([10.0], [[1.0]]), rents=[4.0])
    assert found.rents[0] == pytest.approx(0.0, abs=1e-9)
    assert found.response.requests[0, 0] == pytest.approx(8.0, rel=1e-9)
    if capacity > 8:
        assert found.rents[0] == 0.0
        assert found.gap == 0.0


@pytest.mark.parametrize("size", [1e-12, 1e9])
def test_the_rent_does_not_hang_on_the_size_of_the_market(size: float) -> None:
    found = auction(book_of([[1.0]], price=[2.0]), [3.0 * size], smooth([10.0 * size], [[size]]))
    assert found.rents[0] == pytest.approx(5.0, rel=1e-9)


def test_linear_demand_takes_one_step() -> None:
    """Newton's method is exact on straight lines: users are asked at the start and at the answer."""
    book, users = book_of([[1.0]], price=[2.0]), smooth([10.0], [[1.0]])
    assert auction(book, [3.0], users).evaluations == 2
    assert auction(book, [3.0], users, rents=[5.0]).evaluations == 1
    assert auction(book, [3.0], users, steps=1).evaluations == 2
    two = smooth([10.0, 10.0], [[2.0, -1.0], [-1.0, 2.0]])
    assert auction(book_of([[1.0, 1.0]], pool=[0, 1]), [2.0, 3.0], two).evaluations == 2


def test_tolerance_and_steps_are_checked() -> None:
    for bad in (0.0, -1.0, 1.5):
        with pytest.raises(InputError, match="tolerance"):
            ScarcityAuction(tolerance=bad)
    for steps in (0, 1.5, -3):
        with pytest.raises(InputError, match="steps"):
            ScarcityAuction(steps=steps)
    assert ScarcityAuction(tolerance=1.0, steps=1) == ScarcityAuction(1.0, 1)


def test_a_rough_tolerance_stops_early() -> None:
    book, users = book_of([[1.0]], price=[2.0]), smooth([10.0], [[1.0]])
    near = ScarcityAuction(tolerance=0.5).clear(situation(book, [3.0], users, rents=[4.0]))
    assert near.evaluations == 1  # 4 requests for 3 rack-h is a third too many: within a half
    assert near.rents[0] == 4.0
    # What is not met: |3 - 4| x 4 idle or over, and 1 x 4 over, of 4 x 6 spent.
    assert near.gap == pytest.approx((4.0 + 4.0) / 24.0)
    idle = ScarcityAuction(tolerance=0.5).clear(situation(book, [3.0], users, rents=[6.0]))
    assert idle.evaluations == 1
    assert idle.gap == pytest.approx(6.0 / 16.0)
    in_cents = ScarcityAuction(tolerance=0.5).clear(
        situation(book_of([[1.0]], price=[0.02]), [3.0], smooth([10.0], [[100.0]]), rents=[0.04])
    )
    assert in_cents.gap == pytest.approx((4.0 + 4.0) / 24.0)
    far = ScarcityAuction(tolerance=0.3).clear(situation(book, [3.0], users, rents=[4.0]))
    assert far.rents[0] == pytest.approx(5.0)


# Several pools, smooth demand --------------------------------------------------------------------------------


def test_rents_of_two_pools_that_compete() -> None:
    """By hand: 2 p - q = 8 and 2 q - p = 7 give prices of 23/3 and 22/3 over lists of 1 and 2."""
    book = book_of([[1.0, 1.0]], pool=[0, 1], price=[1.0, 2.0])
    for start in ([0.0, 0.0], [6.0, 5.0], [50.0, 0.0]):
        found = auction(book, [2.0, 3.0], RIVALS, rents=start)
        np.testing.assert_allclose(found.prices[0], [23 / 3, 22 / 3], rtol=1e-10)
        np.testing.assert_allclose(found.rents, [20 / 3, 16 / 3], rtol=1e-10)
        np.testing.assert_allclose(found.response.requests[0], [2.0, 3.0], rtol=1e-9)
        assert found.gap == pytest.approx(0.0, abs=1e-9)
        assert found.evaluations == 2  # Newton's method is exact on straight lines


def test_one_of_two_pools_is_scarce() -> None:
    """The second sells all that is asked at its list of 1, so 10 - 2 p + 1 = 2."""
    book = book_of([[1.0, 1.0]], pool=[0, 1])
    for start in ([0.0, 0.0], [0.0, 9.0], [9.0, 9.0]):
        found = auction(book, [2.0, 100.0], RIVALS, rents=start)
        np.testing.assert_allclose(found.rents, [3.5, 0.0], atol=1e-9)
        np.testing.assert_allclose(found.response.requests[0], [2.0, 12.5], rtol=1e-9)
        assert found.evaluations <= 3  # and one more where a pool turns out to have room


def test_two_offers_of_one_pool_ask_one_rent() -> None:
    """Work of 1 and 2: (9 - r) + 2 (9 - 2 r) = 12 at lists of 1."""
    users = smooth([10.0, 10.0], [[1.0, 0.0], [0.0, 1.0]])
    found = auction(book_of([[1.0, 2.0]]), [12.0], users)
    assert found.rents[0] == pytest.approx(3.0, rel=1e-10)
    np.testing.assert_allclose(found.response.requests[0], [6.0, 3.0], rtol=1e-9)
    np.testing.assert_allclose(found.prices[0], [4.0, 7.0], rtol=1e-9)


def test_offers_in_any_order_of_pools() -> None:
    users = smooth([10.0, 10.0, 10.0], np.eye(3).tolist())
    found = auction(book_of([[1.0, 2.0, 1.0]], pool=[1, 0, 1]), [4.0, 6.0], users)
    np.testing.assert_allclose(found.rents, [3.5, 6.0], rtol=1e-9)  # 2 (9 - 2 r) = 4, and 2 (9 - r) = 6
    np.testing.assert_allclose(work_of(found, book_of([[1.0, 2.0, 1.0]], pool=[1, 0, 1])), [4.0, 6.0], rtol=1e-9)


# Supply that rises -------------------------------------------------------------------------------------------


def test_rent_where_demand_meets_rising_cost() -> None:
    """8 - r asked and r / 2 offered: 16/3, and never more than the capacity."""
    book, users = book_of([[1.0]], price=[2.0]), smooth([10.0], [[1.0]])
    found = auction(book, [100.0], users, supply=[RisingCost(2.0)])
    assert found.rents[0] == pytest.approx(16 / 3, rel=1e-9)
    assert found.response.requests[0, 0] == pytest.approx(8 / 3, rel=1e-9)
    full = auction(book, [2.0], users, supply=[RisingCost(2.0)])
    assert full.rents[0] == pytest.approx(6.0, rel=1e-9)


def test_rising_cost_in_one_of_two_pools() -> None:
    """Pool 0 offers r; pool 1 has 3: 2 p - q = 10 - r with p = 1 + r, and 2 q - p = 7."""
    book = book_of([[1.0, 1.0]], pool=[0, 1])
    found = auction(book, [100.0, 3.0], RIVALS, supply=[RisingCost(1.0), FixedCapacity()])
    p = 2 * (11 + 3.5) / 5  # 3 p = 11 + q and q = 3.5 + p / 2
    np.testing.assert_allclose(found.prices[0], [p, 3.5 + p / 2], rtol=1e-9)
    assert found.response.requests[0, 0] == pytest.approx(p - 1, rel=1e-9)


# No machines, no offers --------------------------------------------------------------------------------------


def test_a_pool_without_machines_sells_nothing_at_a_rent_that_is_a_number() -> None:
    book, users = book_of([[1.0]], price=[2.0]), smooth([10.0], [[1.0]])
    found = auction(book, [0.0], users)
    assert found.response.requests[0, 0] == 0.0
    assert found.rents[0] == pytest.approx(8.0, rel=1e-6)  # what the first request would be worth
    assert found.response.nothing[0] == pytest.approx(10.0)
    pair = book_of([[1.0, 1.0]], pool=[0, 1])
    found = auction(pair, [0.0, 2.0], RIVALS)
    assert found.response.requests[0, 0] == 0.0
    assert found.response.requests[0, 1] == pytest.approx(2.0, rel=1e-6)
    # 2 p - q = 10 and 2 q - p = 8.
    np.testing.assert_allclose(found.prices[0], [28 / 3, 26 / 3], rtol=1e-6)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_what_the_first_request_is_worth_does_not_hang_on_the_size_of_the_market(size: float) -> None:
    found = auction(book_of([[1.0]], price=[2.0]), [0.0], smooth([10.0 * size], [[size]]))
    assert found.rents[0] == pytest.approx(8.0, rel=1e-6)


def test_each_pool_has_a_supply_curve() -> None:
    book = book_of([[1.0, 1.0]], pool=[0, 1])
    with pytest.raises(ValueError, match="argument"):
        auction(book, [2.0, 3.0], RIVALS, supply=[FixedCapacity()])


def test_no_offers_is_no_market() -> None:
    book = book_of(np.zeros((1, 0)).tolist())
    nobody, no_offer = np.zeros(1), np.zeros((1, 0))
    empty = Response(no_offer, np.array([3.0]), nobody, nobody, nobody, no_offer, np.zeros((1, 0, 0)), nobody)
    found = auction(book, [5.0], lambda prices: empty, rents=[2.0])
    assert found.rents.tolist() == [0.0]
    assert (found.gap, found.evaluations) == (0.0, 1)
    assert found.response.nothing[0] == 3.0


# Beside the auction ------------------------------------------------------------------------------------------


def test_posted_prices_are_the_list() -> None:
    book = book_of([[1.0, 2.0]], pool=[0, 1], price=[2.0, 3.0])
    book.billed[:] = 0.5
    found = PostedPrices().clear(situation(book, [1.0, 1.0], RIVALS, rents=[7.0, 7.0]))
    assert found.prices.tolist() == [[1.0, 1.5]]
    assert found.rents.tolist() == [0.0, 0.0]
    assert (found.gap, found.evaluations) == (0.0, 1)
    assert found.response.requests.tolist() == [[9.5, 8.0]]


def test_a_mixture_of_responses() -> None:
    one, other = RIVALS(np.array([[1.0, 1.0]])), RIVALS(np.array([[2.0, 3.0]]))
    mixed = one.towards(other, 0.25)
    np.testing.assert_allclose(mixed.requests, 0.75 * one.requests + 0.25 * other.requests)
    np.testing.assert_allclose(mixed.surplus, 0.75 * one.surplus + 0.25 * other.surplus)
    np.testing.assert_allclose(mixed.nothing, 0.75 * one.nothing + 0.25 * other.nothing)


def test_a_mechanism_has_to_say_how_it_clears() -> None:
    with pytest.raises(TypeError, match="clear"):
        Clearing()  # type: ignore[abstract]


def test_what_is_given_cannot_be_changed() -> None:
    book = book_of([[1.0, 1.0]])
    given = situation(book, [2.0], RIVALS)
    for one in (
        given,
        PostedPrices().clear(given),
        RIVALS(book.request_prices()),
        FixedCapacity(),
        RisingCost(1.0),
        ScarcityAuction(),
        PostedPrices(),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(one, fields(one)[0].name if fields(one) else "kind", None)


def test_the_derivative_of_orders() -> None:
    np.testing.assert_array_equal(RIVALS(np.ones((1, 2))).derivative(0), [[-2.0, 1.0], [1.0, -2.0]])
