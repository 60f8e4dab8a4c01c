"""Where users live: time zones, and what their clocks make of the shape of a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require
from market.calendar import Calendar
from market.demand.load_shape import LoadShape


@dataclass(frozen=True)
class Zone:
    """A time zone and the share of the segment's users that live there."""

    name: str
    utc_offset_h: float
    share: float

    def __post_init__(self) -> None:
        require(f"zone '{self.name}': utc_offset_h", self.utc_offset_h, at_least=-12, at_most=14)
        require(f"zone '{self.name}': share", self.share, at_least=0, at_most=1)


ONE_ZONE = (Zone("UTC", 0.0, 1.0),)


def check_zones(where: str, zones: tuple[Zone, ...]) -> None:
    """Say so if shares do not add up to all."""
    if not zones or abs(sum(zone.share for zone in zones) - 1.0) > 1e-9:
        raise InputError(f"{where}shares of the zones add up to {sum(z.share for z in zones):g}, not 1")


def ahead_of_utc(zones: tuple[Zone, ...]) -> NDArray[np.float64]:
    """Hours by which clocks are ahead of UTC, by zone."""
    return np.array([zone.utc_offset_h for zone in zones])


def loads(shape: LoadShape, zones: tuple[Zone, ...], calendar: Calendar, tick: int) -> NDArray[np.float64]:
    """Relative load in the middle of a tick, by zone: weeks are alike, so those of one are worked out once."""
    return _loads(shape, zones, calendar, tick % calendar.ticks_per_week)


@lru_cache(maxsize=2**11)
def _loads(shape: LoadShape, zones: tuple[Zone, ...], calendar: Calendar, tick: int) -> NDArray[np.float64]:
    offsets = ahead_of_utc(zones)
    weekend = [calendar.is_weekend(tick, offset) for offset in offsets.tolist()]
    found = shape.at(calendar.hour_of_day(tick) + offsets, np.array(weekend))
    found.flags.writeable = False  # many look at it
    return found


@lru_cache(maxsize=2**4)
def loads_in(
    shape: LoadShape, zones: tuple[Zone, ...], calendar: Calendar, ticks: tuple[int, ...]
) -> NDArray[np.float64]:
    """The same of many ticks, by tick and zone; those of a week are looked at by every seller in each of its ticks."""
    found = np.array([loads(shape, zones, calendar, tick) for tick in ticks])
    found.flags.writeable = False
    return found
