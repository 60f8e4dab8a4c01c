"""What the market expects of the spot price of machines: the forward curve, from what prices have been."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity.fields import quantities, quantity
from market.kinds import Kind

type Floats = NDArray[np.float64]

MONTH: Final = 1.0 / 12.0
#: Fewest months by which a growth is told.
LEAST_MONTHS: Final = 3
#: Largest logarithm of a change that is expected.
MOST: Final = 20.0


@dataclass(frozen=True)
class Entrants:
    """Owners who order machines as long as these are expected to earn what they cost.

    Attributes:
        cost: full cost of a rack-hour of machines that come so many years from now [USD per rack-h].
        first: years until machines that nobody has ordered yet can stand.
        growth: most that all machines can grow then, as a factor a year.
    """

    cost: Callable[[Floats], Floats]
    first: float
    growth: float = np.inf


@dataclass(frozen=True)
class Seen:
    """What there is to go by.

    Attributes:
        now: mean spot price of the last month [USD per rack-h].
        months: mean spot price of each whole calendar month so far, oldest first [USD per rack-h].
        years: years since the start.
        age: years since the middle of the last month.
        month_racks: racks of all owners in each whole calendar month so far, on average.
        prices, stood: spot [USD per rack-h] and racks of all owners in each tick of the last month; none if not known.
        racks: racks that will stand so many years from now, of those that stand and are under way; None if not known.
        entrants: who adds to these, or None.
    """

    now: float
    months: Floats = field(default_factory=lambda: np.zeros(0))
    years: float = 0.0
    age: float = 0.0
    month_racks: Floats = field(default_factory=lambda: np.zeros(0))
    prices: Floats = field(default_factory=lambda: np.zeros(0))
    stood: Floats = field(default_factory=lambda: np.zeros(0))
    racks: Callable[[Floats], Floats] | None = None
    entrants: Entrants | None = None


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
class UnderWay(RentForecast):
    """Prices follow demand over the machines that stand and are under way; newcomers hold them at cost from then on.

    With spot S_h and racks R_h in the ticks of the last month, whose middle is a time u ago, demand that grows at G a
    year, an elasticity e of the racks that are rented, and racks R(t) as far as they are ordered,

        alone      A(t) = mean over h of S_h (G^(t + u) R_h / R(t))^(1/e)                                 (1)
        expected   S(t) = A(t) before machines can come that nobody has ordered, and from then, t_1, on
                   min(A, max(full cost of a newcomer, A with as many as can come))                       (2)

    as many being R(t) M^(t - t_1) at a factor M a year. G is what log demand, e ln S + ln R, has risen by in the last
    months, in a line.

    >>> price, racks = np.array([8.0]), np.array([100.0])
    >>> seen = Seen(8.0, prices=price, stood=racks, racks=lambda ahead: np.where(ahead < 0.5, 100.0, 200.0))
    >>> expects = UnderWay(elasticity=2.0, months=0, demand_growth=4.0)
    >>> expects.expected(seen, np.array([0.0, 0.5, 1.0])).round(4).tolist()
    [8.0, 8.0, 11.3137]
    """

    kind = "under-way"

    elasticity: float = quantity(
        1.0,
        "1",
        "fall of racks rented, in per cent, with a price that is one per cent higher",
        "1, as of budgets: research and labs spend what they have; what hangs on it: docs/explanation/machines.md",
        above=0,
        high=100,
    )
    months: int = quantity(
        6,
        "months",
        f"months in which it is seen how demand for racks grows, at least {LEAST_MONTHS}; 0: it is known",
        low=0,
        high=120,
        whole=True,
    )
    demand_growth: float = quantity(
        1.0,
        "1/year",
        "factor a year of demand for racks, where it is known, and until it is seen",
        "Epoch: 3.4, as what was ordered before the start",
        above=0,
        high=1e3,
        shipped=3.4,
    )

    def growth(self, seen: Seen) -> float:
        """Logarithm of what demand for racks grows by in a year."""
        known, racks = seen.months[-self.months :], seen.month_racks[-self.months :]
        if self.months == 0 or known.size < LEAST_MONTHS or racks.size != known.size:
            return float(np.log(self.demand_growth))
        if (known <= 0).any() or (racks <= 0).any():
            return float(np.log(self.demand_growth))
        demand = self.elasticity * np.log(known) + np.log(racks)
        return float(np.polyfit(np.arange(known.size) * MONTH, demand, 1)[0])

    def expected(self, seen: Seen, ahead: Floats) -> Floats:
        """Equation (2)."""
        if seen.now <= 0.0:
            return np.zeros(ahead.shape)
        more, before = np.zeros(ahead.shape), seen.now
        if seen.racks is not None and seen.prices.size and (typical := float(seen.stood.mean())) > 0:
            before = float((seen.prices * (seen.stood / typical) ** (1.0 / self.elasticity)).mean())
            more = np.log(np.maximum(seen.racks(ahead), 1e-9 * typical) / typical)
        change = (self.growth(seen) * (ahead + seen.age) - more) / self.elasticity
        alone = before * np.exp(np.clip(change, -MOST, MOST))
        entrants = seen.entrants
        if entrants is None:
            return np.asarray(alone)
        since = np.maximum(ahead - entrants.first + MONTH, 0.0)
        least = alone * np.maximum(entrants.growth, 1.0) ** (-since / self.elasticity)
        held = np.minimum(alone, np.maximum(entrants.cost(ahead), least))
        return np.asarray(np.where(ahead >= entrants.first, held, alone))


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
