"""Contracts for a term: what they cost, and whether they are signed at all.

Seller and buyer know what the spot market is expected to bring over the term. Each can trade there in place of the
contract; what the contract saves them is risk, and it costs the buyer whatever the machines would stand idle or serve
what pays less than they cost. With S the discounted mean of expected spot, V the variance of the mean spot of the
term, Q the racks and w what a rack under contract is worth to the buyer over the spot price (1 if it needs it always):

    seller's least    A = S - g_s Q V / 2, but no less than what it asks on the spot market
    buyer's most      B = w S + g_b (1 - 2 h) Q V / 2
    price             F = A + x (B - A), signed if B >= A                                     [Nash 1950]         (1)
    V                 sd² / T² (T + 2 Σ_k (T - k) rho^k), k from 1 to T - 1, T periods                            (2)

With w = 1 this is the forward price of Bessembinder and Lemmon (2002).

Where the buyer may choose among lengths T, it compares them over the longest, H: a shorter one is followed by others
like it, at the rent of their day, so that it insures less. With m the mean of rho^i over a term and n = H / T terms,

    renewed   V_T = (m sd)² / n² (n - 1 + 2 Σ_k (n - 1 - k) rho^(kT)),  the variance of what is paid over H     (3)
    gain      (w - 1) S + (V_H - V_T) Q (g_s + g_b (1 - 2 h)) / 2                                          (4)

of an hour; half of it if x is half. What speaks for short terms is that needs change: w is what racks under contract
are worth over the term, when what is needed is lognormal about today's, with a deviation that grows as the root of
time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_kind
from market.supply.rents import LastMonth, RentForecast, Seen

type Floats = NDArray[np.float64]

HOURS_A_YEAR = 8_766.0
#: Dates at which expected spot is looked up over a term, at most: by the tick below that.
POINTS = 400
#: Rounding below which two values are one: those who gain nothing by a contract sign it all the same.
SAME = 1e-12
#: Middles of twenty equal parts of a normal distribution.
DRAWS: Final = np.array([NormalDist().inv_cdf((k + 0.5) / 20) for k in range(20)])


@dataclass(frozen=True)
class Bargain:
    """What two have to agree on.

    Attributes:
        least: lowest price that the seller takes [USD per rack-h].
        most: highest price that the buyer pays [USD per rack-h].
        price: what they agree on; None if nothing suits both.
    """

    least: float
    most: float
    price: float | None


@dataclass(frozen=True)
class TermMarket:
    """What the market expects of the spot price, and how contracts are priced by that.

    Attributes:
        forecast: what the market expects of the spot price.
        discount: yearly rate of interest at which later payments count less.
        buyer_risk, seller_risk: what risk costs each: half of it times the variance of what is at stake an hour
            [h/USD], or with ``per_stake`` times that variance over what is at stake [1].
        per_stake: whether risk is counted over what is at stake, so that large and small firms are alike.
        seller_share: share of the gain that the seller gets.
        passed_on: share of a change of the spot price that the buyer's own customers pay.
        spread: standard deviation of the spot price of a period about what was expected, over that.
        persistence: correlation of that of one period with that of the next.
        period_h: the period [h].
        need_spread: deviation of the log of what a buyer needs from what it needed a period before.
        bargained: whether contracts are bargained for when they end; if not, they are renewed at the last month's mean.
    """

    forecast: RentForecast = field(default_factory=LastMonth)
    discount: float = 0.0
    buyer_risk: float = 0.0
    seller_risk: float = 0.0
    per_stake: bool = False
    seller_share: float = 0.5
    passed_on: float = 0.0
    spread: float = 0.0
    persistence: float = 0.0
    period_h: float = 730.5
    need_spread: float = 0.0
    bargained: bool = True

    def __post_init__(self) -> None:
        require_kind("terms: forecast", self.forecast, RentForecast)
        for name in ("discount", "buyer_risk", "seller_risk", "spread", "need_spread"):
            require(f"terms: {name}", getattr(self, name), at_least=0)
        for name in ("seller_share", "passed_on"):
            require(f"terms: {name}", getattr(self, name), at_least=0, at_most=1)
        require("terms: persistence", self.persistence, at_least=-1, at_most=1)
        require("terms: period_h", self.period_h, above=0)

    def expected(self, seen: Seen, hours: float, tick_hours: float) -> float:
        """Discounted mean of expected spot over so many hours from now, by the tick [USD per rack-h]."""
        years, weight, total = _points(hours, tick_hours, self.discount)
        return float((self.forecast.expected(seen, years) * weight).sum() / total)

    def variance(self, expected: float, hours: float) -> float:
        """Variance of the mean spot price of a term, equation (2) [(USD per rack-h)²]."""
        periods = max(1, round(hours / self.period_h))
        return float((self.spread * expected) ** 2 * _together(periods, self.persistence) / periods**2)

    def renewed(self, expected: float, hours: float, horizon: float) -> float:
        """Variance of the mean rent over a horizon in terms of so many hours, equation (3) [(USD per rack-h)²]."""
        periods = max(1, round(hours / self.period_h))
        terms = max(1, round(horizon / self.period_h / periods))
        mean = float((self.persistence ** np.arange(periods)).mean())
        return (mean * self.spread * expected) ** 2 * _together(terms - 1, self.persistence**periods) / terms**2

    def exposed(self, expected: float, hours: float, horizon: float, racks: float) -> float:
        """What a rack-hour costs both, over a horizon, that is let for terms of so many hours and not at once [USD].

        Over equation (1), by equation (4).
        """
        insured = self.variance(expected, horizon) - self.renewed(expected, hours, horizon)
        both = self.seller_risk + self.buyer_risk * (1.0 - 2.0 * self.passed_on)
        return self._half(expected, racks) * both * (self.variance(expected, hours) - insured)

    def needed(self, times: Floats, worth: Floats, hours: float) -> Floats:
        """What racks are worth over a term of so many hours, when needs change.

        ``worth``: what so many ``times`` as many racks as are under contract are worth at today's need; with a need of
        f of today's, k times as many are worth what k / f times are today.
        """
        if self.need_spread == 0.0:
            return worth
        order = np.argsort(times)
        deviation = self.need_spread * np.sqrt(0.5 * hours / self.period_h)
        middle = np.exp(-deviation * DRAWS)
        return np.asarray([np.interp(k * middle, times[order], worth[order]).mean() for k in times])

    def _half(self, expected: float, racks: float) -> float:
        """Half of what risk is counted over [racks, or hours per USD]."""
        stake = racks * expected
        return 0.5 * ((racks / stake if stake > 0 else 0.0) if self.per_stake else racks)

    def bargain(self, expected: float, hours: float, racks: float, worth: float = 1.0, ask: float = 0.0) -> Bargain:
        """What seller and buyer agree on, equation (1).

        Args:
            expected: discounted mean of expected spot over the term [USD per rack-h].
            hours: length of the term [h].
            racks: how many.
            worth: what a rack under contract is worth to the buyer over the spot price, by what it was lately.
            ask: below which the seller leaves its machines idle [USD per rack-h].
        """
        half = self._half(expected, racks) * self.variance(expected, hours)
        least = max(expected - self.seller_risk * half, ask)
        most = worth * expected + self.buyer_risk * (1.0 - 2.0 * self.passed_on) * half
        if most < least - SAME * expected:
            return Bargain(least, most, None)
        return Bargain(least, most, least + self.seller_share * (most - least))


@lru_cache(maxsize=2**8)
def _points(hours: float, tick_hours: float, discount: float) -> tuple[Floats, Floats, float]:
    """Dates of a term at which expected spot is looked up [years], how much each counts, and the sum of that."""
    count = max(1, round(hours / tick_hours))
    points = np.arange(count) * tick_hours if count <= POINTS else (np.arange(POINTS) + 0.5) * (hours / POINTS)
    at: Floats = np.asarray(points, dtype=np.float64)
    weight = (1.0 + discount) ** (-at / HOURS_A_YEAR)
    return at / HOURS_A_YEAR, weight, float(weight.sum())


@lru_cache(maxsize=2**8)
def _together(periods: int, persistence: float) -> float:
    """Variance of the sum of so many periods over that of one, equation (2)."""
    gaps = np.arange(1, periods)
    return periods + 2.0 * float(((periods - gaps) * persistence**gaps).sum())
