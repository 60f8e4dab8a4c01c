"""Parameters that are not known, between which values, and draws of all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from market.randomness import Streams
from scenarios.definition.scenario import Scenario
from scenarios.studies.hindcast.observed import table

#: Digits of a drawn value: enough, and the same on every machine.
DIGITS: Final = 6


@dataclass(frozen=True)
class Doubtful:
    """A parameter that may be anything between two values.

    Attributes:
        path: its path; ``{A|B}`` stands for several entries that move together.
        low, high: between what it may be.
        scale: whether steps of it are alike in value or in logs.
        source: why.
    """

    path: str
    low: float
    high: float
    scale: Literal["linear", "log"]
    source: str

    def value(self, place: float) -> float:
        """Its value at a place from 0 to 1 between the two.

        >>> Doubtful("x", 1.0, 4.0, "log", "").value(0.5)
        2.0
        """
        if self.scale == "log":
            found = math.exp(math.log(self.low) + place * (math.log(self.high) - math.log(self.low)))
        else:
            found = self.low + place * (self.high - self.low)
        return float(f"{found:.{DIGITS}g}")


def paths(name: str) -> list[str]:
    """The paths that one stands for.

    >>> paths("sellers.{A|B}.racks")
    ['sellers.A.racks', 'sellers.B.racks']
    """
    head, brace, rest = name.partition("{")
    if not brace:
        return [name]
    names, _, tail = rest.partition("}")
    return [f"{head}{one}{tail}" for one in names.split("|")]


def doubtful() -> tuple[Doubtful, ...]:
    """All of them."""
    rows: list[dict[str, Any]] = table("doubtful.csv").to_dict("records")  # type: ignore[assignment]
    return tuple(
        Doubtful(row["path"], float(row["low"]), float(row["high"]), row["scale"], row["source"]) for row in rows
    )


def drawn(seed: int, known: Sequence[Doubtful]) -> dict[str, float]:
    """One draw of what is not known, by path.

    Each has a stream of its own: to add one moves no other.
    """
    streams = Streams(seed)
    return {one.path: one.value(float(streams.stream("hindcast", one.path).random())) for one in known}


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with a value at each path, or at all that a path stands for."""
    return scenario.with_changes({path: value for name, value in values.items() for path in paths(name)})
