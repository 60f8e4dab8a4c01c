"""Clearing by itself, without a model around it: small markets whose rents can be worked out by hand.

Users are either smooth (linear demand for several offers, whose surplus is quadratic) or jump (each takes what is
best, all at once), so that Newton's steps, blurred ties and bisection each have to find what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import FrozenInstanceError, fields
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog
from small_books import book_of

from capacity.errors import InputError
from market.demand.choice import Options, choose
from market.exchange.books import Book
from market.exchange.clearing.base import Cleared, Response, Situation
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import LARGEST_RENT, ScarcityAuction
from market.exchange.supply_curve import FixedCapacity, RisingCost, SupplyCurve

type Floats = NDArray[np.float64]
type Respond = Callable[..., Response]


def smooth(most: Sequence[float], slopes: Sequence[Sequence[float]]) -> Respond:
    """One segment whose orders are ``most - slopes @ prices``, wherever that is 0 or more."""
    top, fall = np.array(most, dtype=np.float64), np.array(slopes, dtype=np.float64)
    choke = np.linalg.solve(fall, top)

    def respond(prices: Floats, blur: float = 0.0) -> Response:
        orders = top - fall @ prices[0]
        short = choke - prices[0]
        surplus = 0.5 * float(short @ fall @ short)
        own = np.diag(fall)
        return Response(
            orders[None, :], top.sum(keepdims=True) - orders.sum(), np.zeros(1), np.zeros(1), np.array([surplus]),
            own[None, :], (np.diag(own) - fall)[None, :, :], np.zeros(1),
        )  # fmt: skip

    return respond


def crowd(
    segments: Sequence[Sequence[tuple[float, float]]], quality: Sequence[Sequence[float]], outside: float | None = 0.0
) -> Respond:
    """Segments of people, each a worth [USD] and requests, who take the best of the offers; ``quality`` by segment."""

    def respond(prices: Floats, blur: float = 0.0) -> Response:
        parts = []
        for people, good, price in zip(segments, quality, prices, strict=True):
            worth, mass = (np.array(column, dtype=np.float64) for column in zip(*people, strict=True))
            table = np.array(good, dtype=np.float64)
            noise = blur / float(np.median(worth))
            what = Options(table, price, np.zeros(table.size, dtype=np.int64), 0.0, noise, outside, 1.0)
            parts.append(choose(what, 1.0 / worth, mass, slopes=1.0))
        none = np.zeros(len(parts))
        return Response(
            np.array([p.shares_sum for p in parts]), np.array([p.nothing for p in parts]), none, none.copy(),
            np.array([p.surplus for p in parts]), np.array([p.own for p in parts]), np.array([p.cross for p in parts]),
            none.copy(),
        )  # fmt: skip

    return respond


def situation(
    book: Book, capacity: Sequence[float], respond: Respond, *, supply: Sequence[SupplyCurve] | None = None,
    rents: Sequence[float] | None = None,
) -> Situation:  # fmt: skip
    return Situation(
        book, np.array(capacity, dtype=np.float64), supply or [FixedCapacity()] * len(capacity), respond,
        np.array(rents if rents is not None else [0.0] * len(capacity), dtype=np.float64),
    )  # fmt: skip


def auction(*args: Any, steps: int = 60, **knobs: Any) -> Cleared:
    return ScarcityAuction(steps=steps).clear(situation(*args, **knobs))


def work_of(cleared: Cleared, book: Book) -> Floats:
    return np.bincount(book.pool, weights=(cleared.response.requests * book.work).sum(axis=0), minlength=book.pools)


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
    far = ScarcityAuction(tolerance=0.3).clear(situation(book, [3.0], users, rents=[4.0]))
    assert far.rents[0] == pytest.approx(5.0)


# Several pools, smooth demand --------------------------------------------------------------------------------

RIVALS = smooth([10.0, 10.0], [[2.0, -1.0], [-1.0, 2.0]])


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


# Demand that jumps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.0, 2.0, 3.0, 40.0])
@pytest.mark.parametrize(
    ("capacity", "price", "bought"),
    [(1.0, 6.0, [1.0, 0.0]), (2.0, None, [2.0, 0.0]), (3.0, 4.0, [2.0, 1.0]), (6.9, 4.0, [2.0, 4.9]), (9.0, 1.0, None)],
)
def test_who_is_indifferent_is_split(start: float, capacity: float, price: float | None, bought: object) -> None:
    """Two requests are worth 6 and five are worth 4, at a list of 1; a rent is the worth of who just gets one."""
    book, users = book_of([[1.0]]), crowd([[(6.0, 2.0), (4.0, 5.0)]], [[1.0]])
    found = auction(book, [capacity], users, rents=[start])
    wanted = 7.0 if bought is None else float(np.sum(bought))
    assert found.response.requests.sum() == pytest.approx(wanted, rel=1e-9)
    assert found.response.nothing[0] == pytest.approx(7.0 - wanted, abs=1e-8)
    if price is None:
        assert 3.0 - 1e-9 <= found.rents[0] <= 5.0 + 1e-9
    else:
        assert found.rents[0] == pytest.approx(price - 1.0, abs=1e-9)
        surplus = 2.0 * max(6.0 - price, 0.0) + 5.0 * max(4.0 - price, 0.0)
        assert found.response.surplus[0] == pytest.approx(surplus, abs=1e-7)
    assert found.evaluations <= 80  # no more than it takes to halve to the last of 52 bits, and to get there
    if capacity in (1.0, 3.0, 6.9):
        assert found.gap == pytest.approx(0.0, abs=1e-9)


def best_welfare(
    segments: Sequence[Sequence[tuple[float, float]]], quality: Sequence[Sequence[float]], book: Book,
    capacity: Sequence[float],
) -> float:  # fmt: skip
    """What the requests are worth beyond list prices when they are assigned as well as can be [USD]."""
    people = [(s, worth, mass) for s, group in enumerate(segments) for worth, mass in group]
    gain = np.array([[worth * quality[s][j] - book.price[j] for j in range(book.offers)] for s, worth, _ in people])
    pairs = list(product(range(len(people)), range(book.offers)))
    of_person = [[float(i == k) for i, _ in pairs] for k in range(len(people))]
    of_pool = [[book.work[people[i][0], j] * (book.pool[j] == k) for i, j in pairs] for k in range(book.pools)]
    found = linprog(-gain.ravel(), np.array(of_person + of_pool), [*(mass for *_, mass in people), *capacity])
    return -float(found.fun)


SUBSTITUTES = [[(8.0, 4.0), (5.0, 4.0), (3.0, 2.0)]], [[1.0, 1.0]]
LADDER = [[(9.0, 2.0), (7.0, 2.0), (4.0, 2.0), (2.0, 2.0)], [(6.0, 3.0), (1.0, 3.0)]], [[1.0, 0.6], [0.8, 0.9]]


@pytest.mark.parametrize("start", [[0.0, 0.0], [3.0, 1.0], [40.0, 40.0], [0.0, 40.0], [40.0, 0.0], [9.0, 1e6]])
@pytest.mark.parametrize(
    ("users", "work", "capacity", "prices"),
    [
        (SUBSTITUTES, [[1.0, 1.0]], [3.0, 3.0], [5.0, 5.0]),  # six of eight who value 5 or more
        (SUBSTITUTES, [[1.0, 1.0]], [1.0, 2.0], [8.0, 8.0]),
        (SUBSTITUTES, [[1.0, 1.0]], [50.0, 2.0], None),
        (LADDER, [[1.0, 1.0], [1.0, 1.0]], [3.0, 2.5], None),
        (LADDER, [[1.0, 2.0], [1.5, 1.0]], [2.2, 4.1], None),
        (LADDER, [[1.0, 1.0], [1.0, 1.0]], [0.5, 50.0], None),
    ],
)
def test_several_pools_without_tastes_reach_the_best_welfare(
    users: tuple[Any, Any], work: Any, capacity: list[float], prices: list[float] | None, start: list[float]
) -> None:
    """Perfect substitutes and ladders of quality: as good as the linear programme that assigns requests."""
    segments, quality = users
    book = book_of(work, pool=[0, 1], price=[1.0, 0.5])
    found = auction(book, capacity, crowd(segments, quality), rents=start)
    best = best_welfare(segments, quality, book, capacity)
    dual = float(found.response.surplus.sum() + np.dot(found.rents, capacity))
    assert dual == pytest.approx(best, rel=1e-6)
    used = work_of(found, book)
    assert (used <= np.array(capacity) * (1 + 1e-9)).all()
    assert (used[found.rents > 1e-6] >= np.array(capacity)[found.rents > 1e-6] * (1 - 1e-5)).all()
    assert found.gap <= 1e-5
    assert found.evaluations <= (100 if users is SUBSTITUTES else 172)  # what a tick may cost: measured, not theory
    masses = [sum(mass for _, mass in people) for people in segments]
    np.testing.assert_allclose(found.response.requests.sum(axis=1) + found.response.nothing, masses, rtol=1e-9)
    if prices is not None:
        np.testing.assert_allclose(found.prices[0], prices, rtol=1e-6)


def test_jumps_that_do_not_blur_are_bracketed_pool_by_pool() -> None:
    """Users who take no note of the width: each pool asks what its own buyers pay at most, and nothing is over-sold."""
    book = book_of([[1.0, 1.0], [1.0, 1.0]], pool=[0, 1])
    plain = crowd([[(6.0, 3.0)], [(4.0, 3.0)]], [[1.0, -np.inf], [-np.inf, 1.0]])

    blurs = []

    def stubborn(prices: Floats, blur: float = 0.0) -> Response:
        blurs.append(blur)
        return plain(prices)

    for start in ([0.0, 0.0], [1.0, 9.0]):
        found = auction(book, [2.0, 1.0], stubborn, rents=start)
        np.testing.assert_allclose(found.rents, [5.0, 3.0], rtol=1e-9)
        assert (work_of(found, book) <= [2.0, 1.0]).all()
        assert blurs[-1] == 0.0  # what users are asked in the end is what they really do
    roomy = auction(book, [2.0, 5.0], stubborn)
    np.testing.assert_allclose(roomy.rents, [5.0, 0.0], atol=1e-9)
    assert work_of(roomy, book)[1] == 3.0


def test_users_for_whom_nothing_is_no_option_wait() -> None:
    """No rent clears: the last one stays, and what does not fit is left to the queue."""
    book, users = book_of([[1.0]]), crowd([[(6.0, 10.0)]], [[1.0]], outside=None)
    found = auction(book, [4.0], users, rents=[2.0])
    assert found.rents[0] == 2.0
    assert found.response.requests[0, 0] == 10.0
    assert found.prices[0, 0] == 3.0
    assert found.gap == pytest.approx((6.0 * 2.0 + 6.0 * 2.0) / 30.0)  # six over, and they pay rent for it
    assert auction(book, [4.0], users).gap == 0.0
    two = book_of([[1.0, 1.0]], pool=[0, 1])
    both = auction(two, [4.0, 3.0], crowd([[(6.0, 10.0)]], [[1.0, 1.0]], outside=None), rents=[2.0, 2.0])
    assert both.response.requests.sum() == pytest.approx(10.0)
    assert (both.rents < LARGEST_RENT).all()


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


def test_where_nobody_asks_there_is_no_rent() -> None:
    nobody = crowd([[(6.0, 0.0)]], [[1.0, 1.0]])
    found = auction(book_of([[1.0, 1.0]], pool=[0, 1]), [2.0, 3.0], nobody, rents=[4.0, 0.0])
    assert found.rents.tolist() == [0.0, 0.0]
    assert not found.response.requests.any()
    assert found.gap == 0.0


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


def test_what_is_given_cannot_be_changed() -> None:
    book = book_of([[1.0, 1.0]])
    given = situation(book, [2.0], RIVALS)
    for one in (given, PostedPrices().clear(given), RIVALS(book.request_prices()), FixedCapacity(), RisingCost(1.0),
                ScarcityAuction(), PostedPrices()):  # fmt: skip
        with pytest.raises(FrozenInstanceError):
            setattr(one, fields(one)[0].name if fields(one) else "kind", None)


def test_the_derivative_of_orders() -> None:
    np.testing.assert_array_equal(RIVALS(np.ones((1, 2))).derivative(0), [[-2.0, 1.0], [1.0, -2.0]])
