"""Clearing where demand jumps: each takes what is best, all at once, so that ties have to be shared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from small_books import book_of
from small_markets import Floats, auction, crowd, work_of

from market.exchange.books import Book
from market.exchange.clearing.base import Response
from market.exchange.clearing.scarcity_auction import LARGEST_RENT


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
    segments: Sequence[Sequence[tuple[float, float]]],
    quality: Sequence[Sequence[float]],
    book: Book,
    capacity: Sequence[float],
) -> float:
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


@pytest.mark.parametrize("unit", [1.0, 0.1])
def test_rents_found_pool_by_pool_are_the_same_in_any_money(unit: float) -> None:
    """Users who take no note of the width, and look at both pools: nothing is over-sold, in dollars or in dimes."""
    segments, quality = LADDER
    plain = crowd([[(worth * unit, mass) for worth, mass in people] for people in segments], quality)
    book = book_of([[1.0, 1.0], [1.0, 1.0]], pool=[0, 1], price=[1.0 * unit, 0.5 * unit])
    found = auction(book, [3.0, 2.5], lambda prices, blur=0.0: plain(prices))
    np.testing.assert_allclose(found.rents / unit, [6.0, 4.9], rtol=1e-9)
    assert (work_of(found, book) <= [3.0, 2.5]).all()


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


@pytest.mark.parametrize("capacity", [[0.0, 3.0], [0.0, 0.0], [2.0, 0.0]])
def test_where_demand_jumps_a_pool_without_machines_asks_what_the_first_would_pay(capacity: list[float]) -> None:
    """Eight for a request, less the list price: whoever pays that is the first, and buys where there are machines."""
    book = book_of([[1.0, 1.0]], pool=[0, 1], price=[1.0, 0.5])
    found = auction(book, capacity, crowd(*SUBSTITUTES))
    without = np.array(capacity) == 0
    np.testing.assert_allclose(found.rents[without], np.array([7.0, 7.5])[without], rtol=1e-6)
    np.testing.assert_allclose(found.response.requests[0], capacity, rtol=1e-6)
    np.testing.assert_allclose(found.response.nothing, [10.0 - sum(capacity)], rtol=1e-6)


def test_where_nobody_asks_there_is_no_rent() -> None:
    nobody = crowd([[(6.0, 0.0)]], [[1.0, 1.0]])
    found = auction(book_of([[1.0, 1.0]], pool=[0, 1]), [2.0, 3.0], nobody, rents=[4.0, 0.0])
    assert found.rents.tolist() == [0.0, 0.0]
    assert not found.response.requests.any()
    assert found.gap == 0.0
