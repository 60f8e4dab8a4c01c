"""People differ in what an hour is worth to them; tiers in speed, in the least time they take, in their machines."""

from dataclasses import replace

import numpy as np
import pytest

from capacity import Workload
from market import TokenMarket
from market.demand.haste import Background, TimeValues, shares_lost_per_hour
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.pricing.cost_plus import CostPlus
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier

UNIT = Workload(0, 1_000_000)
QUIET = WaitModel(chance=False)


# Who minds delay, and how much ------------------------------------------------------------------------------


def test_without_spread_all_lose_the_same_share() -> None:
    rng = np.random.default_rng(1)
    lost = shares_lost_per_hour(0.3, TimeValues(), np.array([0.1, 1.0, 7.0]), rng.standard_normal(3))
    np.testing.assert_allclose(lost, 0.3, rtol=1e-14)


def test_the_value_of_an_hour_may_have_nothing_to_do_with_worth() -> None:
    worths = np.array([0.1, 1.0, 7.0])
    lost = shares_lost_per_hour(
        0.3, TimeValues(with_worth=0.0), worths, np.random.default_rng(1).standard_normal(worths.size)
    )
    np.testing.assert_allclose(lost * worths, 0.3)


def test_values_of_time_are_log_normal_and_stay_below_a_cap() -> None:
    """Half of the cap, 5 medians, is passed where the log-normal is above 4: B(4) = 5 x 4 / (4 + 4)."""
    worths = np.ones(200_000)
    lost = shares_lost_per_hour(
        2.0, TimeValues(spread=1.2, cap=5.0), worths, np.random.default_rng(1).standard_normal(worths.size)
    )
    assert np.median(lost) == pytest.approx(2.0, rel=0.02)
    assert 9.0 < lost.max() < 10.0
    assert (lost > 5.0).mean() == pytest.approx(0.12400, abs=0.002)  # P(z > ln 4 / 1.2)


def market_of(users: Segment, *offers: Offer, racks: float = 1e9, ticks: int = 3) -> TokenMarket:
    model = TokenMarket(Economy((users,), (Provider("firm", offers, pools=(Pool(racks),)),), waits=QUIET), rng=1)
    model.run_for(ticks)
    return model


def test_choices_with_own_values_of_time_are_the_logit_of_each() -> None:
    users = Segment(
        "users",
        UNIT,
        500.0,
        500,
        requests_per_day=24,
        worth_usd=4.0,
        worth_spread=0.8,
        taste_noise=0.3,
        time_value=0.2,
        time_values=TimeValues(spread=1.0, with_worth=0.5),
        background=Background(0.3, 0.5, 0.01),
    )
    slow = Tier("slow", least_h=2.0)
    model = market_of(users, Offer("fast", 1.5), Offer("slow", 0.7, tier=slow))
    cohort = model.cohorts[0]
    worth, lost = cohort.worth[:, None], cohort.haste[:, None]
    z = (1.0 - lost * np.array([0.0, 2.0]) - np.array([1.5, 0.7]) / worth) / 0.3
    shares = np.exp(z) / (1.0 + np.exp(z).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(model.orders[0], shares.sum(axis=0), rtol=1e-10)
    assert 0.2 < (cohort.haste == 0.01).mean() < 0.4


def test_the_worth_stays_below_a_cap_and_no_crowd_stands_at_it() -> None:
    users = Segment("users", UNIT, 500.0, 500, worth_usd=4.0, worth_spread=2.0, worth_cap=3.0)
    worth = market_of(users, Offer("good", 1.0)).cohorts[0].worth
    assert 11.0 < worth.max() < 12.0
    assert np.unique(worth).size == 500
    given = replace(users, individuals=2, worths_usd=(1.0, 50.0))
    assert market_of(given, Offer("good", 1.0)).cohorts[0].worth.tolist() == [1.0, 50.0], "those given are as given"


# Tiers that are goods ---------------------------------------------------------------------------------------


def test_a_tier_is_no_faster_than_its_top_speed_and_no_earlier_than_it_says() -> None:
    technology = FixedWork(seconds=1_000.0)  # a thousand tokens a second
    offers = [
        Offer("free", 1.0, technology=technology),
        Offer("capped", 1.0, technology=technology, tier=Tier(speed=100.0, most_speed=250.0)),
        Offer("late", 1.0, technology=technology, tier=Tier(least_h=8.0)),
    ]
    model = market_of(Segment("users", UNIT, 1.0, worth_usd=9.0), *offers)
    seconds = 3600.0 * model.state.expected.delay_h[0]
    np.testing.assert_allclose(seconds, [1_000.0, 4_000.0, 8 * 3600.0])


def spare(load: float, *, deadline_h: float = 24.0, hours: int = 72) -> TokenMarket:
    """Someone rents machines for people at noon only, and does batches on what is left of them."""
    day = Segment("day", UNIT, load, requests_per_day=24, worth_usd=1e3, outside=None)
    batch = Segment("batch", UNIT, load, requests_per_day=24, worth_usd=1e3, outside=None)
    tier = Tier("batch", priority=2.0, deadline_h=deadline_h, spare=True)
    offers = (
        Offer("now", 50.0, open_to=("day",)),
        Offer("later", 5.0, tier=tier, open_to=("batch",)),
    )
    firm = Provider("firm", offers, spot=True, headroom=0.0, pricing=CostPlus(margin=0.0))
    owner = Hyperscaler("owner", 1e6, reserve=2.0)
    model = TokenMarket(Economy((day, batch), (firm,), (owner,), waits=QUIET), rng=1)
    model.run_for(hours)
    return model


def test_machines_are_rented_for_batches_only_so_far_as_they_would_be_late() -> None:
    model = spare(10.0, hours=24 * 5)
    offers = model.frames()["offers"]
    later, rented = offers[offers["offer"] == "later"], model.frames()["pools"]["capacity"]
    first = later[later["tick"] < 6]
    assert first["served"].max() < 5.0  # nothing is left over, and nothing is late yet
    assert rented.iloc[1] < 12.0
    # A list goes by what it took of late, so that it pays for machines a day after the first would be late.
    assert later.loc[later["tick"] > 48, "late"].sum() == 0.0
    # In the end as much is done in an hour as comes, the window nearly used up, and it is paid like any other work.
    assert later["served"].iloc[-12:].mean() == pytest.approx(10.0, rel=0.1)
    assert later["waiting"].iloc[-1] / 10.0 == pytest.approx(23.0, rel=0.1)
    assert later["price"].iloc[-1] == pytest.approx(2.0, rel=0.2)


def test_idle_machines_cost_a_batch_nothing() -> None:
    day = Segment("day", UNIT, 10.0, requests_per_day=24, worth_usd=1e3, outside=None)
    batch = Segment("batch", UNIT, 1.0, requests_per_day=24, worth_usd=1e3, outside=None)
    tier = Tier("batch", priority=2.0, deadline_h=24.0, spare=True)
    offers = (Offer("now", 50.0, open_to=("day",)), Offer("later", 5.0, tier=tier, open_to=("batch",)))
    firm = Provider("firm", offers, spot=True, headroom=0.5, pricing=CostPlus(margin=0.0))
    model = TokenMarket(Economy((day, batch), (firm,), (Hyperscaler("owner", 1e6, reserve=2.0),), waits=QUIET), rng=1)
    model.run_for(12)
    last = model.frames()["offers"].set_index("offer").groupby(level=0).tail(1)
    assert last.loc["later", "served"] == pytest.approx(1.0)
    assert last.loc["later", "price"] == pytest.approx(0.0, abs=1e-9)
    assert last.loc["now", "price"] == pytest.approx(2.0)
    assert model.frames()["pools"]["capacity"].iloc[-1] == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ({"spare": True}, "deadline_h must be a number"),
        ({"speed": 50.0, "most_speed": 40.0}, "most_speed is 40"),
        ({"least_h": -1.0}, "least_h is -1"),
        ({"least_h": 1.0, "deadline_h": 0.5}, "deadline_h is 0.5"),
    ],
)
def test_terms_that_cannot_be_are_refused(tier: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Tier("tier", **tier)
