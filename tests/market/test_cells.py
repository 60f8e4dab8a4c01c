"""Cells in place of individuals: exact where users differ in nothing or in one thing or another, near otherwise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from capacity import Workload
from capacity.errors import InputError
from market import TokenMarket
from market.demand.draws import Cells, lattice
from market.demand.haste import Background, TimeValues
from market.demand.income import Income
from market.demand.load_shape import measured
from market.demand.population import draw_population
from market.demand.segment import Deferral, LocalMachine, Refusal, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.randomness import Streams
from market.supply.specs import Offer, Pool, Provider, Tier

ZONES = (Zone("west", -5.0, 0.25), Zone("east", 8.0, 0.75))


def users(**values) -> Segment:
    plain = Segment("users", Workload(0, 1_000_000), users=1e4, individuals=30, worth_usd=2.0, taste_noise=0.1)
    return replace(plain, **values)


def shop(name: str, price: float, kind: str = "open", **offer) -> Provider:
    return Provider(name, (Offer(name, price, 1.0, FixedWork(1.0), **offer),), pools=(Pool(9e3),), kind=kind)


def economy(segment: Segment, *more: Provider) -> Economy:
    return Economy((segment,), (shop("cheap", 0.7), shop("dear", 0.9, "frontier"), *more))


def orders(segment: Segment, ticks: int = 30) -> np.ndarray:
    model = TokenMarket(economy(segment), rng=1)
    found = []
    for _ in range(ticks):
        model.step()
        found.append([*model.orders[0], *model.round.served[0], model.records.series("ticks", "nothing")[-1]])
    return np.array(found)


# Exact ------------------------------------------------------------------------------------------------------


def test_users_who_differ_in_nothing_are_one_cell_and_order_the_same() -> None:
    alike = users(shape=measured("chat"), deferral=Deferral(0.3, 6.0))
    grouped = replace(alike, cells=256)
    assert Cells(grouped).count == 1
    np.testing.assert_allclose(orders(grouped), orders(alike), rtol=1e-12)


def test_listed_worths_are_a_cell_each() -> None:
    listed = users(worths_usd=(0.5, 2.0, 2.0, 2.0, 7.0), individuals=5, intensity_elasticity=0.7)
    assert Cells(replace(listed, cells=256)).count == 3
    np.testing.assert_allclose(orders(replace(listed, cells=256)), orders(listed), rtol=1e-12)


def test_users_of_all_zones_are_in_a_cell() -> None:
    grouped = users(shape=measured("code"), zones=ZONES, cells=16)
    alone = [users(shape=measured("code"), zones=(replace(zone, share=1.0),)) for zone in ZONES]
    whole, *parts = (TokenMarket(economy(one), rng=1).cohorts[0] for one in (grouped, *alone))
    assert whole.worth.size == 1
    for tick in range(24):
        expected = sum(z.share * float(p.would_want(tick).mass.sum()) for z, p in zip(ZONES, parts, strict=True))
        assert float(whole.would_want(tick).mass.sum()) == pytest.approx(expected, rel=1e-12)
    (_, shares), *more = whole.would_want_in(range(24))
    assert not more
    mean = float(whole.would_usually_want(0).mass.sum())
    expected = [float(whole.would_want(tick).mass.sum()) / mean for tick in range(24)]
    np.testing.assert_allclose(shares, expected, rtol=1e-12)


def test_what_is_one_thing_or_another_is_summed_by_its_shares() -> None:
    grouped = users(
        worth_spread=1.0,
        time_value=0.1,
        background=Background(share=0.4, worth=0.5),
        refusals=(Refusal("open", 0.3), Refusal("frontier", 0.1)),
        local=LocalMachine(0.2, 0.5, 25.0, 0.002),
        cells=64,
    )
    made = draw_population(grouped, 1.0, Streams(1))
    share = made.requests_per_tick / made.requests_per_tick.sum()
    assert made.haste is not None
    assert made.refusing is not None
    assert share @ (made.haste == 0.0) == pytest.approx(0.4, rel=1e-12)
    assert share @ (made.refusing & 1) == pytest.approx(0.3, rel=1e-12)
    assert share @ (made.refusing == 2) == pytest.approx(0.7 * 0.1, rel=1e-12)
    assert share @ made.owns_machine == pytest.approx(0.2, rel=1e-12)
    both = (made.haste == 0.0) & made.owns_machine
    assert share @ both == pytest.approx(0.4 * 0.2, rel=1e-12)


def test_users_and_requests_are_all_there_whatever_differs() -> None:
    for values in ({}, {"size_spread": 1.2}, {"request_spread": 1.0, "worth_of_size": 0.0, "worth_spread": 1.2}):
        made = draw_population(users(cells=200, requests_per_day=7.0, **values), 2.0, Streams(1))
        assert made.requests_per_tick.sum() == pytest.approx(1e4 * 7.0 * 2.0 / 24.0, rel=1e-12)
        assert np.mean(made.relative) == pytest.approx(1.0, rel=1e-12)


# Near -------------------------------------------------------------------------------------------------------


def test_points_have_the_moments_of_the_normal_distribution() -> None:
    points, weights = lattice(256, 3)
    np.testing.assert_allclose(weights @ points, 0.0, atol=0.02)
    np.testing.assert_allclose((points.T * weights) @ points, np.eye(3), atol=0.05)


@pytest.mark.parametrize(("cells", "off"), [(16, 0.06), (64, 0.015), (256, 0.004)])
def test_demand_is_the_integral_over_log_normal_worths(cells: int, off: float) -> None:
    """Without tastes those buy to whom it is worth its price: N(ln(m q / p) / s)."""
    made = economy(users(worth_spread=1.5, taste_noise=0.0, cells=cells))
    model = TokenMarket(replace(made, providers=(shop("only", 1.1),)), rng=1)
    model.step()
    share = model.orders[0, 0] / float(model.cohorts[0].wanted.mass.sum())
    assert share == pytest.approx(norm.cdf(math.log(2.0 / 1.1) / 1.5), abs=off)


def test_large_requests_are_priced_out_first_in_cells_too() -> None:
    """Requests of z tokens worth the same whatever z: those below w q / p buy, by tokens N((ln(w q / p) - s^2/2)/s)."""
    s = 1.0
    made = economy(users(request_spread=s, worth_of_size=0.0, taste_noise=0.0, cells=256))
    model = TokenMarket(replace(made, providers=(shop("only", 1.1),)), rng=1)
    model.step()
    share = model.orders[0, 0] / float(model.cohorts[0].wanted.mass.sum())
    mean = math.exp(s**2 / 2)  # tokens are of mean 1 over all requests
    assert share == pytest.approx(norm.cdf((math.log(2.0 / 1.1 * mean) - s**2) / s), abs=0.006)


def test_cells_are_nearer_to_all_users_than_as_many_individuals() -> None:
    differ = users(
        worth_spread=1.5,
        time_value=0.2,
        time_values=TimeValues(spread=1.2, cap=20.0),
        size_spread=1.2,
        intensity_elasticity=0.7,
    )
    all_users = orders(replace(differ, cells=16_384), 2).sum(axis=0)
    cells = orders(replace(differ, cells=128), 2).sum(axis=0)
    drawn = orders(replace(differ, individuals=128), 2).sum(axis=0)
    assert np.abs(cells - all_users).sum() < 0.01 * all_users.sum()
    assert np.abs(cells - all_users).sum() < 0.2 * np.abs(drawn - all_users).sum()


# Refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segment", "offer", "complaint"),
    [
        ({"attachment": 0.1}, {}, "attachment is 0.1, but must be 0"),
        ({"budget_usd_per_day": 3.0}, {}, "budget_usd_per_day is 3, but must be inf"),
        ({"income": Income(3.0)}, {}, "income.usd_per_day is 3, but must be inf"),
        (
            {"local": LocalMachine(0.0, 0.5, 25.0, 0.0, price_usd=900.0)},
            {},
            "price_usd of a local machine is 900, but must be inf",
        ),
        ({}, {"fee_usd_per_month": 20.0}, "fee_usd_per_month of offer 'third' is 20, but must be 0"),
        ({}, {"tier": Tier("free", 35.0, quota_per_day=6.0)}, "quota_per_day of offer 'third' is 6, but must be inf"),
    ],
)
def test_what_a_single_user_remembers_is_refused_by_name(segment, offer, complaint: str) -> None:
    third = shop("third", 1.0, **offer)
    economy(users(**segment), third)  # individuals may
    with pytest.raises(InputError, match="segment 'users' cannot be grouped into cells") as error:
        economy(users(cells=8, **segment), third)
    assert str(error.value).endswith(complaint)
    assert "\n" not in str(error.value)


def test_what_others_remember_is_not_refused() -> None:
    economy(users(cells=8), shop("third", 1.0, tier=Tier("free", 35.0, quota_per_day=6.0), open_to=()))
