from __future__ import annotations

import numpy as np
import pytest

from market.exchange.call_auction import CallAuction, CallOutcome

ASKS = ([1, 2, 4], [40, 30, 20])


def test_published_instance() -> None:
    outcome = CallAuction().clear([10, 5, 3, 1.5], [30, 20, 15, 30], *ASKS)
    assert (outcome.quantity, outcome.price, outcome.welfare) == (65, 2, 355)
    assert not outcome.shortage
    assert outcome.bought.tolist() == [30, 20, 15, 0]
    assert outcome.sold.tolist() == [40, 25, 0]
    assert (outcome.price_low, outcome.price_high) == (2, 2)
    assert (outcome.marginal_bid, outcome.marginal_ask) == (2, 1)


def test_published_instance_in_shortage() -> None:
    outcome = CallAuction().clear([10, 6, 3], [60, 60, 15], *ASKS)
    assert (outcome.quantity, outcome.price, outcome.welfare) == (90, 6, 600)
    assert outcome.shortage
    assert outcome.bought.tolist() == [60, 30, 0]
    assert outcome.sold.tolist() == [40, 30, 20]


@pytest.mark.parametrize(("weight", "price"), [(0, 3), (0.25, 3.75), (0.5, 4.5), (1, 6)])
def test_price_weight_divides_the_interval(weight: float, price: float) -> None:
    # Served: bid 8 and ask 2. Left out: bid 3 and ask 6, which bound the price on either side.
    outcome = CallAuction(weight).clear([8, 3], [10, 10], [2, 6], [10, 10])
    assert (outcome.price_low, outcome.price_high) == (3, 6)
    assert outcome.price == price
    assert outcome.quantity == 10
    assert outcome.welfare == 60


def test_one_buyer_and_one_seller_halve_the_gain() -> None:
    outcome = CallAuction(0.5).clear([10], [1], [4], [1])  # Chatterjee and Samuelson (1983), k = 1/2
    assert outcome.price == 7


def test_equals_at_the_margin_share_pro_rata_on_both_sides() -> None:
    scarce = CallAuction().clear([9, 5, 5, 5], [10, 30, 20, 10], [1, 1], [20, 20])
    assert scarce.bought.tolist() == [10, 15, 10, 5]
    assert scarce.price == 5
    assert scarce.marginal_bid == 1
    slack = CallAuction().clear([9, 5], [10, 20], [1, 3, 3], [10, 60, 20])
    assert slack.sold.tolist() == [10, 15, 5]
    assert (slack.price, slack.shortage, slack.marginal_ask) == (3, False, 1)


def test_trade_without_gain_takes_place() -> None:
    outcome = CallAuction().clear([5], [10], [5], [4])
    assert (outcome.quantity, outcome.price, outcome.welfare, outcome.shortage) == (4, 5, 0, True)


@pytest.mark.parametrize(
    ("book", "low", "high", "shortage"),
    [
        (([], [], [], []), 0, 0, False),
        (([7, 3], [1, 1], [], []), 7, 7, True),
        (([], [], [4, 2], [1, 1]), 2, 2, False),
        (([3, 1], [1, 1], [4, 6], [1, 1]), 3, 4, True),
        (([9, 3], [0, 1], [1, 6], [0, 1]), 3, 6, True),  # quantities of 0 set no price
        (([9], [0], [1], [0]), 0, 0, False),
    ],
)
def test_no_trade(
    book: tuple[list[float], list[float], list[float], list[float]], low: float, high: float, shortage: bool
) -> None:
    outcome = CallAuction().clear(*book)
    assert (outcome.price, outcome.price_low, outcome.price_high) == (low, low, high)
    assert outcome.shortage is shortage
    assert (outcome.quantity, outcome.welfare) == (0, 0)
    assert (outcome.marginal_bid, outcome.marginal_ask) == (-1, -1)
    assert outcome.bought.tolist() == [0] * len(book[0])
    assert outcome.sold.tolist() == [0] * len(book[2])


def test_idle_supply_above_the_price_does_not_end_a_shortage() -> None:
    outcome = CallAuction().clear([10, 6], [60, 60], [1, 7], [60, 30])
    assert (outcome.price, outcome.price_high, outcome.shortage) == (6, 7, True)


def test_rounding_does_not_set_the_price() -> None:
    # 0.1 + 0.1 + 0.1 > 0.3 in binary; what is left of the last bid must not count as unserved.
    outcome = CallAuction().clear([5, 5, 5], [0.1, 0.1, 0.1], [1], [0.3])
    assert (outcome.price, outcome.shortage) == (1, False)
    outcome = CallAuction(1).clear([5], [0.3], [1, 1, 1], [0.1, 0.1, 0.1])
    assert outcome.price == 5


def test_far_prices_lose_no_welfare() -> None:
    outcome = CallAuction().clear([1e12, 1e12 - 1], [3, 3], [1e12 - 2, 0], [3, 3])
    assert outcome.price == 1e12 - 2
    assert outcome.welfare == 3e12 + 3


def test_tiny_beside_huge() -> None:
    outcome = CallAuction().clear([9, 8, 7], [1e15, 1e-5, 1e15], [1], [1.5e15])
    assert outcome.bought.tolist() == [1e15, 1e-5, 5e14]


def test_large_book() -> None:
    rng = np.random.default_rng(1)
    bid_price, ask_price = rng.lognormal(size=(2, 50_000))
    outcome: CallOutcome = CallAuction().clear(bid_price, np.ones(50_000), ask_price, np.ones(50_000))
    assert outcome.quantity == pytest.approx(25_000, rel=0.02)
    assert outcome.price == pytest.approx(1, rel=0.02)
    assert outcome.bought.sum() == outcome.sold.sum() == outcome.quantity


@pytest.mark.parametrize(
    ("book", "message"),
    [
        (([1, 2], [1], [1], [1]), "bid_price has 2 entries and bid_quantity 1"),
        (([1], [1], [1, 2], [1]), "ask_price has 2 entries and ask_quantity 1"),
        (([1, 1], [1, -2], [1], [1]), r"bid_quantity\[1\] is -2.0; allowed is a number from 0"),
        (([1], [1], [np.nan], [1]), r"ask_price\[0\] is nan; allowed"),
        (([np.inf], [1], [1], [1]), r"bid_price\[0\] is inf; allowed"),
        (([1], [1], [1], [np.inf]), r"ask_quantity\[0\] is inf; allowed"),
        (([[1]], [[1]], [1], [1]), "bid_price has 2 dimensions"),
    ],
)
def test_bad_books_are_named(book: tuple[list[float], ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CallAuction().clear(*book)


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_bad_price_weight_is_named(weight: float) -> None:
    with pytest.raises(ValueError, match="price_weight is"):
        CallAuction(weight)
