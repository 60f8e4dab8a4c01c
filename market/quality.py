"""How good models are, and become: the worth of an answer relative to a perfect one, by segment and time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from capacity.errors import InputError, require


class QualityPath(ABC):
    """A quality that moves with time."""

    @abstractmethod
    def at(self, segment: str, years: float) -> float:
        """Quality for a segment so many years after the start."""

    def ahead(self, segment: str, years: float, by: float) -> float:
        """The same of who is so many years ahead of the path."""
        return self.at(segment, years + by)


@dataclass(frozen=True)
class Improving(QualityPath):
    """The gap to a perfect answer closes by a share a year: q = p - (p - q0)(1 - closing)^years.

    Attributes:
        start: quality at the start, by segment; may be above ``perfect``, and then stays.
        closing: share of the gap that closes in a year.
        perfect: quality p of a perfect answer; above 1 where 1 is the best of today.
    """

    start: Mapping[str, float]
    closing: float
    perfect: float = 1.0

    def __post_init__(self) -> None:
        require("quality: perfect", self.perfect, above=0)
        for segment, value in self.start.items():
            require(f"quality for '{segment}'", value)
        require("quality: closing", self.closing, at_least=0, at_most=0.999)

    def at(self, segment: str, years: float) -> float:
        """Quality for a segment so many years after the start."""
        if segment not in self.start:
            raise InputError(f"no quality is given for segment '{segment}'; given: {', '.join(self.start)}")
        start = self.start[segment]
        best = self.perfect
        return start if start >= best else best - (best - start) * (1.0 - self.closing) ** years


@dataclass(frozen=True)
class Lagging(QualityPath):
    """As good as a leader was some months ago: open models trail closed ones, by segment [Crunch; Abundance].

    Attributes:
        leader: whom it follows.
        months: by how much, by segment.
    """

    leader: Improving
    months: Mapping[str, float]

    def __post_init__(self) -> None:
        for segment, value in self.months.items():
            require(f"quality: months behind for '{segment}'", value, at_least=0)

    def at(self, segment: str, years: float) -> float:
        """Quality for a segment so many years after the start."""
        if segment not in self.months:
            raise InputError(f"no lag is given for segment '{segment}'; given: {', '.join(self.months)}")
        return self.leader.at(segment, years - self.months[segment] / 12.0)


@dataclass(frozen=True)
class Relative(QualityPath):
    """As good as at the start, since all get better alike: only who is ahead of the others differs.

    >>> relative = Relative(Improving({"coders": 0.5}, closing=0.5))
    >>> relative.at("coders", 3.0), relative.ahead("coders", 3.0, 1.0)
    (0.5, 0.75)

    Attributes:
        path: what a year ahead is worth.
    """

    path: Improving

    def at(self, segment: str, years: float) -> float:  # noqa: ARG002
        """Quality for a segment so many years after the start."""
        return self.path.at(segment, 0.0)

    def ahead(self, segment: str, years: float, by: float) -> float:  # noqa: ARG002
        """The same of who is so many years ahead of the others."""
        return self.path.at(segment, by)


type Quality = float | Mapping[str, float] | QualityPath


def quality_at(quality: Quality, segment: str, years: float = 0.0) -> float:
    """Read a quality given as a number for all, by segment, or as a path."""
    if isinstance(quality, QualityPath):
        return quality.at(segment, years)
    if isinstance(quality, Mapping):
        if segment not in quality:
            raise InputError(f"no quality is given for segment '{segment}'; given: {', '.join(quality)}")
        return float(quality[segment])
    return float(quality)
