"""What the market expects of the spot price of machines: the forward curve, from what prices have been."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from capacity.fields import quantities, quantity
from market.kinds import Kind

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What there is to go by.

    Attributes:
        now: mean spot price of the last month [USD per rack-h].
        months: mean spot price of each whole calendar month so far, oldest first [USD per rack-h].
        years: years since the start.
    """

    now: float
    months: Floats = field(default_factory=lambda: np.zeros(0))
    years: float = 0.0


class RentForecast(Kind, ABC):
    """What the market expects the spot price of machines to be."""

    @abstractmethod
    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """Mean spot price so many years from now [USD per rack-h]; never below 0."""


@dataclass(frozen=True)
class LastMonth(RentForecast):
    """Prices stay as they were in the last month."""

    kind = "last-month"

    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """The same at every date."""
        return np.full(ahead.shape, seen.now)


@dataclass(frozen=True)
class TowardCost(RentForecast):
    """Prices go back to what a new machine costs, which falls, as machines are added where rents pay them.

        ln S(t) = ln C(t) + (ln S(0) - ln C(0)) exp(-pace t),   C(t) = cost x cheaper^-(years + t)                 (1)

    >>> TowardCost(cost=100.0, cheaper=2.0, pace=0.0).expected(Seen(300.0), np.array([0.0, 1.0]))
    array([300., 150.])
    """

    kind = "toward-cost"

    cost: float = quantity(
        ...,
        "USD per rack-h",
        "full cost of a new rack-hour at the start, capital included",
        above=0,
        shipped=250.0,
        settable=False,
    )
    cheaper: float = quantity(
        1.4,
        "1/year",
        "factor a year by which new machines get cheaper for the same work",
        "Epoch: hardware price-performance doubles in about two years",
        above=0,
        high=100,
    )
    pace: float = quantity(
        0.7,
        "1/year",
        "rate at which a gap between price and cost is expected to close",
        "half in a year: two quarters from an order to its machines, and as long to order",
        high=100,
    )

    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """Equation (1)."""
        if seen.now <= 0.0:
            return np.zeros(ahead.shape)
        cost_now = self.cost * self.cheaper**-seen.years
        gap = np.log(seen.now / cost_now) * np.exp(-self.pace * ahead)
        return np.asarray(cost_now * self.cheaper**-ahead * np.exp(gap))


@dataclass(frozen=True)
class Trend(RentForecast):
    """Prices go on as they went in the last months, less and less.

    The slope b of log prices over the last months fades: ln S(t) = ln S(0) + b (1 - exp(-t / fades)) fades.
    """

    kind = "trend"

    months: int = quantity(6, "months", "months over which the slope is taken", low=2, high=120, whole=True)
    fades: float = quantity(0.5, "years", "time in which a slope loses all but a third", above=0, high=100)

    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """The last month's price, carried on."""
        known = seen.months[-self.months :]
        slope = 0.0
        if known.size > 1 and (known > 0).all():
            slope = float(np.polyfit(np.arange(known.size) / 12.0, np.log(known), 1)[0])
        return np.asarray(seen.now * np.exp(np.clip(slope * self.fades * -np.expm1(-ahead / self.fades), -20.0, 20.0)))


@dataclass(frozen=True)
class Foreseen(RentForecast):
    """Prices are known in advance: so much at so many years after the start, linear between, flat beyond.

    For textbook cases; used from Python only.
    """

    at_years: tuple[float, ...] = quantities(..., "years", "dates after the start", settable=False)
    prices: tuple[float, ...] = quantities(..., "USD per rack-h", "spot price at each of them", settable=False)

    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """What was foretold."""
        return np.asarray(np.interp(seen.years + ahead, self.at_years, self.prices))
