"""Vintages of machines: older chips take more power for the same work, are used last, and are given up in the end.

An owner uses and rents out first what costs least to run. Of the rack-hours that are left when its own use and
contracts are served, each vintage v asks on the spot market what it costs to run, c_v, or the owner's least price if
that is more. A rack of it leaves over in an hour in which the spot price is p, and in the mean of about a month,

    l = max(p - c_v, 0)                                                                                     (1)

Upkeep (space, staff, repairs) is paid for as long as the machines stand, whether they are used or not. Once a month a
share of a vintage whose mean of (1) is below that is given up, until the rent of what is left pays its upkeep:

    p = c_v + upkeep    where the price is the same in every hour [free exit]                               (2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require

type Floats = NDArray[np.float64]

#: The mean of what a rack leaves over is taken over about a month, and looked at once in one [years].
MONTH = 1.0 / 12.0


@dataclass(frozen=True)
class Vintage:
    """Machines of one kind.

    Attributes:
        name: what they are.
        racks: how many there are at the start, counted by what they can do.
        running_cost: power of one in use [USD per rack-h].
        upkeep: what one costs whether it is used or not [USD per rack-h].
    """

    name: str
    racks: float
    running_cost: float
    upkeep: float = 0.0

    def __post_init__(self) -> None:
        for name in ("racks", "running_cost", "upkeep"):
            require(f"vintage '{self.name}': {name}", getattr(self, name), at_least=0)


@dataclass
class Standing:
    """What is left of an owner's older vintages.

    Attributes:
        vintages: what they were at the start.
        racks: how many stand, by vintage.
        left: what a rack has left over in the mean of about a month, by vintage [USD per rack-h]; NaN if unknown.
        next_look: year of the next look.
        seen: year up to which prices have been seen.
    """

    vintages: Sequence[Vintage]
    racks: Floats = field(init=False)
    left: Floats = field(init=False)
    next_look: float = MONTH
    seen: float = 0.0

    def __post_init__(self) -> None:
        self.racks = np.array([one.racks for one in self.vintages], dtype=np.float64)
        self.left = np.full(self.racks.size, np.nan)

    @property
    def running_costs(self) -> Floats:
        """Of a rack-hour in use, by vintage [USD per rack-h]."""
        return np.array([one.running_cost for one in self.vintages], dtype=np.float64)

    @property
    def upkeep(self) -> float:
        """Of all that stands [USD/h]."""
        return float(self.racks @ np.array([one.upkeep for one in self.vintages], dtype=np.float64))

    def see(self, years: float, price: float, power: float) -> None:
        """Take note of the spot price since the last time, equation (1); power costs so many times what it did."""
        left = np.maximum(price - self.running_costs * power, 0.0)
        pace = min(max(years - self.seen, 0.0) / MONTH, 1.0)
        self.left = np.where(np.isnan(self.left), left, self.left + pace * (left - self.left))
        self.seen = years

    def give_up(self, years: float, share: float) -> float:
        """Racks that are given up now: a share of each vintage that does not pay its upkeep, once a month."""
        if years < self.next_look or share == 0.0:
            return 0.0
        self.next_look = years + MONTH
        upkeep = np.array([one.upkeep for one in self.vintages], dtype=np.float64)
        gone = np.where(self.left < upkeep, share, 0.0) * self.racks
        self.racks = self.racks - gone
        return float(gone.sum())

    def running_cost(self, in_use: float, racks: float, newest: float, hours: float) -> float:
        """Cost of so many rack-hours in use, the cheapest first, of an owner with so many racks in all [USD].

        ``newest``: cost of a rack-hour of those that are no older vintage.

        >>> old = Standing([Vintage("old", 4.0, 3.0), Vintage("oldest", 2.0, 5.0)])
        >>> old.running_cost(12.0, 16.0, 1.0, 1.0), old.running_cost(15.0, 16.0, 1.0, 1.0)
        (16.0, 27.0)
        """
        order = np.argsort(self.running_costs, kind="stable")
        there = np.append(max(racks - float(self.racks.sum()), 0.0), self.racks[order]) * hours
        costs = np.append(newest, self.running_costs[order])
        before = np.append(0.0, np.cumsum(there))[:-1]
        return float(np.clip(in_use - before, 0.0, there) @ costs)
