"""Owners' own products: search and assistants, whose users load the machines of their owner over the day and week."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_kind, require_kinds
from market.calendar import Calendar
from market.demand.load_shape import FLAT, LoadShape
from market.demand.zones import ONE_ZONE, Zone, check_zones, loads


@dataclass(frozen=True)
class Products:
    """First-party products of an owner of machines: a load that follows the hours of those who use them.

        racks in use = racks x growth^years x sum over zones of share x shape(local hour)              [racks]

    They come beside what the owner takes at any hour (``Hyperscaler.first_party``). What does not fit into its machines
    is not served.

    Attributes:
        owner: name of the owner of machines.
        racks: racks that they take at the start, on average over a week [racks].
        shape: relative load by local hour, on weekdays and at weekends.
        zones: where their users live.
        growth: factor a year of the load in machines.
    """

    owner: str
    racks: float
    shape: LoadShape = FLAT
    zones: tuple[Zone, ...] = ONE_ZONE
    growth: float = 1.0

    def __post_init__(self) -> None:
        where = f"products of '{self.owner}': "
        require(where + "racks", self.racks, at_least=0)
        require_kind(where + "shape", self.shape, LoadShape)
        require_kinds(where + "zones", self.zones, Zone)
        check_zones(where, self.zones)
        require(where + "growth", self.growth, above=0)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """Shares of the users, by zone."""
        return np.array([zone.share for zone in self.zones])

    def racks_at(self, calendar: Calendar, tick: int) -> float:
        """Racks that they call for in a tick."""
        load = float(self._shares @ loads(self.shape, self.zones, calendar, tick))
        return float(self.racks * self.growth ** calendar.years(tick) * load)
