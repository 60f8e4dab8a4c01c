"""Explaining: every path in words, with numbers that are those of the records."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from capacity import Workload
from capacity.errors import InputError, UnknownNameError
from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.simulation.describe import hours, money, number, share
from market.supply.contract import Contract
from market.supply.quotas import FixedQuota
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier

USERS = Segment("users", Workload(0, 1_000_000), 500.0, 20, worth_usd=10.0, worth_spread=0.7, patience_h=1.0)
CLOUD = Hyperscaler("cloud", 200.0, reserve=0.5)


def shop(racks: float = 100.0, spot: bool = False, **tier: Any) -> Provider:
    return Provider("shop", (Offer("offer", 3.0, 1.0, tier=Tier(**tier)),), pools=(Pool(racks),), spot=spot)


def words(*providers: Provider, offer: str = "offer", segment: Any = USERS, ticks: int = 4, **other: Any) -> str:
    model = TokenMarket(Economy((segment,), providers, **other), rng=1)
    model.run_for(ticks)
    text = model.explain(offer)
    assert not re.search(r"\b(nan|inf)\b", text)
    assert all(line == line.strip() for line in text.splitlines())
    return text


BOTH = pytest.mark.parametrize("clearing", [PostedPrices(), ScarcityAuction()], ids=str)


@BOTH
@pytest.mark.parametrize("whole", [False, True])
def test_plenty(clearing: Clearing, whole: bool) -> None:
    text = words(shop(1e6), clearing=clearing, whole=whole)
    assert "machines were not the limit" in text
    assert "nobody was left waiting or turned away" in text
    assert "users 100 %" in text


def test_shortage_at_posted_prices() -> None:
    text = words(shop(50.0))
    assert "used 50 of 50 rack-hours (100 %); machines were the limit" in text
    assert re.search(r"requests waited at its end", text)
    assert re.search(r"lost patience and left", text)


def test_shortage_in_an_auction() -> None:
    text = words(shop(50.0), clearing=ScarcityAuction())
    assert "with the scarcity rent users paid" in text
    assert re.search(r"A rack-hour more was worth \$\d", text)
    assert "The marginal buyers are users" in text


@BOTH
def test_no_machines(clearing: Clearing) -> None:
    text = words(shop(0.0), clearing=clearing)
    assert "had no machines in this tick" in text
    assert "Machines: it had none." in text


def test_deadlines() -> None:
    assert "turned away at the deadline" in words(shop(50.0, deadline_h=0.0))


def test_nobody_buys() -> None:
    closed = Provider("shop", (Offer("offer", 3.0, 1.0, open_to=()),), pools=(Pool(9.0),))
    assert "Buyers: nobody ordered it." in words(closed)
    nobody = Segment("users", Workload(0, 1_000_000), 0.0)
    assert "Buyers: nobody ordered it." in words(shop(), segment=nobody)


@pytest.mark.parametrize("racks", [20.0, 1e5])
def test_spot(racks: float) -> None:
    text = words(shop(0.0, spot=True), hyperscalers=(Hyperscaler("cloud", racks, reserve=0.5),))
    assert "rented on the spot market" in text
    assert ("the marginal seller set the price" in text) == (racks > 1e3)


def test_contracts_and_machines_of_its_own() -> None:
    text = words(shop(7.0), hyperscalers=(CLOUD,), contracts=(Contract("cloud", "shop", 5.0, 1.0),))
    assert "7 rack-hours of its own, 5 rack-hours under contract" in text


def test_curves() -> None:
    curve = CurveSegment("curve", (LinearDemand(20.0, 0.1),))
    for clearing in (PostedPrices(), ScarcityAuction()):
        assert "curve 100 %" in words(shop(50.0), segment=curve, clearing=clearing)


def test_every_offer_of_a_provider_with_several_pools() -> None:
    two = Provider(
        "shop", (Offer("offer", 3.0, 1.0), Offer("other", 3.0, 1.0, pool="b")), pools=(Pool(9.0), Pool(1e5, "b"))
    )
    assert "pool shop/main used 9 of 9" in words(two)
    assert "pool shop/b used" in words(two, offer="other")


def test_an_earlier_tick() -> None:
    model = TokenMarket(Economy((USERS,), (shop((10.0, 1e6)),)), rng=1)
    model.run_for(4)
    assert "machines were the limit" in model.explain("offer", 0)
    assert "machines were not the limit" in model.explain("offer", 1)
    assert model.explain("offer") == model.explain("offer", 3)
    assert "tick 2: Thursday 01 January 2026, 02:00 UTC" in model.explain("offer", 2)


@pytest.mark.parametrize("tick", [-1, 4, 100, 1.5, "1"])
def test_ticks_that_have_not_been(tick: Any) -> None:
    model = TokenMarket(Economy((USERS,), (shop(),)), rng=1)
    model.run_for(4)
    with pytest.raises(InputError, match=f"tick.* is .*{tick}"):
        model.explain("offer", tick)


def test_nothing_to_explain() -> None:
    model = TokenMarket(Economy((USERS,), (shop(),)), rng=1)
    with pytest.raises(InputError, match="nothing has been run"):
        model.explain("offer")
    with pytest.raises(UnknownNameError, match=r"'ofer' \(did you mean 'offer'\?\)"):
        model.explain("ofer")


def test_quantities_in_words() -> None:
    assert [number(x) for x in (0, 1.234, 99.4, 1234.5, 2.5e6, 3e9, 4.56e12, -2e6)] == [
        "0",
        "1.23",
        "99.4",
        "1,234",
        "2.5 million",
        "3 billion",
        "4.56 trillion",
        "-2 million",
    ]
    assert [money(x) for x in (0, 0.0123, 0.5, 1234.5, 2e6)] == ["$0.00", "$0.0123", "$0.50", "$1,234.50", "$2 million"]
    assert [share(x) for x in (0, 0.003, 0.45, 1)] == ["0 %", "0.3 %", "45 %", "100 %"]
    assert [hours(x) for x in (0, 1e-150, 0.001, 0.5, 3)] == [
        "0 seconds",
        "less than a millisecond",
        "3.6 seconds",
        "30 minutes",
        "3 hours",
    ]


def test_a_quota_and_what_a_user_brings() -> None:
    offer = Offer("offer", 0.0, tier=Tier(quota_per_day=96.0, window_h=5.0), fixed_price=True)
    given = replace(offer, user_worth_usd_per_month=3.0)
    text = words(Provider("shop", (given,), pools=(Pool(1e6),), quotas=FixedQuota()))
    assert (
        "could make 96 requests of it a day, 100 % of the 96 that are listed; a user is held to be worth $3.00" in text
    )
    paid = words(Provider("shop", (replace(offer, fee_usd_per_month=20.0),), pools=(Pool(1e6),)))
    assert "a user pays $20.00 a month for it." in paid
    assert "Quota" not in words(shop(1e6))
