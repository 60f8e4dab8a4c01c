"""A schedule by the hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capacity.errors import InputError
from capacity.fields import quantities
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy


@dataclass(frozen=True)
class TimeOfDay(PricingPolicy):
    """A given schedule: a factor on the base price by UTC hour, for scenarios whose question it is."""

    kind = "time-of-day"

    factors: tuple[float, ...] = quantities(..., "1", "24 factors on the base price by UTC hour", high=1e3, count=24)
    base: tuple[float, ...] = quantities(
        (),
        "USD per million output-equivalent tokens",
        "base prices, one for each offer or one for all; where there is none, the list prices at the start",
        settable=False,
    )

    def fits(self, provider: str, offers: int) -> None:
        """One base price for all offers, or one for each."""
        if self.base and len(self.base) not in (1, offers):
            raise InputError(
                f"provider '{provider}': time-of-day: base has {len(self.base)} prices, but must have 1 or {offers}, "
                "one for each offer"
            )

    def __call__(self, outlook: Outlook) -> Floats:
        """Return base x factor of the hour."""
        base = np.asarray(self.base, dtype=np.float64) if self.base else outlook.opening_price
        return np.asarray(np.broadcast_to(base, outlook.price.shape) * self.factors[int(outlook.hour) % 24])
