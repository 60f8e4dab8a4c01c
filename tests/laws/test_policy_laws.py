"""Laws of pricing policies: prices are numbers of at least 0, whatever the outlook, and order is nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from examples import CLEARINGS, EXPANSIONS, PATHS, POLICIES, QUOTAS
from hypothesis import given
from hypothesis import strategies as st
from plain_economies import assert_same, frame_bytes, market_of, people, run, seller
from random_economies import quick

from market.exchange.clearing.base import Clearing
from market.quality import QualityPath
from market.supply.expansion import Expansion, Fleet
from market.supply.outlook import Estimate, Outlook
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.quotas import QuotaPolicy
from market.supply.specs import Offer, Pool, Provider

all_policies = pytest.mark.parametrize("policy", POLICIES, ids=str)
amounts = st.sampled_from([0.0, 1e-6, 1.0, 20.0, 1e12])


@st.composite
def outlooks(draw: st.DrawFn) -> Outlook:
    """What a provider may see, with all that goes by default left as it is."""
    count = draw(st.integers(0, 3))

    def some() -> np.ndarray:
        return np.array([draw(amounts) for _ in range(count)])

    slope, base = draw(st.sampled_from([0.0, 0.1, 1e6])), some()

    def estimate(prices: np.ndarray) -> Estimate:
        demand = base * np.exp(-np.minimum(slope * prices, 700.0))
        return Estimate(demand, slope * demand, np.zeros((count, count)))

    values: dict[str, object] = {
        "tick": draw(st.integers(0, 50)), "period": draw(st.integers(0, 23)), "hour": draw(st.floats(0, 23.99)),
        "price": some(), "cost": some(), "usual_cost": some(),
        "weight": draw(st.sampled_from([0.0, 0.3, 1.0, 40.0])), "work": some(),
        "utilisation": draw(st.sampled_from([0.0, 0.9, 3.0, 1e12])),
        "sold": some(), "capacity": draw(amounts), "toll": some, "estimate": estimate, "public_prices": some(),
        "opening_price": some(), "tick_hours": draw(st.sampled_from([0.25, 1.0, 6.0])),
        "movable": np.ones(count, dtype=bool),
    }  # fmt: skip
    known = {field.name for field in dataclasses.fields(Outlook)}
    return Outlook(**{name: value for name, value in values.items() if name in known})  # type: ignore[arg-type]


@all_policies
@quick(30)
@given(outlook=outlooks())
def test_prices_are_numbers(policy: PricingPolicy, outlook: Outlook) -> None:
    with np.errstate(over="ignore"):
        prices = np.asarray(policy(outlook))
    assert prices.shape == outlook.price.shape
    assert np.isfinite(prices).all()
    assert (prices >= 0).all()


@all_policies
@quick(10)
@given(outlook=outlooks())
def test_a_policy_has_no_memory_and_leaves_its_outlook_alone(policy: PricingPolicy, outlook: Outlook) -> None:
    before = outlook.price.copy(), outlook.cost.copy()
    with np.errstate(over="ignore"):
        first, second = np.asarray(policy(outlook)).copy(), policy(outlook)
    if "toll" not in repr(policy).lower():  # the toll of these outlooks is drawn anew
        np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(before[0], outlook.price)
    np.testing.assert_array_equal(before[1], outlook.cost)


@all_policies
@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
def test_prices_stay_numbers_in_a_market(policy: PricingPolicy, clearing: Clearing) -> None:
    agents = [
        seller("p", 3.0, racks=80.0, pricing=policy),
        seller("q", 0.0, 0.8, racks=0.0, pricing=policy),
        seller("r", 1e12, 2.0, racks=10.0, pricing=policy),
        Provider("empty", (), pricing=policy),
    ]
    model = run(market_of(people(), people("poor", worth_usd=0.01, taste_noise=0.01), *agents, clearing=clearing), 12)
    for frame in model.frames().values():
        assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()
    prices = model.records.tables["offers"].data["price"][:12]
    assert (prices >= 0).all()


@all_policies
def test_order_of_offers_and_providers_changes_nothing(policy: PricingPolicy) -> None:
    def firm(name: str, racks: float) -> Provider:
        offers = tuple(Offer(f"{name} {k}", 2.0 + k, 0.8 + 0.1 * k, cost=0.5 * k) for k in range(3))
        return Provider(name, offers, pools=(Pool(racks),), pricing=policy)

    firms = (firm("p", 100.0), firm("q", 60.0))
    turned = tuple(replace(p, offers=p.offers[::-1]) for p in firms[::-1])
    one, other = run(market_of(people(), *firms), 8), run(market_of(people(), *turned), 8)
    # Steps of a best response are stopped short, so rounding shows.
    assert_same(one, other, rtol=1e-5 if "BestResponse" in repr(policy) else 1e-8)


@all_policies
def test_same_seed_same_prices(policy: PricingPolicy) -> None:
    economy = market_of(people(), seller("p", racks=50.0, pricing=policy), whole=True)
    assert frame_bytes(run(economy, 6, seed=3)) == frame_bytes(run(economy, 6, seed=3))


def test_dearer_rivals_and_costs_raise_the_best_response() -> None:
    def posted(cost: float, rival: float) -> float:
        own = Provider("p", (Offer("o", 3.0, 1.0, cost=cost),), pools=(Pool(1e6),), pricing=BestResponse())
        model = run(market_of(people(), own, seller("rival", rival, racks=1e6)), 2)
        return float(model.book.price[0])

    assert posted(1.0, 4.0) < posted(2.0, 4.0)
    assert posted(1.0, 2.0) < posted(1.0, 6.0)


def test_an_adjusted_price_rises_in_shortage_and_falls_in_plenty() -> None:
    for racks, sign in ((10.0, 1), (1e4, -1)):
        economy = market_of(people(), seller("p", 5.0, racks=racks, pricing=PriceAdjustment(1e-3)))
        prices = run(economy, 4).records.series("offers", "price")
        assert sign * (prices[-1] - prices[0]) > 0


def test_cost_plus_does_not_sell_below_cost() -> None:
    model = run(market_of(people(), seller("p", 0.1, racks=1e4, pricing=CostPlus(0.0))), 5)
    assert model.book.price[0] >= 1.0


# Others that can be swapped ---------------------------------------------------------------------------------


@pytest.mark.parametrize("quotas", QUOTAS, ids=str)
@quick(20)
@given(granted=st.floats(0, 1), utilisation=st.sampled_from([0.0, 0.5, 0.9, 1.0, 10.0, 1e12]))
def test_a_granted_quota_is_a_share(quotas: QuotaPolicy, granted: float, utilisation: float) -> None:
    assert 0 <= quotas(granted, utilisation) <= 1
    assert quotas(granted, utilisation) <= quotas(granted, 0.0) + 1e-12


@pytest.mark.parametrize("expansion", EXPANSIONS, ids=str)
@quick(10)
@given(racks=st.sampled_from([0.0, 1.0, 1e5]), earned=st.sampled_from([0.0, 0.1, 5.0, 1e3]))
def test_fleets_stay_numbers(expansion: Expansion, racks: float, earned: float) -> None:
    fleet = Fleet(racks, earned=earned)
    for month in range(25):
        added = expansion(fleet, month / 12.0)
        assert np.isfinite(added)
        assert added >= 0
        assert np.isfinite(fleet.racks)
        assert fleet.racks >= 0
    if racks == 0:
        assert fleet.racks == 0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
def test_qualities_never_fall(path: QualityPath) -> None:
    values = [path.at("more", years) for years in (0.0, 0.1, 1.0, 5.0, 50.0)]
    assert values == sorted(values)
    assert np.isfinite(values).all()
