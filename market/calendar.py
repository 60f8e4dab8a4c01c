"""Time: ticks of equal length on a calendar in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require

HOURS_PER_DAY = 24.0


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

    @property
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
        begin = self.start.hour + self.start.minute / 60.0 + self.start.second / 3600.0
        return int(begin / self.tick_hours + tick + 1e-9) % self.ticks_per_day

    def hour_of_day(self, tick: int) -> float:
        """Middle of the tick in UTC hours, 0 to 24."""
        moment = self.moment(tick)
        middle = moment.hour + moment.minute / 60.0 + moment.second / 3600.0 + self.tick_hours / 2.0
        return middle % HOURS_PER_DAY

    def is_weekend(self, tick: int, offset_hours: float = 0.0) -> bool:
        """Whether the middle of the tick is on a Saturday or Sunday, ``offset_hours`` east of UTC."""
        middle = self.moment(tick) + timedelta(hours=self.tick_hours / 2.0 + offset_hours)
        return middle.weekday() >= 5

    def years(self, tick: int) -> float:
        """Years since the start."""
        return tick * self.tick_hours / (HOURS_PER_DAY * 365.25)
