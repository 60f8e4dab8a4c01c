"""What all events have."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require_kinds, require_or_inf
from market.events.effects import Effects, Span
from market.kinds import Kind

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Event(Kind, ABC):
    """Something that happens on a date, and may end.

    In Python: ``Outage(name="us-east-1", begin=datetime(2025, 10, 20, 7), days=0.6, of=("Amazon",), down=0.3)``.

    Attributes:
        acts_on: what ``of`` names: offers (or models, or sellers, for all that they sell); machines (of owners, or of
            sellers who have some); or owners who rent machines out.
        name: what it is called.
        begin: when it begins; UTC if it names no zone.
        days: for how long it is in force; infinite for good.
        of: whom it befalls; empty for all.
    """

    acts_on: ClassVar[Literal["offers", "machines", "owners"]] = "offers"

    name: str
    begin: datetime
    days: float = math.inf
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        where = f"event '{self.name}': "
        if not isinstance(self.begin, datetime):
            raise InputError(f"{where}begin is {self.begin!r}, but must be a datetime (UTC if it names no zone)")
        zone = self.begin.tzinfo
        begin = self.begin.replace(tzinfo=UTC) if zone is None else self.begin.astimezone(UTC)
        object.__setattr__(self, "begin", begin)
        require_or_inf(where + "days", self.days, above=0)
        require_kinds(where + "of", self.of, str)

    @abstractmethod
    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """What it adds to the effects of a tick in which it is in force; ``on``: numbers of those it befalls."""

    def afterwards(self, effects: Effects, on: Ints, span: Span) -> Effects:  # noqa: ARG002
        """What is left of it in a tick in which it is over; nothing unless a kind says so."""
        return effects

    def beforehand(self, effects: Effects, on: Ints) -> Effects:  # noqa: ARG002
        """What it means for a tick before it begins; nothing unless a kind says so."""
        return effects


def with_factor(values: Floats, on: Ints, factor: float) -> Floats:
    """The same values, those of a few times a factor."""
    made = values.copy()
    made[on] *= factor
    return made
