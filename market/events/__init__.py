"""Events: dated shocks as values, what each does to a market, and which kinds there are."""

from market.events.base import Event
from market.events.effects import Effects, Span, nothing_happens
from market.kinds import import_modules

import_modules(__name__, __path__)

__all__ = ["Effects", "Event", "Span", "nothing_happens"]
