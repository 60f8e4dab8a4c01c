"""Parameters that a fit may move, with their bounds: a table of path, start, low and high."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from capacity.errors import InputError
from scenarios.studies.moments.tables import number, rows_of

COLUMNS: Final = ("path", "start", "low", "high")


@dataclass(frozen=True)
class Free:
    """A parameter that may move between bounds; on a scale of logs where both are above 0.

    >>> round(Free("x", 1.0, 0.1, 10.0).value(0.5), 9), Free("x", 0.0, -1.0, 3.0).value(0.5)
    (1.0, 1.0)
    """

    path: str
    start: float
    low: float
    high: float

    @property
    def in_logs(self) -> bool:
        """Whether it moves by factors."""
        return self.low > 0

    def value(self, place: float) -> float:
        """Its value at a place from 0 (low) to 1 (high)."""
        if self.in_logs:
            return float(math.exp(math.log(self.low) + place * (math.log(self.high) - math.log(self.low))))
        return self.low + place * (self.high - self.low)

    def place(self, value: float) -> float:
        """From 0 at the lower bound to 1 at the upper."""
        if self.in_logs:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def of_the_world() -> list[Free]:
    """Those from which the baseline was fitted."""
    return free_from(Path(str(resources.files(__package__).joinpath("free.csv"))))


def free_from(path: Path) -> list[Free]:
    """Parameters of a file; a row that cannot be is named."""
    return [_free(where, row) for where, row in rows_of(path, "parameters", COLUMNS, unique="path")]


def _free(where: str, row: Mapping[str, str]) -> Free:
    start, low, high = (number(where, row, name) for name in COLUMNS[1:])
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"{where}: low is {low:g} and high {high:g}; low must be below high")
    if not low <= start <= high:
        raise InputError(f"{where}: start is {start:g}, but must be from {low:g} to {high:g}")
    return Free(row["path"], start, low, high)
