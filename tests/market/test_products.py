"""Owners' own products: machines for rent are what their load leaves, hour by hour."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import FLAT, LoadShape, measured
from market.demand.products import Products
from market.demand.zones import Zone
from market.economy import Economy
from market.supply.expansion import SteadyGrowth
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from scenarios.laws.plain_economies import frame_bytes
from scenarios.loading.scenarios import load

WORLD = (Zone("West", -5.0, 0.4), Zone("East", 8.0, 0.6))
#: A day of 12 quiet and 12 busy hours, and weekends at half of it; of mean 1 over the week.
BUSY = LoadShape((0.5 * 7 / 6,) * 12 + (1.5 * 7 / 6,) * 12, (0.25 * 7 / 6,) * 12 + (0.75 * 7 / 6,) * 12)


def a_market(
    *products: Products, tick_hours: float = 1.0, first_party: float = 0.0, growth: float = 1.0
) -> TokenMarket:
    cloud = Hyperscaler("cloud", 100.0, expansion=SteadyGrowth(growth), first_party=first_party, running_cost=1.0)
    calendar = Calendar(datetime(2026, 1, 5, tzinfo=UTC), tick_hours)
    research = (Research("training", 2400.0),)
    return TokenMarket(Economy((), (), (cloud,), calendar=calendar, research=research, products=products), rng=1)


def use_of_racks(model: TokenMarket) -> dict[str, np.ndarray]:
    names = ("owned", "first_party", "contracted", "sold_spot", "idle")
    hours = model.calendar.tick_hours
    return {name: model.records.series("wholesale", name) / hours for name in names}


def test_a_busy_hour_leaves_less_for_rent() -> None:
    """Of 100 racks 20 train at any hour and products take 40 times the shape: a Monday's quiet hours leave 56 2/3."""
    model = a_market(Products("cloud", 40.0, BUSY), first_party=0.2)
    model.run_for(24)
    use = use_of_racks(model)
    assert use["first_party"][3] == pytest.approx(20.0 + 40.0 * 0.5 * 7 / 6)
    assert use["first_party"][15] == pytest.approx(20.0 + 40.0 * 1.5 * 7 / 6)
    for hour in (3, 15):
        left = 100.0 - use["first_party"][hour]
        assert use["sold_spot"][hour] == pytest.approx(left)
        # The budget for research buys all of it, at a price that breathes as the machines do.
        assert model.records.series("ticks", "spot_price")[hour] == pytest.approx(100.0 / left)


@pytest.mark.parametrize("tick_hours", [0.25, 1.0, 3.0, 12.0])
def test_over_a_week_it_is_its_mean_at_every_length_of_ticks(tick_hours: float) -> None:
    """Exact: hours of the shape's steps lie in the middle of no tick but the longest, and that takes both halves."""
    model = a_market(Products("cloud", 40.0, BUSY, WORLD), tick_hours=tick_hours)
    model.run_for(model.calendar.ticks_in(7.0))
    assert use_of_racks(model)["first_party"].mean() == pytest.approx(40.0, rel=1e-12)


def test_the_zones_share_the_load_at_their_own_hours() -> None:
    """At 20 h UTC of a Friday it is 15 h in the West and 4 h of Saturday in the East."""
    model = a_market(Products("cloud", 40.0, BUSY, WORLD))
    model.run_for(5 * 24)
    expected = 40.0 * (0.4 * 1.5 + 0.6 * 0.25) * 7 / 6
    assert use_of_racks(model)["first_party"][4 * 24 + 20] == pytest.approx(expected)


def test_it_grows_by_itself_and_not_with_the_machines() -> None:
    """Racks twofold and products fourfold in a year: after half a year, 10 x 2 of 100 x 2^.5."""
    calendar = Calendar(datetime(2026, 1, 5, tzinfo=UTC), 24.0)
    products = Products("cloud", 10.0, growth=4.0)
    days = round(365.25 / 2)
    assert products.racks_at(calendar, days) == pytest.approx(10.0 * 4.0 ** (days / 365.25))
    model = a_market(products, tick_hours=24.0, first_party=0.3, growth=2.0)
    model.run_for(days + 1)
    use = use_of_racks(model)
    assert use["first_party"][-1] == pytest.approx(0.3 * use["owned"][-1] + products.racks_at(calendar, days))


def test_what_does_not_fit_is_not_served() -> None:
    model = a_market(Products("cloud", 90.0, BUSY), first_party=0.3)
    model.run_for(24)
    use = use_of_racks(model)
    assert use["first_party"][15] == 100.0
    assert use["sold_spot"][15] == 0.0
    np.testing.assert_allclose(use["owned"], use["first_party"] + use["sold_spot"] + use["idle"], rtol=1e-12)


def test_a_flat_load_is_a_share_of_machines_that_stay() -> None:
    """To the bit: 40 of 100 racks as products or as a share."""
    as_products, as_share = a_market(Products("cloud", 40.0, FLAT, WORLD)), a_market(first_party=0.4)
    for model in (as_products, as_share):
        model.run_for(48)
    assert frame_bytes(as_products) == frame_bytes(as_share)


@given(st.floats(0.0, 1e6), st.sampled_from(["chat", "code"]), st.integers(0, 10_000))
def test_a_load_is_the_same_a_week_later(racks: float, shape: str, tick: int) -> None:
    calendar, products = Calendar(), Products("cloud", racks, measured(shape), WORLD)
    assert calendar.moment(tick + 168) - calendar.moment(tick) == timedelta(days=7)
    assert products.racks_at(calendar, tick) == pytest.approx(products.racks_at(calendar, tick + 168), rel=1e-9)
    assert products.racks_at(calendar, tick) >= 0.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"racks": -1.0}, "products of 'cloud': racks is -1, but must be at least 0"),
        ({"growth": 0.0}, "products of 'cloud': growth is 0, but must be above 0"),
        ({"zones": (Zone("a", 0.0, 0.5),)}, r"products of 'cloud': shares of the zones add up to 0\.5, not 1"),
    ],
)
def test_numbers_that_cannot_be(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Products(**({"owner": "cloud", "racks": 1.0} | values))


def test_an_owner_must_be_there() -> None:
    with pytest.raises(InputError, match=r"products: owner 'clod' is unknown \(did you mean 'cloud'"):
        Economy((), (), (Hyperscaler("cloud", 1.0),), products=(Products("clod", 1.0),))


def test_a_scenario_takes_products_out_of_first_party_use() -> None:
    economy = load("baseline-2026", ["supply.first_party=0.8", "supply.first_party_products.share=0.25"]).economy(30)
    assert [one.owner for one in economy.products] == [owner.name for owner in economy.hyperscalers]
    for owner, products in zip(economy.hyperscalers, economy.products, strict=True):
        assert owner.first_party == pytest.approx(0.6)
        assert products.racks == pytest.approx(0.2 * owner.racks)
        assert products.shape == measured("chat")
        assert products.zones == economy.segments[0].zones
    assert load("baseline-2026", ["supply.first_party_products.share=0"]).economy(30).products == ()
