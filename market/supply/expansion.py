"""How an owner's racks grow: along a rate, along a plan, or after what they earn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from capacity.errors import InputError, require


@dataclass
class Fleet:
    """An owner's racks, and those that it has ordered.

    Attributes:
        racks: racks that run.
        on_order: (year of arrival, racks), in order of arrival.
        earned: what a rack-hour has earned lately, running mean [USD per rack-h].
        next_look: year of the next look at ordering.
    """

    racks: float
    on_order: list[tuple[float, float]] = field(default_factory=list)
    earned: float = 0.0
    next_look: float = 0.0


class Expansion(ABC):
    """A plan for a fleet. Called once a tick; returns the racks that were ordered, to be paid for."""

    @abstractmethod
    def __call__(self, fleet: Fleet, years: float) -> float:
        """Move the fleet to so many years after the start."""


@dataclass(frozen=True)
class SteadyGrowth(Expansion):
    """Racks grow by a factor a year, smoothly."""

    factor: float = 1.0

    def __post_init__(self) -> None:
        require("steady growth: factor", self.factor, above=0)

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Grow since the last call."""
        elapsed = years - fleet.next_look
        fleet.next_look = years
        before = fleet.racks
        fleet.racks *= self.factor**elapsed
        return max(fleet.racks - before, 0.0)


@dataclass(frozen=True)
class PlannedRacks(Expansion):
    """Racks follow a plan: so many times the first ones at so many years, linear between, flat after the last.

    Made from ``capacity.fleet.BuildOut`` where capex, DRAM and power ceilings bind.
    """

    years: tuple[float, ...]
    times: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.years) != len(self.times) or not self.years:
            raise InputError(
                f"planned racks: {len(self.years)} years and {len(self.times)} factors, but as many are needed"
            )
        if any(b <= a for a, b in zip(self.years, self.years[1:], strict=False)):
            raise InputError(f"planned racks: years must rise, got {self.years}")
        for value in self.times:
            require("planned racks: times", value, at_least=0)

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Follow the plan since the last call."""
        now, then = (float(np.interp(t, self.years, self.times)) for t in (years, fleet.next_look))
        fleet.next_look = years
        before = fleet.racks
        fleet.racks *= now / then if then > 0 else 1.0
        return max(fleet.racks - before, 0.0)


@dataclass(frozen=True)
class FollowRents(Expansion):
    """Racks are ordered while they earn more than they cost, and come after a lead time.

    Once a month: growth ordered a year = response x (earned / cost - 1), between none and the ceiling.

    Attributes:
        cost: full cost of a rack-hour, capital included [USD per rack-h].
        response: yearly growth ordered per unit of excess return.
        lead_years: years from order to arrival.
        most_a_year: largest factor a year by which DRAM, power and capex let the fleet grow.
        retired_a_year: share of racks that is retired in a year.
    """

    cost: float
    response: float = 1.0
    lead_years: float = 0.75
    most_a_year: float = 3.4
    retired_a_year: float = 0.0

    def __post_init__(self) -> None:
        require("follow rents: cost", self.cost, above=0)
        require("follow rents: response", self.response, at_least=0)
        require("follow rents: lead_years", self.lead_years, at_least=0)
        require("follow rents: most_a_year", self.most_a_year, at_least=1)
        require("follow rents: retired_a_year", self.retired_a_year, at_least=0, at_most=1)

    def __call__(self, fleet: Fleet, years: float) -> float:
        """Take in what arrives; look once a month whether to order."""
        while fleet.on_order and fleet.on_order[0][0] <= years:
            fleet.racks += fleet.on_order.pop(0)[1]
        if years < fleet.next_look:
            return 0.0
        month = 1.0 / 12.0
        fleet.next_look = years + month
        fleet.racks *= (1.0 - self.retired_a_year) ** month
        if fleet.earned <= 0.0:
            return 0.0  # nothing has been earned yet: nothing is known
        coming = fleet.racks + sum(racks for _, racks in fleet.on_order)
        wish = self.response * (fleet.earned / self.cost - 1.0)
        yearly = min(max(1.0 + wish, 1.0), self.most_a_year)
        ordered = float(coming * (yearly**month - 1.0))
        if ordered > 0:
            fleet.on_order.append((years + self.lead_years, ordered))
        return ordered
