"""Models that come out, and models that go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from market.events.base import Event, Ints
from market.events.effects import Effects, Span


@dataclass(frozen=True, kw_only=True)
class Release(Event):
    """Offers are sold from a day on, and no longer than it says; its price is the seller's choice."""

    kind = "release"

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:
        """They are there, and new in the first tick."""
        if not span.first:
            return effects
        fresh = effects.fresh.copy()
        fresh[on] = True
        return replace(effects, fresh=fresh)

    def beforehand(self, effects: Effects, on: Ints) -> Effects:
        """They are not there yet."""
        return _without(effects, on)

    def afterwards(self, effects: Effects, on: Ints, span: Span) -> Effects:  # noqa: ARG002
        """They are gone."""
        return _without(effects, on)


@dataclass(frozen=True, kw_only=True)
class Withdrawal(Event):
    """Offers are not sold; those who wait in a queue are served."""

    kind = "withdrawal"

    def act(self, effects: Effects, on: Ints, span: Span) -> Effects:  # noqa: ARG002
        """They are not there."""
        return _without(effects, on)


def _without(effects: Effects, on: Ints) -> Effects:
    there = effects.there.copy()
    there[on] = False
    return replace(effects, there=there)
