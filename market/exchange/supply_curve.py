"""What a pool offers at a scarcity rent: a fixed capacity, or more of it the more is paid."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from capacity.fields import quantity
from market.kinds import Kind

#: Part of the work by which a rise of cost is found, where a curve does not say it.
STEP: Final = 1e-5


class SupplyCurve(Kind, ABC):
    """Work offered [rack-h] at a rent above running cost [USD per rack-h], and the profit from it."""

    @abstractmethod
    def quantity(self, rent: float, capacity: float) -> float:
        """Work offered at a rent [rack-h]; ``capacity`` is what the pool has in this tick."""

    @abstractmethod
    def cost(self, work: float) -> float:
        """What so much work [rack-h] costs beyond running cost [USD]."""

    @property
    def rises(self) -> bool:
        """Whether a rack-hour costs more the more work is done."""
        return True

    def marginal(self, work: float) -> float:
        """What a rack-hour more costs beyond running cost when so much work is done [USD per rack-h]."""
        step = STEP * max(work, 1.0)
        low, high = max(work - step, 0.0), work + step
        return (self.cost(high) - self.cost(low)) / (high - low)

    def profit(self, rent: float, capacity: float) -> float:
        """Rents less cost [USD]: the integral of the quantity over rents from 0."""
        done = self.quantity(rent, capacity)
        return rent * done - self.cost(done)

    @abstractmethod
    def slope(self, rent: float, capacity: float) -> float:
        """Derivative of the quantity [rack-h per (USD per rack-h)]."""


@dataclass(frozen=True)
class FixedCapacity(SupplyCurve):
    """All of the capacity at any rent."""

    kind = "fixed-capacity"

    def quantity(self, rent: float, capacity: float) -> float:  # noqa: ARG002
        """The capacity."""
        return capacity

    def cost(self, work: float) -> float:  # noqa: ARG002
        """Nothing: the owner pays for the capacity, whether it is used or not."""
        return 0.0

    @property
    def rises(self) -> bool:
        """It does not."""
        return False

    def marginal(self, work: float) -> float:  # noqa: ARG002
        """Nothing."""
        return 0.0

    def slope(self, rent: float, capacity: float) -> float:  # noqa: ARG002
        """None."""
        return 0.0


@dataclass(frozen=True)
class RisingCost(SupplyCurve):
    """Marginal cost rises with the work done: so much more for each rack-hour, up to capacity.

    >>> RisingCost(0.5).quantity(rent=2.0, capacity=10.0), RisingCost(0.5).profit(rent=2.0, capacity=10.0)
    (4.0, 4.0)
    """

    kind = "rising-cost"

    slope_usd: float = quantity(..., "USD per rack-h per rack-h", "rise of marginal cost with the work done", above=0)

    def quantity(self, rent: float, capacity: float) -> float:
        """Work whose marginal cost is below the rent."""
        return min(max(rent, 0.0) / self.slope_usd, capacity)

    def cost(self, work: float) -> float:
        """Area below the marginal cost."""
        return 0.5 * self.slope_usd * work * work

    def marginal(self, work: float) -> float:
        """In proportion to the work."""
        return self.slope_usd * work

    def slope(self, rent: float, capacity: float) -> float:
        """1 / slope_usd below capacity."""
        return 1.0 / self.slope_usd if rent / self.slope_usd < capacity else 0.0
