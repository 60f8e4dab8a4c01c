"""A measure: one number that a run gives, with its unit and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scenarios.results.frames import Frames
from scenarios.results.measures.facts import Facts

#: Unit of what is a share of a whole, or a difference of such: people read it in percent, and it cannot pass 1.
SHARE: Final = "share of 1"


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

    @property
    def is_share(self) -> bool:
        """Whether people read it in percent."""
        return self.unit == SHARE

    @property
    def unit_behind(self) -> str:
        """The unit in brackets, as it stands behind a meaning; empty for ratios and shares, which have none."""
        return "" if self.unit in ("1", SHARE) else f" [{self.unit}]"

    def of(self, run: Facts | Frames) -> float:
        """Its value in a run."""
        return float(self.found(run if isinstance(run, Facts) else Facts(run)))
