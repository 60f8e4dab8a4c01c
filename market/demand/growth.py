"""How many users there are: a trend, and what they get, which draws others or drives them off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capacity.errors import InputError, require, require_or_inf

#: Users become at most e to this times as many, or as few, as the trend alone would have them. Declared; far off.
MOST_LOG = 20.0


@dataclass(frozen=True)
class KnownPath:
    """A trend that is known for a while: so many times the start at so many years, interpolated in logs.

    >>> KnownPath((0.0, 1.0), (1.0, 4.0), growth_after=2.0).at(0.5)
    2.0

    Attributes:
        years: when it is known, after the start.
        times: what it is then, over the start.
        growth_after: factor a year after the last of these.
    """

    years: tuple[float, ...]
    times: tuple[float, ...]
    growth_after: float = 1.0

    def __post_init__(self) -> None:
        if len(self.years) != len(self.times) or not self.years:
            raise InputError(f"path: {len(self.years)} years and {len(self.times)} factors, but as many are needed")
        if any(b <= a for a, b in zip(self.years, self.years[1:], strict=False)):
            raise InputError(f"path: years must rise, got {self.years}")
        for factor in self.times:
            require("path: factor", factor, above=0)
        require("path: growth_after", self.growth_after, above=0)

    def at(self, years: float) -> float:
        """What it is so many years after the start, over the start."""
        after = max(years - self.years[-1], 0.0)
        return float(np.exp(np.interp(years, self.years, np.log(self.times))) * self.growth_after**after)


@dataclass(frozen=True)
class Adoption:
    """Users M come and go with what a request is worth to them:

        d ln M / dt = g + eta (I - I_0)      with a ceiling N      dM / dt = M (g + eta (I - I_0)) (1 - M / N)

    where g is the trend (the log of ``Segment.growth``) and I the expected utility of a request in units of taste
    noise, its log-sum [Small and Rosen 1981]: the mean over all requests of a tick. Those beyond a budget, and those
    turned away from a queue, count as worth what nothing is. I_0 is I at the start. With eta = 0 and a ceiling this
    is the logistic curve [Griliches 1957].

    Attributes:
        response: eta, growth rate that a unit of I adds [1/year].
        ceiling: N, all who might ever use it [people]; infinite for no limit.
        start_days: days from the start over which I_0 is averaged, the first tick at least; until then the trend
            alone moves users.
    """

    response: float = 0.0
    ceiling: float = math.inf
    start_days: float = 1.0

    def __post_init__(self) -> None:
        require("adoption: response", self.response, at_least=0)
        require_or_inf("adoption: ceiling", self.ceiling, above=0)
        require("adoption: start_days", self.start_days, at_least=0)


#: Users come and go by the trend alone.
TREND = Adoption()


class Adopters:
    """What users have got so far, and how many it has drawn."""

    def __init__(self, adoption: Adoption, users: float) -> None:
        """``users``: at the start."""
        self.adoption = adoption
        self.drawn = 0.0
        """eta x integral of I - I_0: log of the users drawn, but for the ceiling."""
        self._full = users / adoption.ceiling
        self._days, self.start = 0.0, 0.0
        """Days so far; I_0."""

    def factor(self, trend: float) -> float:
        """Users over those at the start, if the trend alone makes them ``trend`` times as many.

        With k = trend x e^drawn, M / (N - M) grows by the factor k, so M / M_0 = k / (1 + (k - 1) M_0 / N).
        """
        k = trend * math.exp(self.drawn)
        return k if self._full == 0.0 else 1.0 / (self._full + (1.0 - self._full) / k)

    def learn(self, worth: float, days: float) -> None:
        """For so many days a request was worth so much (I)."""
        if self._days == 0.0 or self._days + days <= self.adoption.start_days * (1.0 + 1e-9):
            self.start += (worth - self.start) * days / (self._days + days)
        else:
            drawn = self.drawn + self.adoption.response * (worth - self.start) * days / 365.25
            self.drawn = min(max(drawn, -MOST_LOG), MOST_LOG)
        self._days += days
