"""Moments: what is known of the world, each as a measure with a range and a source; a run hits it or misses it.

A moment's measure is one of ``scenarios.results.measures``, or an elasticity of ``scenarios.studies.elasticities``.
Data from a file of one's own look like ``world.csv``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd

from capacity.errors import InputError, nearest
from capacity.reading import read_text
from scenarios.results.measures.measure import MEASURES

COLUMNS: Final = ("name", "measure", "low", "high", "source", "grade")
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


def world() -> list[Moment]:
    """What is known of the winter 2025/26."""
    return moments_from(Path(str(resources.files(__package__).joinpath("world.csv"))))


def moments_from(path: Path) -> list[Moment]:
    """Moments of a file; every row that cannot be is named."""
    text = read_text(path, f"file '{path}'", "a CSV file of moments")
    if not text.strip():
        raise InputError(f"{path}: is empty, but must begin with {','.join(COLUMNS)}")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except pd.errors.ParserError as error:
        raise InputError(f"{path}: is no table: {str(error).strip()}") from None
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise InputError(f"{path}: has no column '{missing[0]}'; columns are {', '.join(COLUMNS)}")
    made = [_moment(path, number, row) for number, row in enumerate(table.to_dict("records"), start=2)]
    names = [one.name for one in made]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: the name '{name}' is there twice")
    return made


def _moment(path: Path, number: int, row: Mapping[Any, str]) -> Moment:
    where = f"{path}, line {number}"
    known = [*MEASURES, *ELASTICITIES]
    if row["measure"] not in known:
        raise InputError(
            f"{where}: measure is '{row['measure']}', but must be a known one{nearest(row['measure'], known)}"
        )
    bounds = []
    for name in ("low", "high"):
        try:
            bounds.append(float(row[name]))
        except ValueError:
            raise InputError(f"{where}: {name} is '{row[name]}', but must be a number") from None
    if not bounds[0] <= bounds[1]:
        raise InputError(f"{where}: low is {bounds[0]:g} and high {bounds[1]:g}; low must not be above high")
    return Moment(row["name"], row["measure"], bounds[0], bounds[1], row["source"], row["grade"])


def judge(moments: list[Moment], found: Mapping[str, float]) -> list[Verdict]:
    """Hold what was found, by measure, against what is known."""
    return [Verdict(one, float(found.get(one.measure, math.nan))) for one in moments]
