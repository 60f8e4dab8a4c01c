"""Time: ticks on a calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.errors import InputError
from market.calendar import Calendar, RepresentativeWeeks

lengths = st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 1.0, 1.5, 2.0, 6.0, 24.0])
starts = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(microsecond=0))


@settings(max_examples=100, derandomize=True)
@given(start=starts, length=lengths, tick=st.integers(0, 100_000))
def test_periods_are_ticks_of_the_day(start: datetime, length: float, tick: int) -> None:
    calendar = Calendar(start, length)
    period = calendar.period(tick)
    assert 0 <= period < calendar.ticks_per_day
    assert calendar.period(tick + calendar.ticks_per_day) == period
    assert calendar.period(tick + 1) == (period + 1) % calendar.ticks_per_day
    assert 0 <= calendar.hour_of_day(tick) < 24


@settings(max_examples=50, derandomize=True)
@given(start=starts, length=lengths, tick=st.integers(0, 2000))
def test_timestamps_are_moments(start: datetime, length: float, tick: int) -> None:
    calendar = Calendar(start, length)
    stamp = calendar.timestamps(tick + 1)[tick].astype("datetime64[ms]").astype(datetime)
    assert abs(stamp.replace(tzinfo=UTC) - calendar.moment(tick)) <= timedelta(milliseconds=2)


def test_a_day_from_the_start() -> None:
    calendar = Calendar(datetime(2026, 1, 5, 22), 1.0)
    assert [calendar.period(tick) for tick in range(4)] == [22, 23, 0, 1]
    assert calendar.hour_of_day(0) == 22.5
    assert calendar.moment(2) == datetime(2026, 1, 6, tzinfo=UTC)
    assert calendar.years(round(365.25 * 24)) == 1.0
    assert calendar.timestamps(0).size == 0


def test_weekends_are_local() -> None:
    calendar = Calendar(datetime(2026, 1, 2, 20))  # a Friday evening in UTC
    assert not calendar.is_weekend(0)
    assert calendar.is_weekend(0, 8.0)  # Saturday in the Far East
    assert calendar.is_weekend(4)
    assert not calendar.is_weekend(4, -5.0)
    assert not calendar.is_weekend(52)  # Monday


def test_other_zones_are_put_into_utc() -> None:
    east = timezone(timedelta(hours=8))
    calendar = Calendar(datetime(2026, 1, 1, 8, tzinfo=east))
    assert calendar.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert calendar.period(0) == 0
    assert calendar.hour_of_day(0) == 0.5
    assert calendar.timestamps(1)[0] == np.datetime64("2026-01-01T00:00")
    assert Calendar(datetime(2026, 1, 1)) == Calendar(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("length", [0.0, -1.0, 0.7, 5.0, 25.0, float("nan"), float("inf"), "1"])
def test_lengths_that_do_not_make_a_day(length: object) -> None:
    with pytest.raises(InputError, match="tick_hours is"):
        Calendar(tick_hours=length)


def test_a_start_must_be_a_moment() -> None:
    with pytest.raises(InputError, match="start is '2026-01-01'"):
        Calendar("2026-01-01")


@pytest.mark.parametrize("hours", [1.0, 3.0, 24.0])
def test_where_weeks_are_left_out_nothing_leaps_but_dates(hours: float) -> None:
    """A week grows by its month, evenly, and each begins when its date says, to half a week."""
    weeks = RepresentativeWeeks(datetime(2026, 1, 5), hours)
    years = np.array([weeks.years(tick) for tick in range(37 * weeks.ticks_per_week)])
    assert np.diff(years) == pytest.approx(np.full(years.size - 1, hours / 168.0 / 12.0))
    starts = np.arange(37) * weeks.ticks_per_week
    assert years[starts] == pytest.approx(np.arange(37) / 12.0)
    dated = [(weeks.moment(int(tick)) - weeks.start).days / 365.25 for tick in starts]
    assert np.abs(years[starts] - dated).max() <= 3.5 / 365.25


def test_working_days_are_told_from_weekends_and_hours_by_the_calendar() -> None:
    weeks, all_of_it = RepresentativeWeeks(datetime(2026, 1, 5)), Calendar(datetime(2026, 1, 5))
    for calendar in (weeks, all_of_it):
        assert [calendar.kind_of_day(24 * day) for day in range(8)] == [0, 0, 0, 0, 0, 1, 1, 0]
        assert sum(calendar.days_of_a_kind) == 7
    assert all_of_it.simulated_hours(730.5) == 730.5
