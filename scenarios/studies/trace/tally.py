"""Sums over requests of a kind, which add up over blocks of a file and over classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """What requests add up to.

    Attributes:
        requests: how many.
        input, cached, output: tokens of all.
        log_mean: mean of the log of a request's tokens, input and output together.
        log_squares: squared differences from that mean, summed.
        first_hour: the first hour in ``by_hour`` [h since 1970, local time].
        by_hour: requests in each hour from then on.
    """

    requests: int
    input: float
    cached: float
    output: float
    log_mean: float
    log_squares: float
    first_hour: int
    by_hour: NDArray[np.int64]

    @classmethod
    def of(cls, hours: NDArray[np.int64], input: Floats, cached: Floats, output: Floats) -> Tally:
        """Of single requests: the hour of each, and its tokens."""
        logs = np.log(input + output)
        mean, first = float(logs.mean()), int(hours.min())
        return cls(
            len(hours),
            float(input.sum()),
            float(cached.sum()),
            float(output.sum()),
            mean,
            float(((logs - mean) ** 2).sum()),
            first,
            np.bincount(hours - first),
        )

    def __add__(self, other: Tally) -> Tally:
        """Of both together; means and squares as Chan, Golub and LeVeque (1983) combine them."""
        count = self.requests + other.requests
        apart = other.log_mean - self.log_mean
        first = min(self.first_hour, other.first_hour)
        last = max(self.first_hour + len(self.by_hour), other.first_hour + len(other.by_hour))
        return Tally(
            count,
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.log_mean + apart * other.requests / count,
            self.log_squares + other.log_squares + apart**2 * self.requests * other.requests / count,
            first,
            self.hours_between(first, last) + other.hours_between(first, last),
        )

    def hours_between(self, first: int, last: int) -> NDArray[np.int64]:
        """Requests in each hour from ``first`` until before ``last``, which hold all that there are."""
        made: NDArray[Any] = np.zeros(last - first, dtype=np.int64)
        made[self.first_hour - first : self.first_hour - first + len(self.by_hour)] = self.by_hour
        return made
