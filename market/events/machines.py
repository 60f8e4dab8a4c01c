"""What befalls machines: outages, new ones, ones that do not come, dearer power."""

from __future__ import annotations

from dataclasses import dataclass, replace

from capacity.fields import quantity
from market.events.base import Event, Ints, with_factor
from market.events.effects import Effects, Span


@dataclass(frozen=True, kw_only=True)
class Outage(Event):
    """A share of the machines of an owner stands still."""

    kind = "outage"
    acts_on = "machines"

    down: float = quantity(1.0, "1", "share of the machines that stands still", high=1)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """By the share of the tick in which they do: rack-hours are exact at any length of ticks."""
        return replace(effects, running=with_factor(effects.running, on, 1.0 - self.down * span.share))


@dataclass(frozen=True, kw_only=True)
class NewCapacity(Event):
    """An owner has more machines, beside those by which it grows anyway; they are paid for when they come."""

    kind = "new-capacity"
    acts_on = "machines"

    racks: float = quantity(..., "racks", "GB200 racks that come, for each owner named", high=1e9)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """They are there."""
        added, bought = effects.added.copy(), effects.bought.copy()
        added[on] += self.racks * span.share
        if span.first:
            bought[on] += self.racks
        return replace(effects, added=added, bought=bought)


@dataclass(frozen=True, kw_only=True)
class ExportStop(Event):
    """Machines that an owner would get come later, by the time that it lasts: its fleet grows slower or not at all."""

    kind = "export-stop"
    acts_on = "owners"

    stopped: float = quantity(1.0, "1", "share of the deliveries that is stopped while it lasts", high=1)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """Its clock of deliveries stands still."""
        late = effects.late_years.copy()
        late[on] += self.stopped * span.years_in_force
        return replace(effects, late_years=late)

    def afterwards(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """What was missed is not made up for."""
        return self.act(effects, on, span)


@dataclass(frozen=True, kw_only=True)
class PowerPrice(Event):
    """Power and upkeep of machines cost more, or less."""

    kind = "power-price"
    acts_on = "owners"

    factor: float = quantity(2.0, "1", "what a rack-hour in use costs over what it did", high=1e3)

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """While it lasts."""
        share = 1.0 + (self.factor - 1.0) * span.share
        return replace(effects, power=with_factor(effects.power, on, share))
