"""The ledger by itself: who has what after payments that are written out."""

from __future__ import annotations

import pytest

from capacity.errors import InputError
from market.exchange.ledger import OUTSIDE, Ledger, Payment


def paid() -> Ledger:
    ledger = Ledger(["a", "b", "c"])
    ledger.pay("users' income", "a", 10.0, "income")
    ledger.pay("a", "b", 4.0, "rent")
    ledger.pay("a", "b", 1.5, "rent")
    ledger.pay("b", "a", 1.0, "wages")
    ledger.pay("b", "power", 2.0, "power")
    return ledger


def test_balances() -> None:
    ledger = paid()
    assert ledger.names == ("a", "b", "c", *OUTSIDE)
    assert [ledger[name] for name in ("a", "b", "c")] == [5.5, 2.5, 0.0]
    assert (ledger["users' income"], ledger["power"], ledger["staff"]) == (-10.0, 2.0, 0.0)
    assert (ledger.inside_total, ledger.outside_total) == (8.0, -8.0)


def test_flows_by_kind() -> None:
    ledger = paid()
    assert ledger.flows == {
        ("users' income", "a", "income"): 10.0,
        ("a", "b", "rent"): 5.5,
        ("b", "a", "wages"): 1.0,
        ("b", "power", "power"): 2.0,
    }
    assert (ledger.net("a"), ledger.net("b"), ledger.net("c")) == (5.5, 2.5, 0.0)
    assert (ledger.net("a", "rent"), ledger.net("b", "rent"), ledger.net("a", "wages")) == (-5.5, 5.5, 1.0)
    assert (ledger.net("b", "wages"), ledger.net("a", "power"), ledger.net("power", "power")) == (-1.0, 0.0, 2.0)
    frame = ledger.frame()
    assert list(frame.columns) == ["payer", "receiver", "kind", "usd"]
    assert frame.iloc[1].tolist() == ["a", "b", "rent", 5.5]
    assert len(frame) == 4


def test_a_new_tick_keeps_balances_and_forgets_flows() -> None:
    ledger = paid()
    ledger.new_tick()
    assert ledger.flows == {}
    assert ledger.frame().empty
    assert ledger.net("a") == 0.0
    assert ledger["a"] == 5.5
    ledger.pay("a", "b", 1.0, "rent")
    assert ledger.net("a") == -1.0


def test_nothing_and_negative_amounts() -> None:
    ledger = Ledger(["a", "b"])
    ledger.pay("a", "b", 0.0, "rent")
    assert ledger.flows == {}
    ledger.pay("a", "b", -3.0, "rent")
    assert (ledger["a"], ledger["b"]) == (3.0, -3.0)
    assert ledger.flows == {("a", "b", "rent"): -3.0}
    ledger.pay("a", "b", 1e-300, "rent")
    ledger.pay("b", "a", 1.0, "rent")
    assert len(ledger.flows) == 2


def test_payments_are_posted_in_their_order() -> None:
    ledger = Ledger(["a", "b"])
    ledger.post(
        [Payment("a", "b", 2.0, "rent"), Payment("b", "capital", 0.5, "capital"), Payment("a", "b", 1.0, "rent")]
    )
    assert [*ledger.flows.items()] == [(("a", "b", "rent"), 3.0), (("b", "capital", "capital"), 0.5)]
    assert (ledger["a"], ledger["b"]) == (-3.0, 2.5)


def test_another_account_stands_behind_the_others_inside() -> None:
    ledger = paid()
    ledger.open("d")
    assert ledger.names == ("a", "b", "c", "d", *OUTSIDE)
    assert [ledger[name] for name in ("a", "b", "c", "d")] == [5.5, 2.5, 0.0, 0.0]
    assert (ledger["users' income"], ledger["power"], ledger["staff"]) == (-10.0, 2.0, 0.0)
    ledger.pay("d", "staff", 1.0, "burn")
    assert (ledger.inside_total, ledger.outside_total) == (7.0, -7.0)
    ledger.open("e")
    assert ledger.names == ("a", "b", "c", "d", "e", *OUTSIDE)
    ledger.pay("e", "d", 2.0, "rent")
    assert (ledger["d"], ledger["e"], ledger["staff"]) == (1.0, -2.0, 1.0)


def test_names_that_are_taken_are_named() -> None:
    with pytest.raises(InputError, match=r"names must differ, got \['a', 'b', 'a'\]"):
        Ledger(["a", "b", "a"])
    with pytest.raises(InputError, match="'power' is an account of the outside world"):
        Ledger(["a", "power", "staff"])
    with pytest.raises(InputError, match="there is an account 'b' already"):
        Ledger(["a", "b"]).open("b")
    with pytest.raises(InputError, match="'staff' already"):
        Ledger(["a"]).open("staff")


def test_an_empty_ledger() -> None:
    ledger = Ledger([])
    assert ledger.names == OUTSIDE
    ledger.pay("capital", "power", 2.0, "power")
    assert (ledger.inside_total, ledger.outside_total) == (0.0, 0.0)
