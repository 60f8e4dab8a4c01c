"""Laws of utility and money: what has USD in its name is in USD, whatever a dollar weighs in the utility.

A worth is a weight on quality, a price coefficient one on money. To weigh both four times as much says the same thing
in another unit of utility, so that nothing may come out another way: not orders, surplus, tolls, habits of putting
off, machines that are bought or subscriptions that are held. Four is a power of two: to the bit.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from market import TokenMarket
from market.demand.load_shape import LoadShape
from market.demand.segment import Deferral, LocalMachine, Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.waits import WaitModel
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.laws.examples import CLEARINGS, POLICIES
from scenarios.laws.law import quick
from scenarios.laws.plain_economies import frame_bytes, market_of, people, run, seller
from scenarios.laws.random_economies import segments

PEAKED = LoadShape((0.4,) * 12 + (1.6,) * 12, (1.0,) * 24)


def weighed(segment: Segment, factor: float) -> Segment:
    """The same users, in a unit of utility that is smaller by a factor."""
    worths = None if segment.worths_usd is None else tuple(factor * worth for worth in segment.worths_usd)
    return replace(
        segment,
        worth_usd=factor * segment.worth_usd,
        worths_usd=worths,
        price_coefficient=factor * segment.price_coefficient,
    )


def assert_one_market(economy: Economy, ticks: int, factor: float = 4.0) -> TokenMarket:
    """Run it in both units; give the one that is not weighed."""
    other = replace(economy, segments=tuple(weighed(s, factor) for s in economy.segments))
    model = run(economy, ticks)
    one, two = frame_bytes(model), frame_bytes(run(other, ticks))
    assert [name for name in one if one[name] != two[name]] == []
    return model


def rich(clearing: Clearing, pricing: PricingPolicy, noise: float, **other: object) -> Economy:
    """Users who put off, buy machines, subscribe, stay, run out of budget and wait, at sellers that are too small."""
    users = people(
        "users",
        taste_noise=noise,
        time_value=0.05,
        attachment=0.1,
        budget_usd_per_day=400.0,
        reconsider_per_day=12.0,
        deferral=Deferral(0.5, 6.0, 0.01, 0.005),
        shape=PEAKED,
        local=LocalMachine(0.3, 0.7, 100.0, 0.5, price_usd=2000.0, consider_per_day=1.0),
    )
    tier = Tier("member", quota_per_day=30.0)
    member = Provider("m", (Offer("m", 1.0, 1.1, tier=tier, fee_usd_per_month=900.0),), pools=(Pool(90.0),))
    sellers = (member, seller("p", 4.0, racks=150.0, pricing=pricing), seller("q", 3.0, 0.9, racks=100.0))
    return market_of(users, people("more", taste_noise=noise, worth_usd=5.0), *sellers, clearing=clearing, **other)


@pytest.mark.slow
@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_the_unit_of_utility_changes_nothing(clearing: Clearing, noise: float) -> None:
    model = assert_one_market(rich(clearing, FixedPrice(), noise), 36 if noise else 26)  # into the second day
    assert model.records.series("segments", "put_off").sum() > 0
    if noise:
        assert model.records.series("offers", "members").sum() > 0
        owners = model.records.series("segments", "owners", "users")
        assert owners[-1] != owners[0]


@pytest.mark.parametrize("pricing", POLICIES, ids=str)
def test_the_unit_of_utility_changes_no_price(pricing: PricingPolicy) -> None:
    assert_one_market(rich(CLEARINGS[0], pricing, 0.2, waits=WaitModel(service_scv=2.0)), ticks=12)


@pytest.mark.slow
@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
@quick(15)
@given(data=st.data())
def test_the_unit_of_utility_changes_nothing_for_any_users(clearing: Clearing, data: st.DataObject) -> None:
    users = data.draw(segments("users 0"))
    racks = data.draw(st.sampled_from([1.0, 100.0, 1e6]))
    factor = data.draw(st.sampled_from([0.25, 8.0]))
    economy = market_of(users, seller("p", racks=racks), seller("q", 1.0, 0.6, racks=50.0), clearing=clearing)
    assert_one_market(economy, 6, factor)


@pytest.mark.parametrize("coefficient", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_surplus_is_the_area_under_demand(coefficient: float, noise: float) -> None:
    users = people(
        price_coefficient=coefficient, taste_noise=noise, worths_usd=tuple(np.linspace(1.0, 9.0, 20).tolist())
    )

    def at(price: float) -> TokenMarket:
        return run(market_of(users, seller("p", price, racks=1e9), waits=WaitModel(chance=False)), 1)

    def bought(price: float) -> float:
        return float(at(price).orders[0, 0])

    edges = np.linspace(1.0, 9.0, 20) / coefficient if noise == 0.0 else np.array([2.0, 8.0, 40.0, 1e3]) / coefficient
    points = [2.0, *edges[edges > 2.0].tolist()]
    if noise == 0.0:  # steps: between two worths demand stays as it is
        area = sum(
            (b - a) * np.mean([bought(a + part * (b - a)) for part in (0.1, 0.5, 0.9)]) for a, b in pairwise(points)
        )
    else:
        area = sum(quad(bought, a, b, epsabs=1e-8, epsrel=1e-7)[0] for a, b in pairwise(points))
    surplus = [at(price).records.series("segments", "surplus")[0] for price in (points[0], points[-1])]
    assert surplus[0] - surplus[1] == pytest.approx(area, rel=1e-6)
