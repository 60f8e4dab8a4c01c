"""Calendars: equal ticks, and representative weeks that jump."""

import itertools
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from market.calendar import Calendar, RepresentativeWeeks

START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("tick_hours", [1.0, 2.0, 0.5])
def test_representative_weeks_are_whole_weeks_one_a_month(tick_hours: float) -> None:
    weeks, hourly = RepresentativeWeeks(START, tick_hours), Calendar(START, tick_hours)
    per_week = weeks.ticks_per_week
    begins = [weeks.moment(k * per_week) for k in range(36)]
    assert all(begin.weekday() == START.weekday() and begin.hour == START.hour for begin in begins)
    gaps = {(later - earlier).days for earlier, later in itertools.pairwise(begins)}
    assert gaps == {28, 35}
    assert abs(weeks.years(36 * per_week) - 3.0) < 0.01
    for tick in range(per_week):  # the first week is like any
        assert weeks.moment(tick) == hourly.moment(tick)
        assert weeks.years(tick) == pytest.approx(hourly.years(tick))
    for tick in range(3 * per_week - 5, 3 * per_week + 5):  # hours and weekdays go on over a jump
        assert weeks.period(tick) == hourly.period(tick)
        assert weeks.hour_of_day(tick) == hourly.hour_of_day(tick)
        assert weeks.is_weekend(tick) == hourly.is_weekend(tick)


def test_timestamps_are_the_moments() -> None:
    for calendar in (RepresentativeWeeks(START, 2.0), Calendar(START, 2.0)):
        stamps = calendar.timestamps(400)
        moments = np.array([calendar.moment(k).replace(tzinfo=None) for k in range(400)], dtype="datetime64[ms]")
        assert (stamps == moments).all()


def test_ticks_in_covers_the_days() -> None:
    weeks, hourly = RepresentativeWeeks(START), Calendar(START)
    for days in (0.5, 1, 7, 8, 27, 28, 29, 35, 64, 365, 1096):
        assert hourly.ticks_in(days) == days * 24
        ticks = weeks.ticks_in(days)
        end = START + timedelta(days=days)
        assert weeks.moment(ticks - 1) < end
        assert weeks.moment(ticks) >= end or ticks % weeks.ticks_per_week == 0
    assert weeks.ticks_in(1096) == 36 * 168
    assert weeks.ticks_in(7) == weeks.ticks_in(28) == 168
    assert weeks.simulated_share == pytest.approx(12 * 7 / 365.25)
