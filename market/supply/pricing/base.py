"""What all pricing policies have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError
from market.kinds import Kind, answered, named
from market.supply.bills import PARTS, Parts
from market.supply.outlook import Floats, Hours, Outlook, TermsPosted

type Flags = NDArray[np.bool_]

PRICES: Final = "list prices of its offers [USD per million tokens]"
RATIOS: Final = "prices of parts of the bill over output's, by offer and part"
LEVELS: Final = "levels of its list over the present ones"


class PricingPolicy(Kind, ABC):
    """How a provider sets list prices. The market, and a policy around another, ask it by what is ``checked_``.

    Attributes:
        moves_prices: whether it ever changes a price; one that does not is not asked.
    """

    moves_prices: ClassVar[bool] = True

    def looks(self, tick: int, tick_hours: float) -> bool:  # noqa: ARG002
        """Whether it looks at its list in this tick; where it does not, the list stays as it is."""
        return True

    @property
    def promotes(self) -> bool:
        """Whether it has promotions: prices of offers that end some time after these have come."""
        return False

    def lists_anew(self, on_sale_h: Floats, tick_hours: float) -> Flags:  # noqa: ARG002
        """Whether an offer's list opens anew in this tick, sold for so many hours: where a promotion ends."""
        return np.zeros(on_sale_h.shape, dtype=bool)

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

    def earns(self, outlook: Outlook, price: Floats) -> float | None:  # noqa: ARG002
        """What a list earns in a tick by its own estimate [USD]; None of a policy that does not claim to earn most."""
        return None

    @property
    def moves_terms(self) -> bool:
        """Whether it sets terms of tiers; otherwise they stay as they are."""
        return False

    def terms(self, outlook: Outlook) -> TermsPosted | None:  # noqa: ARG002
        """New terms of tiers and the list on them; None where they stay."""
        return None

    @property
    def boundless(self) -> bool:
        """Whether it asks ever more of users who can go nowhere else."""
        return False

    @property
    def counts_full_rivals(self) -> bool:
        """Whether its estimate of demand has what goes on to it where rivals are full (``Economy.overflow``)."""
        return False

    @property
    def counts_waits(self) -> bool:
        """Whether its estimate of demand has what its prices do to the waits at its machines."""
        return False

    def covers_cost(self, tick_hours: float) -> bool:  # noqa: ARG002
        """Whether the price of a tick of so many hours covers whatever machines turn out to cost in it."""
        return False

    @property
    def moves_cover_cost(self) -> bool:
        """Whether no price that it changes is below what machines cost in the tick and below what they usually cost."""
        return False

    @abstractmethod
    def __call__(self, outlook: Outlook) -> Floats:
        """Return new list prices of the provider's offers."""

    def opening(self, outlook: Outlook) -> Floats:
        """List prices of offers that are new or listed anew in this tick, as those that are movable."""
        return self(outlook)

    def checked_prices(self, outlook: Outlook, least: float = 0.0) -> Floats:
        """New list prices, refused if they are not numbers of at least ``least``, one an offer."""
        return answered("pricing policy", self, self(outlook), outlook.price.shape, PRICES, low=least)

    def checked_opening(self, outlook: Outlook, least: float = 0.0) -> Floats:
        """The same of offers that are new."""
        return answered("pricing policy", self, self.opening(outlook), outlook.price.shape, PRICES, low=least)

    def checked_parts(self, outlook: Outlook) -> Parts | None:
        """New prices of parts of the bill, refused if they are not numbers of at least 0, by offer and part."""
        parts: object = self.parts(outlook)
        if parts is None:
            return None
        if not isinstance(parts, Parts):
            raise InputError(f"{named('pricing policy', self)} gave {type(parts).__name__}, but must be Parts, or None")
        offers = outlook.price.size
        answered("pricing policy", self, parts.ratios, (offers, PARTS), RATIOS, low=0.0)
        answered("pricing policy", self, parts.level, (offers,), LEVELS, low=0.0)
        return parts

    def checked_terms(self, outlook: Outlook) -> TermsPosted | None:
        """New terms of tiers, refused if they are none that a tier may choose, or their list is no list."""
        posted = self.terms(outlook)
        if posted is None:
            return None
        answered("pricing policy", self, posted.price, outlook.price.shape, PRICES, low=0.0)
        for new, old, among in zip(posted.terms, outlook.terms, outlook.may_choose, strict=True):
            if new != old and new not in among:
                raise InputError(f"{named('pricing policy', self)} chose terms that its tier does not offer: {new}")
        return posted

    def fits(self, provider: str, offers: int) -> None:
        """Say so if the policy cannot price this many offers."""
