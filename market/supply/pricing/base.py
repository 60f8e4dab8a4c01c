"""What all pricing policies have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from market.kinds import Kind
from market.supply.bills import Parts
from market.supply.outlook import Floats, Hours, Outlook


class PricingPolicy(Kind, ABC):
    """How a provider sets list prices.

    Attributes:
        moves_prices: whether it ever changes a price; one that does not is not asked.
    """

    moves_prices: ClassVar[bool] = True

    def looks(self, tick: int, tick_hours: float) -> bool:  # noqa: ARG002
        """Whether it looks at its list in this tick; where it does not, the list stays as it is."""
        return True

    @property
    def moves_parts(self) -> bool:
        """Whether it sets what input, cached and long tokens cost over output; otherwise the tariff stays as it is."""
        return False

    def parts(self, outlook: Outlook) -> Parts | None:  # noqa: ARG002
        """New prices of input, cached and long tokens over that of output; None where they stay."""
        return None

    @property
    def moves_hours(self) -> bool:
        """Whether it sets hours in which the list is dearer; otherwise they stay as they are."""
        return False

    def dear_hours(self, outlook: Outlook) -> Hours | None:  # noqa: ARG002
        """New hours in which the list is dearer; None where they stay."""
        return None

    @property
    def boundless(self) -> bool:
        """Whether it asks ever more of users who can go nowhere else."""
        return False

    @property
    def counts_full_rivals(self) -> bool:
        """Whether its estimate of demand has what goes on to it where rivals are full (``Economy.overflow``)."""
        return False

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """Whether the price of a tick of so many hours covers whatever machines turn out to cost in it."""
        return False

    @abstractmethod
    def __call__(self, outlook: Outlook) -> Floats:
        """Return new list prices of the provider's offers."""

    def opening(self, outlook: Outlook) -> Floats:
        """List prices of offers that are new in this tick, as those that are movable; others' places do not count."""
        return self(outlook)

    def fits(self, provider: str, offers: int) -> None:
        """Say so if the policy cannot price this many offers."""
