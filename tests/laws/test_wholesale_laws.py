"""Laws of the wholesale market: machines are given out once, in the order of rights, at one price."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.exchange.call_auction import CallAuction
from market.supply.contract import Contract
from market.supply.specs import Hyperscaler
from market.supply.wholesale import Allotment, Bids, Wholesale
from scenarios.laws.law import quick
from scenarios.laws.plain_economies import market_of, must_be_same, people, run, seller

amounts = st.sampled_from([0.0, 0.1, 1.0, 7.5, 100.0, 1e9])
values = st.sampled_from([0.0, 0.5, 2.0, 9.0, 1e12])


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    owners, buyers = draw(st.integers(0, 3)), draw(st.integers(0, 3))

    def some(count: int, of: st.SearchStrategy[float]) -> np.ndarray:
        return np.array([draw(of) for _ in range(count)], dtype=float)

    count = draw(st.integers(0, 4)) if owners and buyers else 0
    parties = [(draw(st.integers(0, owners - 1)), draw(st.integers(0, buyers - 1))) for _ in range(count)]
    number = draw(st.integers(0, 5)) if buyers else 0
    who = np.array([draw(st.integers(0, buyers - 1)) for _ in range(number)], dtype=np.int64)
    bids = Bids(who, some(number, values), some(number, amounts), np.zeros(number))
    return {
        "owned": some(owners, amounts),
        "first_party": some(owners, amounts),
        "asks": some(owners, values),
        "contracts": [Contract(f"h{s}", f"p{b}", draw(amounts), draw(values)) for s, b in parties],
        "parties": parties,
        "bids": bids,
        "providers": buyers,
        "tick_hours": draw(st.sampled_from([1.0, 0.25])),
    }


def check(a: Allotment, asked: dict[str, Any]) -> None:
    np.testing.assert_allclose(a.first_party + a.contracted + a.sold_spot + a.idle, a.owned, rtol=1e-12, atol=1e-9)
    for values_of in (a.first_party, a.contracted, a.short, a.sold_spot, a.by_contract, a.spot):
        assert np.isfinite(values_of).all()
        assert (values_of >= 0).all()
    assert (a.idle >= -1e-9 * a.owned).all()
    assert a.spot.sum() == pytest.approx(a.sold_spot.sum(), rel=1e-12)
    assert a.by_contract.sum() == pytest.approx(a.contracted.sum(), rel=1e-12)
    assert (a.first_party <= np.maximum(asked["first_party"], 0) * (1 + 1e-12)).all()
    assert np.isfinite(a.price)
    for buyer in range(asked["providers"]):
        bids = asked["bids"]
        wanted = bids.quantity[(bids.provider == buyer) & (bids.price >= a.price)].sum()
        assert a.spot[buyer] <= wanted * (1 + 1e-12)
    for owner, sold in enumerate(a.sold_spot):
        assert sold == 0 or asked["asks"][owner] <= a.price


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
@quick(60)
@given(asked=situations())
def test_machines_are_given_out_once(weight: float, asked: dict[str, Any]) -> None:
    check(Wholesale(CallAuction(weight)).allot(**asked), asked)


@quick(40)
@given(asked=situations(), data=st.data())
def test_order_changes_nothing(asked: dict[str, Any], data: st.DataObject) -> None:
    turn = data.draw(st.permutations(range(asked["owned"].size)))
    back = {owner: place for place, owner in enumerate(turn)}
    order = data.draw(st.permutations(range(len(asked["contracts"]))))
    mixed = asked | {name: asked[name][list(turn)] for name in ("owned", "first_party", "asks")}
    mixed["contracts"] = [asked["contracts"][k] for k in order]
    mixed["parties"] = [(back[asked["parties"][k][0]], asked["parties"][k][1]) for k in order]
    places = data.draw(st.permutations(range(asked["bids"].provider.size)))
    mixed["bids"] = Bids(*(values[list(places)] for values in asked["bids"]))
    one, other = Wholesale().allot(**asked), Wholesale().allot(**mixed)
    assert one.price == other.price
    for name in ("first_party", "contracted", "short", "sold_spot", "idle"):
        np.testing.assert_allclose(getattr(one, name)[list(turn)], getattr(other, name), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(one.spot, other.spot, rtol=1e-9, atol=1e-9)


@quick(40)
@given(asked=situations())
def test_a_seller_in_want_shorts_all_contracts_alike(asked: dict[str, Any]) -> None:
    a = Wholesale().allot(**asked)
    hours = asked["tick_hours"]
    kept: dict[int, list[float]] = {}
    for contract, (owner, _), delivered in zip(asked["contracts"], asked["parties"], a.by_contract, strict=True):
        if contract.racks > 0:
            kept.setdefault(owner, []).append(float(delivered) / (contract.racks * hours))
    for shares in kept.values():
        assert max(shares) - min(shares) <= 1e-9
        assert max(shares) <= 1 + 1e-12
    for owner in np.flatnonzero(a.short > 1e-9 * a.owned):
        assert a.sold_spot[owner] == pytest.approx(0.0, abs=1e-9 * a.owned[owner])


def test_first_party_then_contracts_then_spot() -> None:
    agents = (people(users=5e4), seller("p", racks=0.0, spot=True), seller("q", racks=0.0, spot=True, quality=1.2))
    cloud = Hyperscaler("cloud", 100.0, first_party=0.5, reserve=0.2)
    model = run(market_of(*agents, cloud, contracts=(Contract("cloud", "p", 30.0, 1.0),)), 3)
    last = {
        name: model.records.series("wholesale", name)[-1] for name in ("first_party", "contracted", "sold_spot", "idle")
    }
    assert last == pytest.approx({"first_party": 50.0, "contracted": 30.0, "sold_spot": 20.0, "idle": 0.0})
    assert model.records.series("ticks", "spot_price")[-1] >= 0.2


def test_contracts_begin_and_end() -> None:
    terms = (Contract("cloud", "p", 30.0, 1.0, first_tick=2, ticks=3), Contract("cloud", "p", 5.0, 9.0, first_tick=4))
    model = run(market_of(people(), seller("p"), Hyperscaler("cloud", 100.0), contracts=terms), 8)
    delivered = model.records.series("wholesale", "contracted")
    np.testing.assert_allclose(delivered, [0, 0, 30, 30, 35, 5, 5, 5])


def test_owners_split_in_two_change_nothing() -> None:
    agents = (people(users=5e3), seller("p", racks=0.0, spot=True), seller("q", 2.0, racks=10.0, spot=True))
    one = run(market_of(*agents, Hyperscaler("cloud", 100.0, reserve=0.3)), 6)
    two = run(market_of(*agents, Hyperscaler("west", 60.0, reserve=0.3), Hyperscaler("east", 40.0, reserve=0.3)), 6)
    must_be_same(one, two, but=("cloud", "west", "east"))


def test_nobody_to_rent_from_and_nobody_who_rents() -> None:
    for agents in ((seller("p", racks=0.0, spot=True),), (seller("p", racks=3.0),), ()):
        for cloud in ((), (Hyperscaler("cloud", 0.0),), (Hyperscaler("cloud", 10.0, first_party=1.0),)):
            model = run(market_of(people(), *agents, *cloud), 4)
            assert model.records.series("providers", "spot").sum() == 0
            assert np.isfinite(model.records.series("ticks", "spot_price")).all()
