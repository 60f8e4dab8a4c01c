"""How an owner's racks grow: along a rate, along a plan, or after what they earn."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from capacity.fields import quantities, quantity
from market.kinds import Kind
from market.supply.rent_outlook import RentOutlook

type Floats = NDArray[np.float64]

#: Time between two looks at ordering [years].
MONTH = 1.0 / 12.0
#: Two dates that are no further apart are one [years].
SAME_DATE = 1e-9


@dataclass
class Fleet:
    """An owner's racks, and those that it has ordered.

    Attributes:
        racks: racks that run.
        on_order: (year of arrival, racks), in order of arrival.
        earned: what a rack-hour has earned lately, running mean [USD per rack-h].
        next_look: year of the next look at ordering.
        most: racks that may be ordered now: what creditors lend for.
        outlook: what rack-hours are expected to earn, where its owner orders by that.
    """

    racks: float
    on_order: list[tuple[float, float]] = field(default_factory=list)
    earned: float = 0.0
    next_look: float = 0.0
    most: float = math.inf
    outlook: RentOutlook | None = None

    @property
    def coming(self) -> float:
        """Racks that run and that are on order."""
        return self.racks + sum(racks for _, racks in self.on_order)

    def foretold(self, years: float, kept: float = 1.0) -> Callable[[Floats], Floats]:
        """Racks that will run so many years after ``years``, if no more are ordered and a year leaves a part of them.

        >>> Fleet(10.0, on_order=[(1.0, 5.0)]).foretold(0.5, 0.25)(np.array([0.0, 0.5, 1.0])).tolist()
        [10.0, 10.0, 5.0]
        """
        come = np.array([due - years for due, _ in self.on_order])
        ordered, racks = np.array([racks for _, racks in self.on_order]), self.racks

        def at(ahead: Floats) -> Floats:
            since = ahead[:, None] - come
            there = np.where(since >= -SAME_DATE, kept ** np.maximum(since, 0.0), 0.0)
            return np.asarray(racks * kept**ahead + there @ ordered)

        return at


class Expansion(Kind, ABC):
    """A plan for a fleet. Called once a tick; returns the racks that were added, to be paid for."""

    def fleet(self, racks: float) -> Fleet:
        """So many racks at the start, and what is on order then: nothing, unless a kind says so."""
        return Fleet(racks)

    def foretold(self, fleet: Fleet, years: float) -> Callable[[Floats], Floats]:
        """Racks that will run so many years after ``years``, by what is under way now."""
        return fleet.foretold(years)

    def price_over_first(self, years: float) -> float:  # noqa: ARG002
        """What a rack costs so many years after the start, over what it did then, where nobody sells racks."""
        return 1.0

    @abstractmethod
    def __call__(self, fleet: Fleet, years: float) -> float:
        """Move the fleet to so many years after the start."""


@dataclass(frozen=True)
class SteadyGrowth(Expansion):
    """Racks grow by a factor a year, smoothly."""

    kind = "steady"

    growth: float = quantity(1.0, "1/year", "factor a year of compute", "Epoch: 3.4", above=0, high=1e3, shipped=3.4)

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Grow since the last call."""
        elapsed = years - fleet.next_look
        fleet.next_look = years
        before = fleet.racks
        fleet.racks *= self.growth**elapsed
        return max(fleet.racks - before, 0.0)

    def foretold(self, fleet: Fleet, years: float) -> Callable[[Floats], Floats]:
        """They go on growing."""
        racks = fleet.racks * self.growth ** (years - fleet.next_look)
        return lambda ahead: np.asarray(racks * self.growth**ahead)


@dataclass(frozen=True)
class PlannedRacks(Expansion):
    """Racks follow a plan: so many times the first ones at so many years, linear between, flat after the last.

    Made from ``capacity.fleet.BuildOut`` where capex, DRAM and power ceilings bind.
    """

    kind = "planned"

    years: tuple[float, ...] = quantities(
        ..., "years", "when the plan says something, after the start", low=None, settable=False
    )
    times: tuple[float, ...] = quantities(..., "1", "racks over the first ones, at each of them", settable=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.years) != len(self.times) or not self.years:
            raise InputError(f"planned: {len(self.years)} years and {len(self.times)} factors, but as many are needed")
        if any(b <= a for a, b in zip(self.years, self.years[1:], strict=False)):
            raise InputError(f"planned: years must rise, got {self.years}")

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Follow the plan since the last call."""
        now, then = (float(np.interp(t, self.years, self.times)) for t in (years, fleet.next_look))
        fleet.next_look = years
        before = fleet.racks
        fleet.racks *= now / then if then > 0 else 1.0
        return max(fleet.racks - before, 0.0)

    def foretold(self, fleet: Fleet, years: float) -> Callable[[Floats], Floats]:
        """The plan goes on."""
        then = float(np.interp(fleet.next_look, self.years, self.times))
        racks = fleet.racks / then if then > 0 else 0.0
        return lambda ahead: np.asarray(racks * np.interp(years + ahead, self.years, self.times))


@dataclass(frozen=True, kw_only=True)
class Ordering(Expansion):
    """A plan by which racks are ordered now and then, and come later; a maker of racks can be asked for them.

    What is ordered within some months comes together, as a hall that is filled at once. At the start what was ordered
    before is under way, lump by lump until the lead time is over; it was paid then. With g a year

        lump k, due at years y_k:  racks (g^y_k - g^y_(k-1))                                            (1)
    """

    lead_quarters: int = quantity(3, "quarters", "time from an order to its machines", high=40, whole=True, shipped=2)
    growth: float = quantity(
        3.4,
        "1/year",
        "most that rents can call for, as a factor a year; below 1 they call for none",
        "Epoch: 3.4",
        above=0,
        high=1e3,
    )
    retired_a_year: float = quantity(0.0, "1/year", "share of racks retired in a year", high=1)
    pipeline_growth: float = quantity(
        1.0,
        "1/year",
        "growth that was ordered before the start; 1 for nothing on order",
        "Epoch: 3.4",
        above=0,
        high=1e3,
        shipped=3.4,
    )
    lump_months: int = quantity(
        0, "months", "what is ordered within so many months comes together; 0: as it is ordered", high=60, whole=True
    )

    @abstractmethod
    def wished(self, fleet: Fleet, dearer: float) -> float:
        """Racks that it would order now, were one so many USD dearer than at the start. Changes nothing."""

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Order what is wished at what a rack costs, where nobody sells racks at another price."""
        if not self.looks(fleet, years):
            return 0.0
        ordered = self.wished(fleet, self.dearer(years))
        self.order(fleet, years, ordered)
        return ordered

    def dearer(self, years: float) -> float:  # noqa: ARG002
        """What a rack costs so many years after the start more than it did then, where nobody sells racks [USD]."""
        return 0.0

    def fleet(self, racks: float) -> Fleet:
        """What was ordered before the start is on order, equation (1)."""
        lead, lump = self.lead_quarters / 4.0, (self.lump_months or 1) / 12.0
        due = [min((k + 1) * lump, lead) for k in range(math.ceil(lead / lump - 1e-9))]
        levels = [racks * max(self.pipeline_growth, 1.0) ** years for years in (0.0, *due)]
        coming = [(years, after - before) for years, before, after in zip(due, levels, levels[1:], strict=False)]
        return Fleet(racks, on_order=[one for one in coming if one[1] > 0])

    def foretold(self, fleet: Fleet, years: float) -> Callable[[Floats], Floats]:
        """What is on order comes, and a part is retired."""
        return fleet.foretold(years, 1.0 - self.retired_a_year)

    def looks(self, fleet: Fleet, years: float) -> bool:
        """Take in what arrives; whether it is time to order. Once a month; a part of the racks is retired then."""
        while fleet.on_order and fleet.on_order[0][0] <= years:
            fleet.racks += fleet.on_order.pop(0)[1]
        if years < fleet.next_look:
            return False
        fleet.next_look = years + MONTH
        fleet.racks *= (1.0 - self.retired_a_year) ** MONTH
        return True

    def most_ordered(self, coming: float, yearly: float = math.inf) -> float:
        """Racks that are ordered in a month at a factor a year on those that come, which is held at the most."""
        return float(coming * (min(max(yearly, 1.0), max(self.growth, 1.0)) ** MONTH - 1.0))

    def arrives(self, years: float) -> float:
        """When what is ordered at a time comes, those of some months together [years]."""
        lump = self.lump_months / 12.0
        return (math.ceil(years / lump - 1e-9) * lump if lump > 0 else years) + self.lead_quarters / 4.0

    def order(self, fleet: Fleet, years: float, racks: float) -> None:
        """Have so many racks come later."""
        if racks > 0:
            fleet.on_order.append((self.arrives(years), racks))


@dataclass(frozen=True)
class FollowRents(Ordering):
    """Racks are ordered while they earn more than they cost, and come after a lead time.

    Once a month, with what a rack-hour has earned, e, and its full cost, c, which rises with the price of a rack:

        growth ordered a year = response (e / c - 1), between none and the ceiling                      (2)
    """

    kind = "follow-rents"

    cost: float = quantity(..., "USD per rack-h", "full cost of a rack-hour, capital included", above=0, settable=False)
    response: float = quantity(1.0, "1/year", "yearly growth ordered per unit of excess return", high=1e3)
    charge: float = quantity(
        0.0, "USD per rack-h and USD", "what a dollar more for a rack adds to the cost of an hour", settable=False
    )

    def wished(self, fleet: Fleet, dearer: float) -> float:
        """Equation (2) for a month; nothing where nothing has been earned yet."""
        if fleet.earned <= 0.0:
            return 0.0
        cost = self.cost + self.charge * dearer
        wish = self.response * (fleet.earned / cost - 1.0) if cost > 0 else math.inf
        return min(self.most_ordered(fleet.coming, 1.0 + wish), fleet.most)
