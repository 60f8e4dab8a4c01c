"""Vintages of machines: older chips take more power for the same work, are used last, and are given up in the end.

An owner uses and rents out first what costs least to run. Of the rack-hours that are left when its own use and
contracts are served, each vintage v asks on the spot market what it costs to run, c_v, or the owner's least price if
that is more. A rack of it leaves over in an hour in which the spot price is p

    l = max(p - c_v, 0)                                                                                     (1)

Upkeep u_v (space, staff, repairs) is paid for as long as the machines stand, whether they are used or not. Machines
are given up once a month, the dearest to keep (c_v + u_v) first, and no more of them than bring rents back to that: a
share x of all older ones, at which the next to go would have left its upkeep in the mean of the month,

    mean of max(p(x) - c_v, 0) = u_v    so that p = c_v + u_v where the price is the same in every hour    (2)

[free exit], p(x) being the price of the hour with so many machines less. An owner gives up at most a share of a
vintage in a month, which says how soon that is, and not where it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require

type Floats = NDArray[np.float64]

#: Machines are looked at once in so many years.
MONTH = 1.0 / 12.0
#: The price with fewer older machines is asked for at so many shares of them.
STEPS: Final = 8


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
    """

    vintages: Sequence[Vintage]
    racks: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.racks = np.array([one.racks for one in self.vintages], dtype=np.float64)

    @property
    def running_costs(self) -> Floats:
        """Of a rack-hour in use, by vintage [USD per rack-h]."""
        return np.array([one.running_cost for one in self.vintages], dtype=np.float64)

    @property
    def upkeep(self) -> float:
        """Of all that stands [USD/h]."""
        return float(self.racks @ np.array([one.upkeep for one in self.vintages], dtype=np.float64))

    @property
    def keeping(self) -> Floats:
        """Of a rack-hour in use with upkeep, by vintage [USD per rack-h]."""
        return self.running_costs + np.array([one.upkeep for one in self.vintages], dtype=np.float64)

    def give_up(self, shares: Floats) -> float:
        """Racks that are given up now: a share of each vintage."""
        gone = shares * self.racks
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


def fewer(quantity: Floats, keeping: Floats, share: float) -> Floats:
    """What is left of machines of which a share of all goes, the dearest to keep first, and equals in proportion.

    >>> fewer(np.array([4.0, 2.0, 2.0]), np.array([1.0, 3.0, 3.0]), 0.25)
    array([4., 1., 1.])
    """
    left, rest = quantity.copy(), share * float(quantity.sum())
    for cost in np.unique(keeping)[::-1]:
        there = float(left[keeping == cost].sum())
        if there > 0.0:
            left[keeping == cost] *= 1.0 - min(rest / there, 1.0)
            rest = max(rest - there, 0.0)
    return left


def dearest_left(quantity: Floats, keeping: Floats) -> int:
    """Which machines go next: the dearest to keep of those of which any are left.

    >>> dearest_left(np.array([4.0, 2.0, 0.0]), np.array([1.0, 2.0, 3.0]))
    1
    """
    return int(np.argmax(np.where(quantity > 0, keeping, -1.0)))


@dataclass(frozen=True)
class Exit:
    """What the next of all older machines to go leaves over beyond its upkeep, if a share of them had gone.

    Attributes:
        month: months from the start to when the mean was begun; -1 before the first.
        ticks: of which it is the mean.
        gaps: the mean [USD per rack-h], for 0, 1, 2 and so on of ``STEPS`` parts that had gone.
    """

    month: int = -1
    ticks: int = 0
    gaps: Floats = field(default_factory=lambda: np.zeros(STEPS))

    def with_hour(self, month: int, gaps: Floats) -> Exit:
        """The mean with another tick; a new month begins it anew."""
        if month != self.month:
            return Exit(month, 1, gaps)
        return Exit(month, self.ticks + 1, self.gaps + (gaps - self.gaps) / (self.ticks + 1))

    def too_many(self) -> float:
        """Share of all older machines that has to go until the next to go pays its upkeep, equation (2).

        In a line between two shares. As a price rises ever faster with what is gone, that is never too much.

        >>> Exit(0, 1, np.array([-2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])).too_many() * STEPS
        1.5
        """
        pays = np.flatnonzero(self.gaps >= 0.0)
        if pays.size == 0:
            return (STEPS - 1) / STEPS
        k = int(pays[0])
        return 0.0 if k == 0 else (k - float(self.gaps[k] / (self.gaps[k] - self.gaps[k - 1]))) / STEPS
