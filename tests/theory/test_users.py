"""Theories of users with other numbers: nests, their elasticities, who comes and goes, and money without an anchor."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from market import TokenMarket
from market.demand.growth import Adopters, Adoption
from market.demand.income import Income
from market.demand.nests import Nest
from market.demand.segment import LocalMachine, Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.cost_plus import CostPlus
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier
from scenarios.studies.elasticities import STEP, elasticities, groups
from scenarios.verification.nests import NestedLogit, market_prices
from scenarios.verification.setups import UNIT, buyers, run

type Floats = NDArray[np.float64]


@st.composite
def theories(draw: st.DrawFn, most: int = 3) -> NestedLogit:
    """Nested logits of some goods in up to three nests."""
    goods, nests = draw(st.integers(1, most)), draw(st.integers(1, 3))
    nest = tuple(draw(st.integers(0, nests - 1)) for _ in range(goods))
    number = {g: k for k, g in enumerate(dict.fromkeys(nest))}
    return NestedLogit(
        tuple(draw(st.floats(0, 3)) for _ in range(goods)),
        tuple(number[g] for g in nest),
        tuple(draw(st.floats(0.25, 1.0)) for _ in number),
        draw(st.floats(0.3, 2.0)),
        draw(st.floats(-0.5, 1.0)),
    )


@settings(max_examples=8, deadline=None, derandomize=True)
@given(theory=theories(), cost=st.lists(st.floats(0.1, 2.0), min_size=4, max_size=4), data=st.data())
def test_nobody_gains_by_another_price_where_options_are_in_nests(
    theory: NestedLogit, cost: list[float], data: st.DataObject
) -> None:
    """First-order conditions of every owner, at the prices in which the model settles."""
    goods = len(theory.quality)
    owner = sorted(data.draw(st.integers(0, 2)) for _ in range(goods))
    price, bought = market_prices(theory, cost[:goods], owner)
    share, _, _ = theory.shares(price)
    np.testing.assert_allclose(bought, share, rtol=1e-9)
    slopes = share[:, None] * theory.elasticities(price) / price
    same = np.equal.outer(owner, owner)
    sold = share > 1e-3  # a good that hardly anybody buys is left where it is once it is dear enough
    left = 1.0 + (same * slopes).T @ (price - cost[:goods]) / share
    np.testing.assert_allclose(left[sold], 0.0, atol=1e-6)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(theory=theories(), data=st.data())
def test_elasticities_and_diversion_are_those_of_the_formula(theory: NestedLogit, data: st.DataObject) -> None:
    """What ``tokenmarket elasticities`` finds by asking, against shares of nested logit at the same prices."""
    goods = len(theory.quality)
    price = np.array([data.draw(st.floats(0.2, 2.0)) for _ in range(goods)])
    kinds = ["frontier" if k % 2 else "open" for k in range(goods)]
    sellers = tuple(
        Provider(f"firm {k}", (Offer(f"good {k}", price[k], theory.quality[k]),), pools=(Pool(1e9),), kind=kinds[k])
        for k in range(goods)
    )
    model = TokenMarket(Economy((theory.segment(),), sellers), rng=1)
    model.run_for(1)
    tried = elasticities(model, 1, groups(model))
    for name, group in (("all", np.ones(goods, dtype=bool)), ("open sellers", np.array(kinds) == "open")):
        up, down = (theory.shares(np.where(group, price * factor, price))[0] for factor in (1 + STEP, 1 / (1 + STEP)))
        expected = math.log(up[group].sum() / down[group].sum()) / (2 * math.log1p(STEP))
        assert tried[name].elasticity == pytest.approx(expected, rel=1e-9)
        lost = (down - up)[group].sum()
        gone = tried[name].diversion
        assert gone["given up, or not asked any more"] == pytest.approx((down - up).sum() / lost, rel=1e-7, abs=1e-9)
        if name == "open sellers" and "frontier" in kinds:
            elsewhere = (up - down)[~group].sum() / lost
            assert gone["other offers: frontier"] == pytest.approx(elsewhere, rel=1e-7, abs=1e-9)
    exact = theory.elasticities(price)
    share = theory.shares(price)[0]
    market = float((share @ exact).sum() / share.sum())
    assert tried["all"].elasticity == pytest.approx(market, rel=5e-3)


def test_of_two_alike_nests_send_more_to_the_other() -> None:
    """The smaller lambda, the less of what an offer loses is given up: s_0 over the fall of its share."""
    for scale in (1.0, 0.6, 0.3):
        sellers = tuple(Provider(f"firm {k}", (Offer(f"good {k}", 1.0, 1.0),), pools=(Pool(1e9),)) for k in range(2))
        model = TokenMarket(Economy((buyers(nests=(Nest(scale),)),), sellers), rng=1)
        model.run_for(1)
        tried = elasticities(model, 1, groups(model))
        share = 2.0**scale / (1.0 + 2.0**scale) / 2.0
        expected = (1.0 - 2.0 * share) / (1.0 / scale - (1.0 / scale - 1.0) / 2.0 - share)
        given_up = tried["open seller firm 0"].diversion["given up, or not asked any more"]
        assert given_up == pytest.approx(expected, rel=1e-3)


def test_crowding_with_isoelastic_prices() -> None:
    """p = P (M/K)^(1/e), I = -b ln p: by ever shorter ticks to M/K .6376282, and M(2) 29.11355."""

    def users(ticks: int, years: float) -> float:
        adopters = Adopters(Adoption(1.0, start_days=0.0), 10.0)
        for tick in range(ticks):
            t = years * tick / ticks
            crowd = adopters.factor(math.exp(0.4 * t)) / math.exp(0.7 * t)
            adopters.learn(-math.log(crowd ** (1 / 1.5)), 365.25 * years / ticks)
        return 10.0 * adopters.factor(math.exp(0.4 * years))

    coarse, fine, finest = users(500, 2.0), users(1000, 2.0), users(2000, 2.0)
    assert abs(finest - 29.11355) < abs(fine - 29.11355) < abs(coarse - 29.11355)
    once = 2 * fine - coarse, 2 * finest - fine
    assert (4 * once[1] - once[0]) / 3 == pytest.approx(29.11355, abs=5e-6)
    assert users(20_000, 30.0) / (10.0 * math.exp(0.7 * 30.0)) == pytest.approx(0.6376282, rel=1e-6)


def in_money(z: float) -> tuple[Segment, Provider, Provider, Hyperscaler, Research]:
    """Budgets, plans, quotas, machines of one's own, spot and research, where all money is z times as much."""
    users = Segment(
        "users",
        UNIT,
        50.0,
        40,
        worth_usd=4.0 * z,
        worth_spread=0.7,
        taste_noise=0.3,
        attachment=0.1,
        time_value=0.1,
        budget_usd_per_day=60.0 * z,
        nests=(Nest(0.5),),
        adoption=Adoption(3.0, start_days=0.2),
        income=Income(90.0 * z, memory_days=1.0),
        local=LocalMachine(0.2, 0.4, 1e6, 0.05 * z, price_usd=900.0 * z),
    )
    firm = Provider(
        "firm",
        (
            Offer("slow", 1.0 * z, 0.9, cost=0.2 * z),
            Offer("free", 0.0, 0.6, tier=Tier("free", quota_per_day=3.0), fixed_price=True),
            Offer("plan", 0.1 * z, 1.0, tier=Tier("plan", quota_per_day=20.0), fee_usd_per_month=100.0 * z),
        ),
        pools=(Pool(30.0),),
        pricing=BestResponse(cap=3.0 * z),
    )
    rival = Provider(
        "rival", (Offer("cheap", 2.0 * z, 0.8, cost=0.1 * z),), pools=(Pool(0.0),), pricing=CostPlus(0.2), spot=True
    )
    cloud = Hyperscaler("cloud", 40.0, running_cost=0.3 * z, rack_price=1e4 * z)
    return users, firm, rival, cloud, Research("lab", 24.0 * 10.0 * z, reference_price=1.0 * z)


@pytest.mark.parametrize(("clearing", "z"), [(PostedPrices, 0.5), (ScarcityAuction, 8.0)])
def test_money_has_no_anchor(clearing: Callable[[], Clearing], z: float) -> None:
    """All money times z: all prices times z; what is asked, ordered, served and waited for is the same."""
    frames = []
    for factor in (1.0, z):
        users, firm, rival, cloud, research = in_money(factor)
        economy = Economy((users,), (firm, rival), hyperscalers=(cloud,), research=(research,), clearing=clearing())
        model = TokenMarket(economy, rng=1)
        model.run_for(8)
        frames.append(model.frames())
    one, other = frames
    for frame, column in (
        ("offers", "ordered"),
        ("offers", "served"),
        ("offers", "wait_h"),
        ("segments", "nothing"),
        ("segments", "users"),
        ("segments", "local"),
        ("segments", "unaffordable"),
        ("pools", "used"),
    ):
        np.testing.assert_allclose(other[frame][column], one[frame][column], rtol=1e-6, atol=1e-6)
    for frame, column in (("offers", "price"), ("offers", "paid_price"), ("segments", "paid"), ("segments", "surplus")):
        np.testing.assert_allclose(other[frame][column], z * one[frame][column], rtol=1e-6, atol=1e-6 * z)


def test_costs_pass_through_as_the_theory_says() -> None:
    """A logit monopolist passes on 1 - s of a rise of its cost."""
    step, price = 1e-3, {}
    for sign in (1, 0, -1):
        firm = Provider(
            "firm", (Offer("good", 2.0, 2.0, cost=0.5 + sign * step),), pools=(Pool(1e9),), pricing=BestResponse()
        )
        model = run(buyers(taste_noise=0.6), firm, 80)
        price[sign] = model.book.price[0], model.orders[0, 0]
    assert (price[1][0] - price[-1][0]) / (2 * step) == pytest.approx(1 - price[0][1], rel=1e-6)
