"""Moments: what is known of the world, each as a measure with a range and a source; a run hits it or misses it.

A moment's measure is one of ``scenarios.results.measures``, or an elasticity of ``scenarios.studies.elasticities``.
Data from a file of one's own look like ``world.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, nearest
from scenarios.results.measures.measure import MEASURES
from scenarios.studies.moments.tables import number, rows_of

#: Moments that the package brings: the winter 2025/26, and what sellers did with their lists until then.
SHIPPED: Final = ("world", "sellers")
COLUMNS: Final = ("name", "measure", "low", "high", "source", "grade")
#: How sure a source is: a statement or filing, press or analysts, the rest.
GRADES: Final = ("a", "b", "c")
#: Moments that only a market that can still be asked gives: see ``scenarios.studies.elasticities``.
ELASTICITIES: Final = ("elasticity-all", "elasticity-lab", "elasticity-open-seller")


@dataclass(frozen=True)
class Moment:
    """Something that is known of the world.

    Attributes:
        name: what it is called.
        measure: measure of a run that says the same.
        low, high: between what it is known to be.
        source: who says so.
        grade: 'a' for a company's statement or filing, 'b' for reputable press or analysts, 'c' for the rest.
    """

    name: str
    measure: str
    low: float
    high: float
    source: str
    grade: str = "c"

    @property
    def unit(self) -> str:
        """Unit of the measure."""
        return MEASURES[self.measure].unit if self.measure in MEASURES else "1"


@dataclass(frozen=True)
class Verdict:
    """A moment, and what a run gives.

    Attributes:
        moment: what is known.
        found: what the run gives; NaN where it cannot say.
    """

    moment: Moment
    found: float

    @property
    def hit(self) -> bool | None:
        """Whether it is within the range; None where the run cannot say."""
        return None if math.isnan(self.found) else self.moment.low <= self.found <= self.moment.high

    @property
    def record(self) -> dict[str, Any]:
        """Plain values."""
        moment = self.moment
        return {
            "name": moment.name,
            "measure": moment.measure,
            "unit": moment.unit,
            "low": moment.low,
            "high": moment.high,
            "found": None if math.isnan(self.found) else self.found,
            "hit": self.hit,
            "source": moment.source,
            "grade": moment.grade,
        }


def shipped(name: str) -> list[Moment]:
    """Moments that the package brings, one of ``SHIPPED``."""
    return moments_from(Path(str(resources.files(__package__).joinpath(f"{name}.csv"))))


def named(text: str) -> list[Moment]:
    """Moments by name, those of ``SHIPPED``, or of a file."""
    if text in SHIPPED:
        return shipped(text)
    if not Path(text).suffix and not Path(text).exists():
        raise InputError(
            f"moments '{text}' does not exist{nearest(text, SHIPPED)}; known: {', '.join(SHIPPED)}, or a CSV file"
        )
    return moments_from(Path(text))


def world() -> list[Moment]:
    """What is known of the winter 2025/26."""
    return shipped("world")


def moments_from(path: Path) -> list[Moment]:
    """Moments of a file; a row that cannot be is named."""
    return [_moment(where, row) for where, row in rows_of(path, "moments", COLUMNS, unique="name")]


def _moment(where: str, row: Mapping[str, str]) -> Moment:
    known = [*MEASURES, *ELASTICITIES]
    if row["measure"] not in known:
        raise InputError(
            f"{where}: measure is '{row['measure']}', but must be a known one{nearest(row['measure'], known)}"
        )
    if row["grade"] not in GRADES:
        given = f"'{row['grade']}'" if row["grade"] else "empty"
        raise InputError(
            f"{where}: grade is {given}, but must be a (a statement or filing), b (press or analysts) or c (the rest)"
        )
    low, high = number(where, row, "low"), number(where, row, "high")
    if not low <= high:
        raise InputError(f"{where}: low is {low:g} and high {high:g}; low must not be above high")
    return Moment(row["name"], row["measure"], low, high, row["source"], row["grade"])


def judge(moments: list[Moment], found: Mapping[str, float]) -> list[Verdict]:
    """Hold what was found, by measure, against what is known."""
    return [Verdict(one, float(found.get(one.measure, math.nan))) for one in moments]
