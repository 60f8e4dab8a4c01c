"""Putting off: projection, habits, and that no request is lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from capacity import Workload
from market import TokenMarket
from market.calendar import Calendar
from market.demand.deferral import Habit, onto_simplex
from market.demand.load_shape import LoadShape
from market.demand.segment import Deferral, Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.supply.specs import Offer, Pool, Provider, Tier

points = hnp.arrays(
    np.float64, (3, 5), elements=st.floats(-1e6, 1e6) | st.floats(-2, 2) | st.sampled_from([-1e15, 1e15])
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(point=points)
def test_projection_is_onto_the_simplex(point: NDArray[np.float64]) -> None:
    found = onto_simplex(point)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=-1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(onto_simplex(found), found, atol=1e-12)
    # The nearest: every entry above 0 is as far below its point as every other, and no 0 would be less far.
    for row, there in zip(point, found, strict=True):
        gap = row - there
        used = there > 0
        scale = 1e-9 * max(float(np.abs(row).max()), 1.0)
        assert np.ptp(gap[used]) <= scale
        assert (gap[~used] <= gap[used].min() + scale).all()


def test_a_habit_moves_to_the_hours_that_are_worth_more() -> None:
    habit = Habit(Deferral(0.5, 6.0, cost_usd_per_h=0.01), periods=24, tick_hours=1.0)
    for _ in range(20):
        for period in range(24):
            habit.learn(period, 1.0 if period in (3, 4) else 0.5, 1.0)
    np.testing.assert_allclose(habit.spread.sum(axis=-1), 1.0)
    assert habit.spread[0, 0, 3] > 0.5  # from midnight to three o'clock
    assert habit.spread[0, 4, 0] == pytest.approx(1.0)  # no reason to leave
    assert habit.spread[0, 10, 0] == pytest.approx(1.0)  # too far away


@pytest.mark.parametrize("worth", [0.0, 1e-12, 1e12])
@pytest.mark.parametrize("price", [0.0, 1e-12, 1e12])
def test_habits_stay_shares(worth: float, price: float) -> None:
    habit = Habit(Deferral(1.0, 30.0, cost_usd=0.1), periods=24, tick_hours=1.0)
    for day in range(5):
        for period in range(24):
            habit.learn(period, worth * (1 + period * (day + 1)), price)
    assert (habit.spread >= 0).all()
    np.testing.assert_allclose(habit.spread.sum(axis=-1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("tick_hours", [0.5, 1.0, 6.0])
@pytest.mark.parametrize("deferral", [Deferral(0.0, 8.0), Deferral(0.7, 0.0), Deferral(0.7, 8.0), Deferral(1.0, 40.0)])
def test_what_is_put_off_is_taken_up(deferral: Deferral, tick_hours: float, dtype: str) -> None:
    segment = Segment(
        "u", Workload(0, 1_000_000), 500.0, 10, worth_usd=9.0, time_value=0.1, deferral=deferral, dtype=dtype
    )
    racks = (1.0,) * round(12 / tick_hours) + (400.0,) * round(12 / tick_hours)
    provider = Provider("p", (Offer("o", 1.0, 1.0),), pools=(Pool(racks),))
    model = TokenMarket(Economy((segment,), (provider,), calendar=Calendar(tick_hours=tick_hours)), rng=1)
    formed = off = taken = asked = 0.0
    rounding = 1e-5 if dtype == "float32" else 1e-10
    for tick in range(round(72 / tick_hours)):
        model.step()
        cohort = model.cohorts[0]
        formed, off, taken = (
            total + part
            for total, part in zip(
                (formed, off, taken), (cohort.wanted.formed, cohort.wanted.put_off, cohort.wanted.taken_up), strict=True
            )
        )
        asked += model.records.tables["segments"].data["asked"][tick, 0]
        assert cohort.put_off == pytest.approx(off - taken, rel=rounding, abs=rounding * formed)
        assert formed == pytest.approx(asked + cohort.put_off, rel=rounding)
    moved = deferral.share > 0 and deferral.deadline_h >= 6
    assert (off > 0) == moved


def put_off_after_days(segment: Segment, provider: Provider, days: int = 6) -> float:
    """Part of the movable work that a cohort puts off in the end, mean of all hours."""
    model = TokenMarket(Economy((segment,), (provider,)), rng=1)
    model.run_for(24 * days)
    habit = model.cohorts[0].habit
    return float(habit.spread[0, :, 1:].sum(axis=-1).mean())


ENOUGH = (Pool((400.0,)),)
CAN_WAIT = Deferral(0.9, 12.0)


def test_nothing_is_put_off_to_the_hours_of_who_pays_more() -> None:
    """By day ask those who would pay much, by night those who would pay little; prices and waits are the same."""
    hours = (0.1,) * 12 + (1.9,) * 12
    segment = Segment(
        "u",
        Workload(0, 1_000_000),
        500.0,
        40,
        worth_usd=9.0,
        worth_spread=1.5,
        deferral=CAN_WAIT,
        shape=LoadShape(hours, hours),
        zones=(Zone("here", 0.0, 0.5), Zone("there", 12.0, 0.5)),
    )
    assert put_off_after_days(segment, Provider("p", (Offer("o", 1.0, 1.0),), pools=ENOUGH)) < 1e-9


def test_nothing_is_put_off_to_when_quotas_begin_anew() -> None:
    """A quota is no larger for work that comes later."""
    segment = Segment("u", Workload(0, 1_000_000), 500.0, 10, worth_usd=9.0, deferral=CAN_WAIT, requests_per_day=48.0)
    offers = (Offer("free", 0.0, 1.0, tier=Tier(quota_per_day=12.0)), Offer("paid", 1.0, 1.0))
    assert put_off_after_days(segment, Provider("p", offers, pools=ENOUGH)) < 1e-9
