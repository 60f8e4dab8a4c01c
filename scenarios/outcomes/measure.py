"""A measure: one number that a run gives, with its unit and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scenarios.outcomes.facts import Facts, Frames


@dataclass(frozen=True)
class Measure:
    """A number that a run gives.

    Attributes:
        name: what it is called.
        unit: its unit.
        meaning: what it says.
        found: worked out from the facts of a run; NaN where the run has nothing to say.
    """

    name: str
    unit: str
    meaning: str
    found: Callable[[Facts], float]

    def of(self, run: Facts | Frames) -> float:
        """Its value in a run."""
        return float(self.found(run if isinstance(run, Facts) else Facts(run)))
