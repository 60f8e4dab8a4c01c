"""The shape of a day: how much is asked in each local hour, on weekdays and at weekends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError

#: Hours that the measured shapes have to be moved by to be in local time. The traces are in UTC; their coding
#: load has its middle at 18 h UTC, which is 13 h in the middle of North America's zones (UTC-5).
MEASURED_ZONE_HOURS = -5.0


#: Middles of the hours of a day, and of one before and after it.
MIDDLES = np.arange(-1, 25) + 0.5

type Loads = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class LoadShape:
    """Relative load by local hour, on weekdays and at weekends; 24 values each, of mean 1 over the week."""

    weekday: tuple[float, ...]
    weekend: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("weekday", "weekend"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            if values.shape != (24,) or not np.all(np.isfinite(values)) or np.any(values < 0):
                raise InputError(f"load shape: {name} must be 24 numbers of at least 0")

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once: loads of a tick are looked up by their shape many times."""
        return hash((self.weekday, self.weekend))

    @classmethod
    def of_loads(cls, weekday: Loads, weekend: Loads) -> LoadShape:
        """The shape of loads by local hour in any unit: over their mean, five weekdays to two days of a weekend."""
        day, end = np.asarray(weekday, dtype=np.float64), np.asarray(weekend, dtype=np.float64)
        mean = (5.0 * day.mean() + 2.0 * end.mean()) / 7.0
        if not mean > 0:
            raise InputError("load shape: all loads are 0, but one must be above")
        return cls(tuple(day / mean), tuple(end / mean))

    def at(self, local_hour: NDArray[np.float64], weekend: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Relative load at local hours; linear between the middles of hours."""
        hour = np.mod(local_hour, 24.0)
        day, end = (np.interp(hour, MIDDLES, around) for around in self._around)
        return np.where(weekend, end, day)

    @cached_property
    def _around(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Loads of weekdays and weekends, from the hour before the first to that after the last."""
        day, end = (np.array((s[-1], *s, s[0])) for s in (self.weekday, self.weekend))
        return day, end


FLAT = LoadShape((1.0,) * 24, (1.0,) * 24)


@cache
def measured(kind: str) -> LoadShape:
    """The measured shape of 'chat' or 'code' [Azure public LLM inference traces, 2024], in local time."""
    if kind not in WEEKEND_OVER_WEEKDAY:
        raise InputError(f"load shape '{kind}' is unknown; known: {', '.join(WEEKEND_OVER_WEEKDAY)}")
    raw = []
    for day in ("weekday", "weekend"):
        path = resources.files("market").joinpath("data", f"load_shape_{kind}_{day}.csv")
        with path.open(encoding="utf-8") as file:
            raw.append(np.loadtxt(file, delimiter=",", skiprows=1)[:, 1])
    weekday, weekend = (np.roll(values, round(MEASURED_ZONE_HOURS)) for values in raw)
    weekday = weekday / weekday.mean()
    weekend = weekend / weekend.mean() * WEEKEND_OVER_WEEKDAY[kind]
    return LoadShape.of_loads(weekday, weekend)


#: Load of a weekend day over that of a weekday [Azure public LLM inference traces, 2024].
WEEKEND_OVER_WEEKDAY = {"chat": 0.57, "code": 0.32}
