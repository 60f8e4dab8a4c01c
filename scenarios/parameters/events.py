"""Events: dated shocks, each with its kind's numbers, whom it befalls, and what was seen of it in the world."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from market.events import Event
from market.kinds import Kind, kind_named
from scenarios.parameters.fields import Name, Number, Text, choice, quantity
from scenarios.parameters.kinds import KindSection, kind_field, made_of
from scenarios.parameters.time import Date


class EventChoice(KindSection):
    """Something that happens on a date, and may end."""

    base: ClassVar[type[Kind]] = Event

    kind: str = kind_field(Event, ..., "what happens", "one's own")  # type: ignore[arg-type]
    name: Name = choice(..., "what it is called")
    date: Date = choice(..., "day on which it begins (UTC)")
    hour: Number = quantity(0.0, "h", "hour of that day at which it begins", high=24)
    days: Number = quantity(math.inf, "days", "for how long it is in force; inf for good", above=0, or_inf=True)
    of: tuple[Name, ...] = choice((), "offers, sellers or owners of machines whom it befalls; empty for all")
    observed: Text = choice("", "what was seen of it in the world")
    source: Text = choice("", "who says so")

    @property
    def acts_on(self) -> str:
        """What its names are: offers, machines or owners."""
        return str(kind_named(Event, self.kind).acts_on)

    def make(self) -> Any:
        """The event."""
        midnight = datetime(self.date.year, self.date.month, self.date.day, tzinfo=UTC)
        about = {"name": self.name, "begin": midnight + timedelta(hours=self.hour), "days": self.days, "of": self.of}
        return made_of(kind_named(Event, self.kind), {**self.chosen, **about})
