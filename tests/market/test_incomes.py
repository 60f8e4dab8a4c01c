"""Incomes: dollars that are dearer the more of them go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity import Workload
from market import TokenMarket
from market.demand.growth import KnownPath
from market.demand.income import Earners, Income
from market.demand.individuals import LogitCohort
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.waits import WaitModel
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider, Tier

UNIT = Workload(0, 1_000_000)
#: Wants of the first day, a hundred times as much from the second on.
GROWN = KnownPath((0.0, 1.0 / 365.25, 1.01 / 365.25), (1.0, 1.0, 100.0))
USERS = Segment(
    "users",
    UNIT,
    40.0,
    8,
    requests_per_day=6.0,
    size_spread=1.0,
    worth_usd=4.0,
    worth_spread=0.5,
    taste_noise=0.3,
    intensity_elasticity=0.7,
    intensity_path=GROWN,
)


def sold_to(users: Segment, days: float, racks: float = 1e9, *offers: Offer) -> TokenMarket:
    shop = Provider("shop", (Offer("good", 2.0, 1.0), *offers), pools=(Pool(racks),), pricing=FixedPrice())
    model = TokenMarket(Economy((users,), (shop,), waits=WaitModel(chance=False)), rng=1)
    model.run_for(round(24 * days))
    return model


def earners_of(model: TokenMarket) -> Earners:
    cohort = model.cohorts[0]
    assert isinstance(cohort, LogitCohort)
    assert cohort.earners is not None
    return cohort.earners


@settings(max_examples=50, deadline=None)
@given(
    wanted=st.floats(1e-3, 1e6),
    elasticity=st.floats(0.0, 4.0),
    days=st.sampled_from([1 / 24, 0.25]),
    before=st.floats(0.0, 50.0),
)
def test_spending_comes_to_rest_below_all_that_there_is(
    wanted: float, elasticity: float, days: float, before: float
) -> None:
    """At w = 1/(1 - (e - e_0)/Y), where e goes with w to any power, and faster where w is large."""
    users = Earners(np.array([10.0]), 1.0, np.ones(1))
    for _ in range(round(1.0 / days)):
        users.learn(np.array([before]), days)
    for _ in range(round(60.0 / days)):
        spent = wanted * users.weight**-elasticity / (1.0 + users.weight / 1e3)
        users.learn(spent, days)
    spent = wanted * users.weight**-elasticity / (1.0 + users.weight / 1e3)
    assert users.weight[0] == pytest.approx(1.0 / (1.0 - (spent[0] - before) / 10.0), rel=1e-4)
    assert spent[0] < 10.0 + before


def test_without_an_income_and_in_the_days_of_the_start_nothing_is_otherwise() -> None:
    limited, unlimited = (sold_to(replace(USERS, income=one), 1.0) for one in (Income(5.0, memory_days=1.0), Income()))
    for name, frame in unlimited.frames().items():
        other = limited.frames()[name]
        columns = [column for column in frame.columns if column != "income_spent"]
        assert frame[columns].equals(other[columns])
    assert unlimited.cohorts[0].income_spent == 0.0
    assert limited.cohorts[0].income_spent > 0.0
    assert (earners_of(limited).weight == 1.0).all()


def test_who_wants_more_asks_less_of_it_and_spends_no_more_than_it_has() -> None:
    poor, rich, unlimited = (
        sold_to(replace(USERS, income=Income(usd, memory_days=1.0)), 12.0) for usd in (5.0, 50.0, np.inf)
    )
    paid = [float(m.records.series("segments", "paid")[-24:].sum()) / 40.0 for m in (poor, rich, unlimited)]
    assert paid[0] < paid[1] < paid[2]
    for model in (poor, rich):
        earners = earners_of(model)
        assert (earners.spent < earners.income + earners.before).all()
        assert model.cohorts[0].income_spent == pytest.approx(
            float(np.mean(earners.spent / (earners.income + earners.before))), rel=1e-3
        )


def test_new_users_bring_their_own() -> None:
    users = replace(USERS, income=Income(5.0, memory_days=1.0), intensity_path=None, users_path=GROWN)
    np.testing.assert_allclose(earners_of(sold_to(users, 3.0)).weight, 1.0, rtol=1e-6)


def test_what_is_not_served_is_not_spent() -> None:
    users = replace(USERS, income=Income(5.0, memory_days=1.0), patience_h=0.0)
    short = sold_to(users, 4.0, racks=3.0)
    noticed = float(earners_of(short).spent.mean()) * 40.0 / 24.0
    assert noticed == pytest.approx(float(short.records.series("segments", "paid")[-1]), rel=1e-9)
    assert noticed == pytest.approx(3.0 * 2.0, rel=1e-6)


def test_fees_of_plans_are_spent_too() -> None:
    plan = Offer("plan", 0.0, 1.0, tier=Tier("plan", quota_per_day=50.0), fee_usd_per_month=60.0, fixed_price=True)
    model = sold_to(replace(USERS, income=Income(500.0, memory_days=1.0)), 1.0, 1e9, plan)
    paid = model.records.series("segments", "paid")[-1]
    assert model.records.series("segments", "fees")[-1] > 0
    assert float(earners_of(model).spent.mean()) * 40.0 / 24.0 == pytest.approx(float(paid), rel=1e-9)


def test_income_goes_with_use_as_far_as_it_is_to() -> None:
    """In the mean it is the same, and who asks ten times as much has ten times, or 10^.5 times."""
    asked, people = np.array([1.0, 10.0]), np.array([3.0, 1.0])
    for with_use in (0.0, 0.5, 1.0):
        each = Income(40.0, with_use=with_use).of_each(asked, people)
        assert each[1] / each[0] == pytest.approx(10.0**with_use)
        assert each @ people / people.sum() == pytest.approx(40.0)
