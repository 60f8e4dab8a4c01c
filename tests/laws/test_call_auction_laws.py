"""Laws of the call auction: it is a linear program, and nobody can tell in which order it was asked."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from market.exchange.call_auction import CallAuction, CallOutcome

type Book = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

BOOKS = 10_000
QUICK = settings(max_examples=100, deadline=None, derandomize=True)
LOW, MIDDLE, HIGH = CallAuction(0.0), CallAuction(0.5), CallAuction(1.0)

# Prices and quantities with many ties, zeros, and the far ends that must not overflow.
prices = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, 3.0, 1e12]), st.floats(0, 1e12), st.floats(0, 10, allow_subnormal=False)
)
quantities = st.one_of(st.sampled_from([0.0, 1.0, 2.0, 5.0]), st.floats(1e-3, 1e9), st.sampled_from([0.1, 0.2, 0.3]))


def _side(least: int) -> st.SearchStrategy[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    entries = st.lists(st.tuples(prices, quantities), min_size=least, max_size=8)
    return entries.map(lambda pairs: (np.array([p for p, _ in pairs]), np.array([q for _, q in pairs])))


books = st.tuples(_side(0), _side(0)).map(lambda sides: (*sides[0], *sides[1]))
full_books = st.tuples(_side(1), _side(1)).map(lambda sides: (*sides[0], *sides[1]))


# Against a linear program -------------------------------------------------------------------------------


@cache
def random_books() -> list[Book]:
    """Small books on a coarse grid, so that ties and exact fits abound; demand from scarce to excessive."""
    rng = np.random.default_rng(20260101)

    def side(most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        n = int(rng.integers(0, 6))
        return rng.integers(0, 9, n) / 2.0, rng.integers(0, most + 1, n).astype(float)

    return [(*side(int(rng.choice([4, 12]))), *side(6)) for _ in range(BOOKS)]


@cache
def random_outcomes() -> list[CallOutcome]:
    return [LOW.clear(*book) for book in random_books()]


@cache
def program() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Greatest welfare of every book, and a shadow price of its balance, by one sparse program (HiGHS).

    maximise worth x bought - cost x sold, subject to sum bought = sum sold in every book.
    """
    worth, most, sign, row = [], [], [], []
    for index, (bid_price, bid_quantity, ask_price, ask_quantity) in enumerate(random_books()):
        worth += [bid_price, -ask_price]
        most += [bid_quantity, ask_quantity]
        sign += [np.ones(bid_price.size), -np.ones(ask_price.size)]
        row.append(np.full(bid_price.size + ask_price.size, index))
    gain, limit, rows = np.concatenate(worth), np.concatenate(most), np.concatenate(row)
    balance = csr_array((np.concatenate(sign), (rows, np.arange(gain.size))), shape=(BOOKS, gain.size))
    solution = linprog(-gain, A_eq=balance, b_eq=np.zeros(BOOKS), bounds=np.column_stack((np.zeros(gain.size), limit)))
    assert solution.success
    return np.bincount(rows, gain * solution.x, minlength=BOOKS), -solution.eqlin.marginals


def test_welfare_is_that_of_the_linear_program() -> None:
    welfare, _ = program()
    np.testing.assert_allclose([o.welfare for o in random_outcomes()], welfare, rtol=1e-9, atol=1e-9)


def test_shadow_price_lies_between_the_clearing_prices() -> None:
    _, shadow = program()
    for book, outcome, price in zip(random_books(), random_outcomes(), shadow, strict=True):
        if book[1].any() and book[3].any():  # else the interval has no end, and ours stops at a quote
            assert outcome.price_low - 1e-9 <= price <= outcome.price_high + 1e-9


def _cost_of_prices(book: Book, price: float) -> float:
    """The dual: what buyers and sellers gain if all trade as they like at a price; least where it clears."""
    bid_price, bid_quantity, ask_price, ask_quantity = book
    gain = bid_quantity @ np.maximum(bid_price - price, 0) + ask_quantity @ np.maximum(price - ask_price, 0)
    return float(gain)


def test_clearing_prices_are_those_of_the_dual_program_and_no_others() -> None:
    welfare, _ = program()
    for book, outcome, best in zip(random_books(), random_outcomes(), welfare, strict=True):
        for price in (outcome.price_low, outcome.price_high):
            assert _cost_of_prices(book, price) == pytest.approx(best, rel=1e-9, abs=1e-9)
        if book[1].any() and book[3].any():
            assert _cost_of_prices(book, outcome.price_low - 0.1) > best + 0.01
            assert _cost_of_prices(book, outcome.price_high + 0.1) > best + 0.01


def test_as_much_is_traded_as_any_price_allows() -> None:
    for book, outcome in zip(random_books(), random_outcomes(), strict=True):
        bid_price, bid_quantity, ask_price, ask_quantity = book
        at_quotes = [
            min(bid_quantity[bid_price >= p].sum(), ask_quantity[ask_price <= p].sum())
            for p in (*bid_price, *ask_price)
        ]
        assert outcome.quantity == max(at_quotes, default=0.0)


def test_shortage_is_demand_beyond_supply_at_the_low_end() -> None:
    outcomes = random_outcomes()
    for (bid_price, bid_quantity, ask_price, ask_quantity), outcome in zip(random_books(), outcomes, strict=True):
        wanted = bid_quantity[bid_price >= outcome.price_low].sum()
        offered = ask_quantity[ask_price <= outcome.price_low].sum()
        assert outcome.shortage == (wanted > offered)
    assert 0.2 < np.mean([outcome.shortage for outcome in outcomes]) < 0.8


# Laws on any book ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("auction", [LOW, MIDDLE, HIGH], ids=str)
@QUICK
@given(book=books)
def test_feasible_balanced_and_worth_while(auction: CallAuction, book: Book) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    outcome = auction.clear(*book)
    numbers = [outcome.price, outcome.quantity, outcome.welfare, outcome.price_low, outcome.price_high]
    assert np.isfinite(numbers).all()
    assert outcome.price_low <= outcome.price <= outcome.price_high
    assert outcome.welfare >= 0
    for traded, offered in ((outcome.bought, bid_quantity), (outcome.sold, ask_quantity)):
        assert np.isfinite(traded).all()
        assert (traded >= 0).all()
        assert (traded <= offered).all()
        assert traded.sum() == pytest.approx(outcome.quantity, rel=1e-12, abs=0)
    # Budget balance (what buyers pay is what sellers get) is the sum above; nobody pays above worth or
    # is paid below cost, not even by a rounding error.
    assert (bid_price[outcome.bought > 0] >= outcome.price).all()
    assert (ask_price[outcome.sold > 0] <= outcome.price).all()


@QUICK
@given(book=books)
def test_nobody_who_gains_is_left_out(book: Book) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    outcome = MIDDLE.clear(*book)
    gains = (bid_price > outcome.price, ask_price < outcome.price)
    slack = 1e-11 * max(bid_quantity.sum(), ask_quantity.sum())
    assert (bid_quantity - outcome.bought)[gains[0]].sum() <= slack
    assert (ask_quantity - outcome.sold)[gains[1]].sum() <= slack


@QUICK
@given(book=books, seed=st.integers(0, 2**32 - 1))
def test_order_of_the_book_changes_nothing_to_the_bit(book: Book, seed: int) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    rng = np.random.default_rng(seed)
    bid, ask = rng.permutation(bid_price.size), rng.permutation(ask_price.size)
    before = MIDDLE.clear(*book)
    after = MIDDLE.clear(bid_price[bid], bid_quantity[bid], ask_price[ask], ask_quantity[ask])
    for name in ("price", "quantity", "price_low", "price_high", "shortage", "welfare"):
        assert getattr(before, name) == getattr(after, name)
    np.testing.assert_array_equal(before.bought[bid], after.bought)
    np.testing.assert_array_equal(before.sold[ask], after.sold)
    for mine, theirs, order, price in (
        (before.marginal_bid, after.marginal_bid, bid, bid_price),
        (before.marginal_ask, after.marginal_ask, ask, ask_price),
    ):
        assert (mine < 0) == (theirs < 0)
        assert mine < 0 or price[mine] == price[order[theirs]]


@QUICK
@given(book=books)
def test_equal_prices_get_equal_shares(book: Book) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    outcome = LOW.clear(*book)
    for price, offered, traded in (
        (bid_price, bid_quantity, outcome.bought),
        (ask_price, ask_quantity, outcome.sold),
    ):
        for level in np.unique(price[offered > 0]):
            share = (traded / np.where(offered > 0, offered, 1))[(price == level) & (offered > 0)]
            np.testing.assert_allclose(share, share[0], rtol=1e-12)


@QUICK
@given(book=full_books, more=st.tuples(prices, quantities))
def test_more_supply_never_raises_the_price_and_more_demand_never_lowers_it(
    book: Book, more: tuple[float, float]
) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    supplied = (bid_price, bid_quantity, np.append(ask_price, more[0]), np.append(ask_quantity, more[1]))
    demanded = (np.append(bid_price, more[0]), np.append(bid_quantity, more[1]), ask_price, ask_quantity)
    for auction in (LOW, HIGH):
        # From an empty side, the end that had no end moves from the one quote to the other.
        before = auction.clear(*book).price
        if bid_quantity.any() and (auction is LOW or ask_quantity.any()):
            assert auction.clear(*supplied).price <= before
        if ask_quantity.any() and (auction is HIGH or bid_quantity.any()):
            assert auction.clear(*demanded).price >= before


@QUICK
@given(book=books, factor=st.sampled_from([0.125, 2.0, 1024.0]))
def test_units_do_not_matter(book: Book, factor: float) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    before = LOW.clear(*book)
    dearer = LOW.clear(bid_price * factor, bid_quantity, ask_price * factor, ask_quantity)
    bigger = LOW.clear(bid_price, bid_quantity * factor, ask_price, ask_quantity * factor)
    assert dearer.price == before.price * factor
    assert dearer.quantity == before.quantity
    assert bigger.price == before.price
    assert bigger.quantity == before.quantity * factor


@QUICK
@given(book=books)
def test_empty_entries_change_nothing(book: Book) -> None:
    bid_price, bid_quantity, ask_price, ask_quantity = book
    before = LOW.clear(*book)
    after = LOW.clear(
        np.append(bid_price, 2.5),
        np.append(bid_quantity, 0),
        np.append(ask_price, 0),
        np.append(ask_quantity, 0),
    )
    assert (after.price, after.price_high, after.welfare) == (before.price, before.price_high, before.welfare)
    np.testing.assert_array_equal(after.bought[:-1], before.bought)
    np.testing.assert_array_equal(after.sold[:-1], before.sold)
