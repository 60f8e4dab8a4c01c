"""Which part of the space of parameters a study samples, and how: what an analysis of it needs to know again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from capacity.errors import InputError, nearest, require, require_whole

#: Ways to choose points, and what each is for.
METHODS: Final = {
    "lhs": "Latin hypercube: every slice of every range once",
    "sobol": "Saltelli's scheme on Sobol's sequence: for Sobol indices",
    "morris": "one-at-a-time trajectories: for Morris' elementary effects",
}
#: Levels of the grid on which Morris' trajectories walk.
LEVELS: Final = 4
MOST_POINTS: Final = 1_000_000


@dataclass(frozen=True)
class Range:
    """From where to where a parameter varies.

    Attributes:
        path: the parameter, such as supply.growth.
        low: smallest value [the parameter's unit].
        high: largest value.
        log: spread evenly in the logarithm.
        whole: whole numbers only, both ends included.
    """

    path: str
    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        where = f"range of {self.path}"
        low, high = require(f"{where}: low", self.low), require(f"{where}: high", self.high)
        if not low < high:
            raise InputError(f"{where} is {low:g}:{high:g}, but low must be below high")
        if not math.isfinite(high - low):
            raise InputError(f"{where} is {low:g}:{high:g}, which is wider than a number can be")
        if self.log and low <= 0:
            raise InputError(f"{where} is {low:g}:{high:g}:log, but low must be above 0 for a logarithm")
        if self.whole and not (low.is_integer() and high.is_integer()):
            raise InputError(f"{where} is {low:g}:{high:g}, but the parameter is a whole number, so both must be")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def value(self, share: float) -> float | int:
        """The value at a share (0 to 1) of the way through the range."""
        if share in (0.0, 1.0) and not self.whole:
            return self.low if share == 0.0 else self.high
        low, high = (self.low, self.high + 1.0) if self.whole else (self.low, self.high)
        between = math.exp(math.log(low) + share * math.log(high / low)) if self.log else low + share * (high - low)
        # Rounding must not lead out of the range.
        if self.whole:
            return int(min(max(math.floor(between), self.low), self.high))
        return min(max(between, self.low), self.high)


@dataclass(frozen=True)
class Sampling:
    """A sampled design.

    Attributes:
        method: one of ``METHODS``.
        ranges: what varies.
        size: points (lhs), base points (sobol) or trajectories (morris).
        seed: seed of the design; it has nothing to do with the seeds of the runs.
        order: for each point of the design its place among the distinct ones; empty where all are distinct.
    """

    method: str
    ranges: tuple[Range, ...]
    size: int
    seed: int = 1
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            known = "; ".join(f"{name} ({what})" for name, what in METHODS.items())
            raise InputError(f"--method is '{self.method}'{nearest(self.method, METHODS)}, but must be one of {known}")
        if not self.ranges:
            raise InputError("--sample needs at least one --range, for example --range supply.growth=2:6")
        require_whole("--sample", self.size, at_least=1, at_most=MOST_POINTS)
        require_whole("--design-seed", self.seed, at_least=0, at_most=2**32 - 1)
        if self.method != "lhs" and len(self.ranges) < 2:
            raise InputError(f"--method {self.method} divides the blame among ranges, so it needs at least two --range")

    @property
    def paths(self) -> list[str]:
        """The parameters that vary."""
        return [one.path for one in self.ranges]

    def record(self) -> dict[str, Any]:
        """As plain values for a file."""
        ranges = [vars(one) for one in self.ranges]
        return {
            "method": self.method,
            "size": self.size,
            "seed": self.seed,
            "order": list(self.order),
            "ranges": ranges,
        }

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Sampling:
        """Back from plain values."""
        ranges = tuple(Range(**one) for one in record["ranges"])
        return cls(record["method"], ranges, record["size"], record["seed"], tuple(record["order"]))
