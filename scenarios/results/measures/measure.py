"""A measure: one number that a run gives, with its unit and what it says. A measure registers itself.

This is one, in a file of one's own:

    register(Measure("sold", "million tokens", "tokens sold", lambda run: run.total("offers", "tokens")))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from capacity.errors import InputError
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import Facts
from scenarios.results.register import Register, file_of, place_of

#: Unit of what is a share of a whole, or a difference of such: people read it in percent, and it cannot pass 1.
SHARE: Final = "share of 1"


@dataclass(frozen=True)
class Measure:
    """A number that a run gives.

    Attributes:
        name: what it is called.
        unit: its unit.
        meaning: what it says; of what part, where ``whole`` says the rest.
        found: worked out from the facts of a run; NaN where the run has nothing to say.
        whole: what a measure says that this one says of a part; empty where it says all itself.
        order: its place among the measures.
    """

    name: str
    unit: str
    meaning: str
    found: Callable[[Facts], float] = field(repr=False)
    whole: str = ""
    order: float = 1000.0

    @property
    def written_in(self) -> str:
        """The function that works it out, and its file."""
        return place_of(self.found)

    @property
    def in_full(self) -> str:
        """What it says, all in one: 'hours in queues for each request ordered: at labs'."""
        return f"{self.whole}: {self.meaning}" if self.whole else self.meaning

    @property
    def is_share(self) -> bool:
        """Whether people read it in percent."""
        return self.unit == SHARE

    @property
    def unit_behind(self) -> str:
        """The unit in brackets, as it stands behind a meaning; empty for ratios and shares, which have none."""
        return "" if self.unit in ("1", SHARE) else f" [{self.unit}]"

    def of(self, run: Facts | Frames) -> float:
        """Its value in a run; an error is noted to be this measure's."""
        try:
            found = self.found(run if isinstance(run, Facts) else Facts(run))
        except Exception as error:
            error.add_note(f"measure '{self.name}'")
            raise
        try:
            return float(found)
        except (TypeError, ValueError):
            who, given = f"{file_of(self.found)}: measure '{self.name}'", type(found).__name__
            raise InputError(f"{who} gave {given}, but must be one number: {self.meaning}") from None


#: All measures, by name: those of the files beside this one, and of files of one's own.
MEASURES: Final[Register[Measure]] = Register("measure")


def register(*measures: Measure, order: float = 1000.0) -> None:
    """Let measures be known by name; ``order``: the place of the first among all, the others follow it."""
    for place, measure in enumerate(measures):
        MEASURES.add(replace(measure, order=order + place / 1000.0))


def meaning(measure: str) -> str:
    """What a measure says, in full; a measure of one's own that nobody knows says its name."""
    return MEASURES[measure].in_full if measure in MEASURES else measure


def summarise(frames: Frames) -> dict[str, float]:
    """All measures of a run."""
    run = Facts(frames)
    return {name: measure.of(run) for name, measure in MEASURES.items()}
