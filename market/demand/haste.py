"""How much individuals mind delay: not all alike, or a slower tier of equal cost would never pay its seller.

The value of an hour to individual i, whose requests are worth w_i at a median of w, is

    v_i = h w B((w_i / w)^e exp(s z_i)),   z_i normal,   B(x) = c x / (c - 1 + x)                                (1)

in USD, with the segment's time value h, the spread s, the elasticity e to worth and bounded by
c times the median: smoothly, so that no crowd of equals stands at the bound. As a
share of its worth it is v_i / w_i. With e = 1 and s = 0 all lose the same share of their worth in an hour. Background
requests (no one reads along) have a value of time and a worth of their own. Mussa and Rosen (1978); Mendelson and
Whang (1990).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_or_inf

type Values = NDArray[Any]


@dataclass(frozen=True)
class TimeValues:
    """How the value of time differs between individuals, equation (1).

    Attributes:
        spread: s: standard deviation of its log, in USD an hour, beside what goes with worth.
        with_worth: e: by how many per cent it is higher where a request is worth one per cent more.
        cap: c: less than so many times the median; infinite for none.
    """

    spread: float = 0.0
    with_worth: float = 1.0
    cap: float = math.inf

    def __post_init__(self) -> None:
        require("time values: spread", self.spread, at_least=0)
        require("time values: with_worth", self.with_worth)
        require_or_inf("time values: cap", self.cap, at_least=1)

    @property
    def differ(self) -> bool:
        """Whether an hour costs not all the same share of their worth."""
        return self.spread > 0 or self.with_worth != 1.0 or math.isfinite(self.cap)


@dataclass(frozen=True)
class Background:
    """Requests that nobody waits for.

    Attributes:
        share: of the requests, drawn by individual.
        worth: what one is worth, over what it would be if somebody waited.
        time_value: share of that worth lost per hour of delay [1/h].
    """

    share: float = 0.0
    worth: float = 1.0
    time_value: float = 0.0

    def __post_init__(self) -> None:
        require("background: share", self.share, at_least=0, at_most=1)
        require("background: worth", self.worth, above=0)
        require("background: time_value", self.time_value, at_least=0)


#: All lose the same share of their worth in an hour.
ALIKE = TimeValues()
#: Somebody waits for every request.
NO_BACKGROUND = Background()


def bounded(over_median: NDArray[np.float64], cap: float) -> NDArray[np.float64]:
    """Values over their median that stay below a cap, smoothly; the median stays where it is.

    >>> bounded(np.array([0.1, 1.0, 10.0, 1e9]), cap=20.0).round(3)
    array([ 0.105,  1.   ,  6.897, 20.   ])
    """
    return over_median if math.isinf(cap) else cap * over_median / (cap - 1.0 + over_median)


def shares_lost_per_hour(
    time_value: float, values: TimeValues, worth_over_median: NDArray[np.float64], normal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of its worth that each individual loses in an hour of delay [1/h], equation (1); ``normal``: z_i."""
    drawn = np.exp(values.spread * normal)
    value = bounded(worth_over_median**values.with_worth * drawn, values.cap)
    return np.asarray(time_value * value / worth_over_median)
