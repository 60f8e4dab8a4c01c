"""Users: populations, quotas, budgets, machines of their own, attachments."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from capacity import Workload
from market import TokenMarket
from market.demand.load_shape import FLAT, LoadShape, measured
from market.demand.segment import CurveSegment, LinearDemand, LocalMachine, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.waits import WaitModel
from market.quality import Improving
from market.supply.specs import Offer, Pool, Provider, Tier

UNIT = Workload(0, 1_000_000)
BOTH = pytest.mark.parametrize("clearing", [PostedPrices(), ScarcityAuction()], ids=str)


def users(**other: Any) -> Segment:
    values: dict[str, Any] = {"users": 100.0, "individuals": 30, "worth_usd": 10.0, "worth_spread": 0.5} | other
    return Segment("u", UNIT, **values)


def shop(price: float = 1.0, racks: float = 1e6, tier: Tier | None = None, **other: Any) -> Provider:
    return Provider("p", (Offer("o", price, 1.0, tier=tier or Tier(), **other),), pools=(Pool(racks),))


def run(segment: Segment | CurveSegment, *providers: Provider, ticks: int = 24, **other: Any) -> TokenMarket:
    model = TokenMarket(Economy((segment,), providers, waits=WaitModel(chance=False), **other), rng=1)
    model.run_for(ticks)
    return model


# Populations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("individuals", [1, 7, 30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_asked_is_the_segments(individuals: int, dtype: str) -> None:
    """However many individuals stand for the users, a day of them asks users x requests a day."""
    model = run(users(individuals=individuals, size_spread=1.0, requests_per_day=7.0, dtype=dtype), shop())
    assert model.records.series("ticks", "asked").sum() == pytest.approx(700.0, rel=1e-5)


def test_load_follows_local_hours() -> None:
    shape = LoadShape((0.0,) * 8 + (3.0,) * 8 + (0.0,) * 8, (0.0,) * 8 + (3.0,) * 8 + (0.0,) * 8)
    zones = (Zone("UTC", 0.0, 0.0), Zone("East", 8.0, 1.0))
    asked = run(users(shape=shape, zones=zones), shop()).records.series("ticks", "asked")
    assert asked[1:7].min() > 0  # nine to three local
    assert asked[9:23].max() == pytest.approx(0.0, abs=1e-9)


def test_zones_hold_their_shares() -> None:
    zones = (Zone("a", -5.0, 0.25), Zone("b", 8.0, 0.75))
    model = run(users(individuals=20_000, zones=zones), shop(), ticks=1)
    assert (model.cohorts[0].zone == 0).mean() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("kind", ["chat", "code"])
def test_measured_shapes_have_mean_one_over_the_week(kind: str) -> None:
    shape = measured(kind)
    assert (5 * np.mean(shape.weekday) + 2 * np.mean(shape.weekend)) / 7 == pytest.approx(1.0)
    hours: NDArray[np.float64] = np.arange(24, dtype=np.float64) + 0.5
    np.testing.assert_allclose(shape.at(hours, np.zeros(24, dtype=bool)), np.array(shape.weekday))
    assert shape.at(np.array([0.0]), np.array([False]))[0] == pytest.approx(
        shape.at(np.array([24.0]), np.array([False]))[0]
    )
    assert FLAT.at(hours, np.ones(24, dtype=bool)).tolist() == [1.0] * 24


def test_numbers_grow() -> None:
    model = run(users(growth=10.0), shop(), ticks=24 * 7)
    asked = model.records.series("ticks", "asked")
    assert asked[-1] / asked[0] == pytest.approx(10.0 ** (167 / 24 / 365.25), rel=1e-9)
    assert model.records.series("segments", "users")[-1] > 100.0


@pytest.mark.parametrize("number", [0.0, 1.0])
@BOTH
def test_nobody_and_one(number: float, clearing: Clearing) -> None:
    machine = LocalMachine(0.5, 0.6, 25.0, 0.01, price_usd=100.0)
    segment = users(users=number, individuals=1, budget_usd_per_day=5.0, local=machine, attachment=0.1)
    model = run(segment, shop(tier=Tier(quota_per_day=3.0)), clearing=clearing, ticks=30)
    assert model.records.series("ticks", "asked").sum() == pytest.approx(30.0 * number)
    for frame in model.frames().values():
        assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()


@BOTH
def test_a_machine_of_ones_own_does_what_it_can_in_an_hour(clearing: Clearing) -> None:
    """Whoever wants more of it than that buys the rest, or goes without."""
    machine = LocalMachine(1.0, 1.5, 1e9, 0.0, requests_per_hour=0.8)  # better and cheaper than all that is sold
    model = run(users(size_spread=0.9, local=machine, taste_noise=0.0), shop(), clearing=clearing, ticks=24)
    cohort = model.cohorts[0]
    an_hour = cohort.requests_per_tick / cohort.weight
    expected = np.minimum(an_hour, 0.8).sum() * cohort.weight
    np.testing.assert_allclose(model.records.series("ticks", "local"), expected, rtol=1e-9)
    whole = model.records.series("ticks", "asked")
    rest = model.records.series("ticks", "ordered") + model.records.series("ticks", "nothing")
    np.testing.assert_allclose(rest, whole - expected, rtol=1e-9)


def test_a_machine_is_worth_no_more_than_it_can_do() -> None:
    """It saves 2.9 USD a request: for 30 of 240 a day that pays for a price of 80 USD a day, and not of 90."""
    for price, buys in ((80.0, True), (90.0, False)):
        machine = LocalMachine(
            0.0, 1.0, 1e9, 0.1, requests_per_hour=30 / 24, price_usd=price, life_days=1.0, consider_per_day=1.0
        )
        one = users(requests_per_day=240.0, local=machine, taste_noise=0.0, worth_spread=0.0, size_spread=0.0)
        model = run(one, shop(3.0), ticks=24)
        assert bool(model.records.series("segments", "owners").max() > 0) is buys


def test_a_model_at_home_gets_better() -> None:
    machine = LocalMachine(1.0, Improving({"u": 0.5}, 0.5), 1e9, 0.0)
    model = run(users(local=machine), shop(), ticks=24 * 7)
    assert model.cohorts[0].machine_quality == pytest.approx(1 - 0.5 * 0.5 ** (167 / 24 / 365.25), rel=1e-12)


# Quotas and budgets -----------------------------------------------------------------------------------------


@BOTH
def test_quotas_of_a_day(clearing: Clearing) -> None:
    """Of 24 requests a day each user gets 10 at the limited offer; the rest goes elsewhere; tomorrow anew."""
    free = shop(0.0, tier=Tier(quota_per_day=10.0))
    other = Provider("q", (Offer("dear", 5.0, 1.0),), pools=(Pool(1e6),))
    model = run(users(worth_spread=0.0, taste_noise=0.0, size_spread=0.7), free, other, ticks=48, clearing=clearing)
    ordered = model.records.series("offers", "ordered", "o").reshape(2, 24).sum(axis=1)
    sizes = model.cohorts[0].requests_per_tick / model.cohorts[0].weight * 24
    expected = np.minimum(sizes, 10.0).sum() * model.cohorts[0].weight
    np.testing.assert_allclose(ordered, expected, rtol=1e-9)
    total = model.records.series("offers", "ordered").sum()
    assert total == pytest.approx(2 * 2400.0)


def test_a_quota_of_nothing_closes_an_offer() -> None:
    model = run(users(), shop(tier=Tier(quota_per_day=0.0)))
    assert model.records.series("offers", "ordered").sum() == 0


@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_budgets_are_not_exceeded(clearing: Clearing, dtype: str) -> None:
    segment = users(budget_usd_per_day=20.0, size_spread=0.8, taste_noise=0.3, dtype=dtype)
    model = TokenMarket(Economy((segment,), (shop(3.0),), clearing=clearing, waits=WaitModel(chance=False)), rng=1)
    cohort = model.cohorts[0]
    spent = 0.0
    for tick in range(72):
        model.step()
        spent += model.records.tables["ticks"].data["paid"][tick, 0]
        assert (cohort.budget_left >= -1e-4).all()
        if tick % 24 == 23:
            assert spent <= cohort.budget_per_day.sum() * (1 + 1e-5)
            assert model.records.tables["ticks"].data["unaffordable"][: tick + 1].sum() > 0
            spent = 0.0


def test_no_budget_buys_nothing() -> None:
    model = run(users(budget_usd_per_day=0.0, taste_noise=0.0), shop(1.0))
    assert model.records.series("ticks", "ordered").sum() == 0
    assert model.records.series("ticks", "unaffordable").sum() == pytest.approx(2400.0)
    free = run(users(budget_usd_per_day=0.0, taste_noise=0.0), shop(0.0))
    assert free.records.series("ticks", "ordered").sum() == pytest.approx(2400.0)


# Machines, attachments, options -----------------------------------------------------------------------------


def test_owners_of_machines_use_them_when_they_pay() -> None:
    machine = LocalMachine(1.0, 0.9, 1e9, 0.1)
    cheap, dear = (
        run(users(local=machine, taste_noise=0.0, worth_spread=0.0), shop(price)).records for price in (0.5, 5.0)
    )
    assert cheap.series("ticks", "local").sum() == 0
    assert dear.series("ticks", "local").sum() == pytest.approx(2400.0)
    nobody = run(users(local=replace(machine, owners=0.0), taste_noise=0.0), shop(5.0)).records
    assert nobody.series("ticks", "local").sum() == 0


def test_attachment_holds_users_back() -> None:
    sellers = [Provider(name, (Offer(f"{name} o", 2.0, 1.0),), pools=(Pool(1e6),)) for name in ("p", "q")]
    loose = users(taste_noise=0.05, attachment=0.0)
    tied = users(taste_noise=0.05, attachment=1.0, reconsider_per_day=24.0)
    for segment, least, most in ((loose, 0.45, 0.55), (tied, 0.0, 1.0)):
        model = run(segment, *sellers, ticks=12)
        shares = model.records.series("offers", "ordered", "p o") / model.records.series("offers", "ordered")
        assert least <= shares[-1] <= most
    attached = model.cohorts[0].attached
    assert set(attached.tolist()) <= {-1, 0, 1}
    assert (attached >= 0).any()


def test_what_is_not_open_is_not_bought() -> None:
    two = users(users=10.0)
    other = replace(two, name="v")
    provider = Provider(
        "p", (Offer("for u", 1.0, 1.0, open_to=("u",)), Offer("for nobody", 0.0, 9.0, open_to=())), pools=(Pool(1e6),)
    )
    model = TokenMarket(Economy((two, other), (provider,)), rng=1)
    model.run_for(3)
    assert model.records.series("segments", "ordered", "v").sum() == 0
    assert model.records.series("offers", "ordered", "for nobody").sum() == 0
    assert model.records.series("segments", "ordered", "u").sum() > 0


def test_a_curve_buys_the_cheapest_and_only_what_it_may() -> None:
    sellers = [Provider(f"p{k}", (Offer(f"o{k}", float(k), 1.0),), pools=(Pool(1e6),)) for k in (1, 2, 2.5)]
    everywhere = run(CurveSegment("c", (LinearDemand(10.0, 0.1),)), *sellers, ticks=1)
    assert everywhere.orders.tolist() == [[90.0, 0.0, 0.0]]
    choosy = run(CurveSegment("c", (LinearDemand(10.0, 0.1),), offers=("o2", "o2.5")), *sellers, ticks=1)
    np.testing.assert_allclose(choosy.orders, [[0.0, 80.0, 0.0]])
    assert choosy.records.series("ticks", "nothing")[0] == pytest.approx(20.0)


@pytest.mark.parametrize("whole", [False, True])
@BOTH
def test_curves_take_turns_in_whole_requests_too(clearing: Clearing, whole: bool) -> None:
    curves = (LinearDemand(10.0, 0.1), LinearDemand(-1.0, 0.1))
    model = run(
        CurveSegment("c", curves, patience_h=0.0), shop(1.0, racks=50.0), whole=whole, clearing=clearing, ticks=20
    )
    ordered = model.records.series("ticks", "ordered")
    assert ordered[1::2].sum() == 0
    assert (ordered[::2] > 0).all()
    assert model.records.series("ticks", "served").max() <= 50.0 * (1 + 1e-9)
    if whole:
        np.testing.assert_array_equal(ordered, np.rint(ordered))


def test_far_patience() -> None:
    for patience in (0.0, 1e-320, 1e300, math.inf):
        model = run(users(patience_h=patience), shop(racks=10.0), ticks=3)
        away = model.records.series("ticks", "turned_away").sum()
        assert (away > 0) == (patience < 1)
