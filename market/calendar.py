"""Time: ticks of equal length on a calendar in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require

HOURS_PER_DAY = 24.0
HOURS_PER_MONTH = 365.25 / 12.0 * HOURS_PER_DAY
DAYS_PER_WEEK = 7
#: Of these, before the weekend.
WEEKDAYS = 5
MONTHS_PER_YEAR = 12
WEEKS_PER_MONTH = 365.25 / 12.0 / DAYS_PER_WEEK


@dataclass(frozen=True)
class Calendar:
    """When the first tick begins and how long a tick is.

    Attributes:
        start: begin of tick 0, in UTC.
        tick_hours: length of a tick [h]; a whole number of ticks makes a day.
    """

    start: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    tick_hours: float = 1.0

    def __post_init__(self) -> None:
        require("calendar: tick_hours", self.tick_hours, above=0, at_most=HOURS_PER_DAY)
        if abs(self.ticks_per_day * self.tick_hours - HOURS_PER_DAY) > 1e-9:
            raise InputError(f"calendar: tick_hours is {self.tick_hours:g}, but a day must be a whole number of ticks")
        if not isinstance(self.start, datetime):
            raise InputError(f"calendar: start is {self.start!r}, but must be a datetime (UTC if it names no zone)")
        zone = self.start.tzinfo
        object.__setattr__(
            self, "start", self.start.replace(tzinfo=UTC) if zone is None else self.start.astimezone(UTC)
        )

    @cached_property
    def ticks_per_day(self) -> int:
        """Ticks in a day."""
        return round(HOURS_PER_DAY / self.tick_hours)

    def moment(self, tick: int) -> datetime:
        """Begin of a tick, in UTC."""
        return self.start + timedelta(hours=tick * self.tick_hours)

    def timestamps(self, count: int) -> NDArray[np.datetime64]:
        """Begins of the first ``count`` ticks, as UTC without a zone (what pandas and Parquet like best)."""
        begin = np.datetime64(self.start.astimezone(UTC).replace(tzinfo=None), "ms")
        offsets = np.arange(count) * (self.tick_hours * 3_600_000.0)
        return np.asarray(begin + offsets.astype("timedelta64[ms]"))

    def period(self, tick: int) -> int:
        """Number of the tick within its day, from 0; the day begins at 0:00 UTC."""
        return int(self._ticks_before + tick + 1e-9) % self.ticks_per_day

    @cached_property
    def _ticks_before(self) -> float:
        """Ticks of the first day that lie before the start."""
        return (self.start.hour + self.start.minute / 60.0 + self.start.second / 3600.0) / self.tick_hours

    @property
    def ticks_per_week(self) -> int:
        """Ticks in a week."""
        return DAYS_PER_WEEK * self.ticks_per_day

    def week_period(self, tick: int) -> int:
        """Number of the tick within its week, from 0; the week begins on Monday at 0:00 UTC.

        >>> Calendar(datetime(2026, 1, 6)).week_period(3)
        27
        """
        return self.moment(tick).weekday() * self.ticks_per_day + self.period(tick)

    def hour_of_day(self, tick: int) -> float:
        """Middle of the tick in UTC hours, 0 to 24."""
        moment = self.moment(tick)
        middle = moment.hour + moment.minute / 60.0 + moment.second / 3600.0 + self.tick_hours / 2.0
        return middle % HOURS_PER_DAY

    def is_weekend(self, tick: int, offset_hours: float = 0.0) -> bool:
        """Whether the middle of the tick is on a Saturday or Sunday, ``offset_hours`` east of UTC."""
        middle = self.moment(tick) + timedelta(hours=self.tick_hours / 2.0 + offset_hours)
        return middle.weekday() >= WEEKDAYS

    def years(self, tick: int) -> float:
        """Years since the start."""
        return tick * self.tick_hours / (HOURS_PER_DAY * 365.25)

    def ticks_in(self, days: float) -> int:
        """Ticks that are simulated of so many days from the start."""
        return round(days * self.ticks_per_day)

    @property
    def simulated_share(self) -> float:
        """Share of all time that is simulated."""
        return 1.0

    def simulated_hours(self, hours: float) -> float:
        """Simulated hours that stand for so many of the calendar: fewer where weeks are left out.

        They are no less than a day: days are simulated whole, so that what goes by their hours does as ever.

        >>> [round(RepresentativeWeeks().simulated_hours(hours), 1) for hours in (5.0, 24.0, 168.0, 730.5)]
        [5.0, 24.0, 38.6, 168.0]
        """
        return max(hours * self.simulated_share, min(hours, HOURS_PER_DAY))

    def chance_in_day(self, chance: float) -> float:
        """What a chance per day is in a simulated day, which stands for more days where weeks are left out.

        >>> Calendar().chance_in_day(0.1), round(RepresentativeWeeks().chance_in_day(0.1), 3)
        (0.1, 0.368)
        """
        share = self.simulated_share
        return 1.0 - (1.0 - min(chance, 1.0)) ** (1.0 / share) if share < 1 else chance

    def kind_of_day(self, tick: int) -> int:
        """Number of the kind of day of which sellers know what machines cost: working days, and those of weekends.

        A list stands for all days, so that a Monday's look goes by Fridays as well as by the Sunday before.
        """
        return int(self.is_weekend(tick))

    def coming(self, tick: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Kind of the day, and number within it, of so many ticks from one on.

        >>> kind, period = Calendar(datetime(2026, 1, 9)).coming(22, 4)  # a Friday night
        >>> kind.tolist(), period.tolist()
        ([0, 0, 1, 1], [22, 23, 0, 1])
        """
        of_week = (self.week_period(tick) + np.arange(count)) % self.ticks_per_week
        day, period = np.divmod(of_week, self.ticks_per_day)
        return (day >= WEEKDAYS).astype(np.int64), period

    @property
    def days_of_a_kind(self) -> tuple[float, ...]:
        """How many days of each kind a week has."""
        return (5.0, 2.0)


@dataclass(frozen=True)
class RepresentativeWeeks(Calendar):
    """One week of each month, which stands for all of it: what grows with the years does so by a month within it.

    Dates jump between them, by whole weeks (four or five), so that weekdays and hours of the day follow each other as
    ever. Nothing else does: who follows a market that grows by a fifth a month sees it grow, and not leap.
    """

    @staticmethod
    def _weeks_before(months: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.rint(months * WEEKS_PER_MONTH).astype(np.int64)

    def moment(self, tick: int) -> datetime:
        """Begin of a tick, in UTC."""
        month, within = divmod(tick, self.ticks_per_week)
        weeks = int(self._weeks_before(np.array(month)))
        return self.start + timedelta(days=DAYS_PER_WEEK * weeks, hours=within * self.tick_hours)

    def timestamps(self, count: int) -> NDArray[np.datetime64]:
        """Begins of the first ``count`` ticks, as UTC without a zone."""
        month, within = np.divmod(np.arange(count), self.ticks_per_week)
        hours = self._weeks_before(month) * (DAYS_PER_WEEK * HOURS_PER_DAY) + within * self.tick_hours
        begin = np.datetime64(self.start.astimezone(UTC).replace(tzinfo=None), "ms")
        return np.asarray(begin + (hours * 3_600_000.0).astype("timedelta64[ms]"))

    def years(self, tick: int) -> float:
        """Years since the start: a tick stands for as much of a month as it is of its week.

        >>> weeks = RepresentativeWeeks()
        >>> weeks.years(12 * weeks.ticks_per_week), 12.0 * weeks.years(84)
        (1.0, 0.5)
        """
        return tick / (MONTHS_PER_YEAR * self.ticks_per_week)

    def ticks_in(self, days: float) -> int:
        """Ticks that are simulated of so many days from the start."""
        month = int(days / (DAYS_PER_WEEK * WEEKS_PER_MONTH)) + 2
        while month > 0 and self._weeks_before(np.array(month)) * DAYS_PER_WEEK >= days:
            month -= 1
        rest = min(days - int(self._weeks_before(np.array(month))) * DAYS_PER_WEEK, DAYS_PER_WEEK)
        return month * self.ticks_per_week + round(rest * self.ticks_per_day)

    @property
    def simulated_share(self) -> float:
        """Share of all time that is simulated."""
        return 1.0 / WEEKS_PER_MONTH
