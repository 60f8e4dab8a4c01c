"""Laws of clearing mechanisms: nobody pays above worth, scarcity falls with capacity, and order is nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from examples import CLEARINGS, RULES, SUPPLIES, draws_lots
from hypothesis import given
from hypothesis import strategies as st
from plain_economies import assert_same, market_of, people, run, seller
from random_economies import quick

from market import TokenMarket
from market.demand.segment import CurveSegment, IsoelasticDemand, LinearDemand, Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.base import Rationing
from market.exchange.waits import WaitModel
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.surge import Surge
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier

AUCTIONS = [clearing for clearing in CLEARINGS if not isinstance(clearing, PostedPrices)]
CALM = WaitModel(chance=False)
noises = st.sampled_from([0.0, 0.05, 0.5])


@st.composite
def shops(draw: st.DrawFn, /, clearing: Clearing | None = None, noise: float | None = None, **other: Any) -> Economy:
    """Two kinds of users and a few sellers, whose machines may be too few; fluid."""
    noisy = draw(noises) if noise is None else noise
    users: list[Segment | CurveSegment] = [
        people("one", taste_noise=noisy, users=draw(st.sampled_from([10.0, 500.0]))),
        people("two", taste_noise=noisy, worth_usd=3.0, worth_spread=1.0, attachment=0.0),
    ]
    if draw(st.booleans()):
        users.append(CurveSegment("three", (LinearDemand(15.0, 0.2), IsoelasticDemand(50.0, 2.0, most=1e3))))
    sellers = [
        Provider(
            f"p{k}",
            (
                Offer(f"p{k} a", draw(st.sampled_from([1.0, 2.0, 4.0])), draw(st.sampled_from([0.7, 1.0])), cost=0.5),
                Offer(f"p{k} b", 2.5, 0.9, tier=Tier(priority=2.0, deadline_h=5.0)),
            ),
            pools=(Pool(draw(st.sampled_from([1.0, 50.0, 1e4])), supply=draw(st.sampled_from(SUPPLIES))),),
            pricing=draw(st.sampled_from([FixedPrice(), CostPlus(0.3, 2.0), Surge()])),
            spot=draw(st.booleans()),
        )
        for k in range(draw(st.integers(1, 3)))
    ]
    clouds = [Hyperscaler(f"cloud {k}", 30.0 * k, reserve=0.5 + k, first_party=0.1) for k in range(2)]
    values: dict[str, Any] = {"waits": CALM} | other
    return market_of(*users, *sellers, *clouds, clearing=clearing or draw(st.sampled_from(CLEARINGS)), **values)


# Order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
@quick(8)
@given(data=st.data())
def test_order_of_agents_changes_nothing(clearing: Clearing, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from([rule for rule in RULES if not draws_lots(rule)]))
    # Without taste noise a jump may be split in many ways, and rounding picks one.
    economy = data.draw(shops(clearing, noise=data.draw(st.sampled_from([0.05, 0.5])), rationing=rule))
    mixed = replace(
        economy,
        segments=tuple(data.draw(st.permutations(economy.segments))),
        providers=tuple(
            replace(p, offers=tuple(data.draw(st.permutations(p.offers))))
            for p in data.draw(st.permutations(economy.providers))
        ),
        hyperscalers=tuple(reversed(economy.hyperscalers)),
    )
    one, other = run(economy, 4), run(mixed, 4)
    assert_same(one, other, rtol=1e-6)


@pytest.mark.parametrize("rule", [rule for rule in RULES if not draws_lots(rule)], ids=str)
def test_order_of_agents_changes_nothing_in_queues(rule: Rationing) -> None:
    """Posted prices far too low, so that every rule has to ration, to rounding."""
    tiers = [Tier("fast", priority=0.0), Tier("slow", priority=1.0, deadline_h=6.0)]
    sellers = [
        Provider(f"p{k}", tuple(Offer(f"p{k} {t.name}", 1.0 + k, 1.0, tier=t) for t in tiers), pools=(Pool(40.0 + k),))
        for k in range(3)
    ]
    users = [people("one"), people("two", patience_h=math.inf, worth_usd=30.0)]
    one = run(market_of(*users, *sellers, rationing=rule), 10)
    turned = [replace(p, offers=p.offers[::-1]) for p in reversed(sellers)]
    other = run(market_of(*users[::-1], *turned, rationing=rule), 10)
    assert one.records.series("ticks", "waiting")[-1] > 0
    assert_same(one, other)


# Capacity ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clearing", AUCTIONS, ids=str)
@quick(10)
@given(data=st.data(), more=st.sampled_from([1.0, 1.01, 2.0, 100.0]))
def test_more_capacity_never_raises_the_scarcity_price(clearing: Clearing, data: st.DataObject, more: float) -> None:
    economy = data.draw(shops(clearing))
    sellers = tuple(replace(p, spot=False) for p in economy.providers)
    grown = list(sellers)
    k = data.draw(st.integers(0, len(sellers) - 1))
    pool = sellers[k].pools[0]
    assert isinstance(pool.racks, float)
    grown[k] = replace(sellers[k], pools=(replace(pool, racks=pool.racks * more),))
    scarce, ample = (run(replace(economy, providers=tuple(made)), 1) for made in (sellers, grown))
    assert (ample.rents <= scarce.rents * (1 + 1e-6) + 1e-6).all(), (scarce.rents, ample.rents)
    assert ample.cleared.response.surplus.sum() >= scarce.cleared.response.surplus.sum() * (1 - 1e-6) - 1e-6


@pytest.mark.parametrize("clearing", AUCTIONS, ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_rent_of_ever_less_capacity(clearing: Clearing, noise: float) -> None:
    users = people(taste_noise=noise)
    rents = [
        float(run(market_of(users, seller("p", racks=racks), clearing=clearing, waits=CALM), 1).rents[0])
        for racks in (0.0, 1e-5, 1.0, 50.0, 300.0, 1e6)
    ]
    assert all(a >= b - 1e-6 for a, b in pairwise(rents)), rents
    assert rents[0] > 0
    assert rents[-1] == 0.0
    assert math.isfinite(rents[0])


@pytest.mark.parametrize("clearing", AUCTIONS, ids=str)
@quick(10)
@given(data=st.data())
def test_an_auction_fills_what_asks_a_rent_and_no_more(clearing: Clearing, data: st.DataObject) -> None:
    economy = data.draw(shops(clearing))
    model = run(economy, 1)
    # Where demand jumps and several pools differ in what they offer, a rent that splits the indifferent may not be
    # found; then some of them have to wait (see ``_Dual._bisect``).
    jumps = len(economy.providers) > 1 and economy.segments[0].taste_noise == 0.0  # type: ignore[union-attr]
    if jumps:
        assert np.isfinite(model.rents).all()
        return
    work = (model.orders * model.book.work).sum(axis=0)
    ordered = np.bincount(model.book.pool, weights=work, minlength=model.book.pools)
    for k, curve in enumerate(model.founded.supply_curves):
        offered = curve.quantity(float(model.rents[k]), float(model.capacity[k]))
        assert ordered[k] <= offered * (1 + 1e-5) + 1e-9
        if model.rents[k] > 1e-9:
            assert ordered[k] >= offered * (1 - 1e-5) - 1e-9
    assert model.cleared.gap <= 1e-4


@pytest.mark.parametrize("clearing", AUCTIONS, ids=str)
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("pools", [1, 2])
def test_pools_without_machines_sell_nothing(clearing: Clearing, whole: bool, pools: int) -> None:
    sellers = [seller(f"p{k}", racks=0.0) for k in range(pools)]
    for noise in (0.0, 0.3):
        for outside in (0.0, None):
            economy = market_of(people(taste_noise=noise, outside=outside), *sellers, clearing=clearing, whole=whole)
            model = run(economy, 3)
            data = model.records.tables["ticks"].data
            assert data["ordered"].sum() == data["served"].sum() == data["paid"].sum() == 0.0
            assert all(np.isfinite(values).all() for values in data.values())
            assert np.isfinite(model.rents).all()


# Worth ------------------------------------------------------------------------------------------------------


def highest_worth(segment: Segment | CurveSegment, model: TokenMarket, s: int) -> float:
    if isinstance(segment, CurveSegment):
        curve = segment.curves[0]
        return curve.choke if isinstance(curve, LinearDemand) else math.inf
    worth = model.cohorts[s].worth
    return float(worth.max() * model.book.quality[s].max())


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
@quick(10)
@given(data=st.data())
def test_nobody_orders_above_worth(clearing: Clearing, data: st.DataObject) -> None:
    """Without taste noise: each ordered offer costs no more than it is worth to who values it most, and as many
    requests are worth it as are ordered."""
    model = run(data.draw(shops(clearing, noise=0.0)), 1)
    for s, segment in enumerate(model.economy.segments):
        ordered = np.flatnonzero(model.orders[s] > 1e-6)
        for j in ordered:
            price = model.cleared.prices[s, j]
            assert price <= highest_worth(segment, model, s) * (1 + 1e-6)
            if isinstance(segment, Segment):
                cohort = model.cohorts[s]
                willing = cohort.worth * model.book.quality[s, j] >= price * (1 - 1e-6)
                assert model.orders[s, j] <= cohort.wanted.mass[willing].sum() * (1 + 1e-6)


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
def test_users_are_never_worse_off_than_with_nothing(clearing: Clearing) -> None:
    for noise in (0.0, 0.3):
        model = run(market_of(people(taste_noise=noise), seller("p", racks=30.0), clearing=clearing), 4)
        assert (model.records.tables["segments"].data["surplus"][:4] >= 0).all()


def test_auction_and_posted_prices_agree_where_nothing_is_scarce() -> None:
    agents = (people(), seller("p", racks=1e6), seller("q", 2.0, 0.8, racks=1e6))
    posted, auction = (run(market_of(*agents, clearing=c), 5) for c in (PostedPrices(), ScarcityAuction()))
    assert_same(posted, auction)
