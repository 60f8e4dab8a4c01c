"""Happening: what dated events do in this tick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects, end_of, nothing_happens, span_of
from market.simulation.founded import Founded

type Ints = NDArray[np.int64]


def happen(founded: Founded, tick: int, effects: Effects) -> Effects:
    """The effects of all events that are in force, or have left something behind."""
    economy, calendar = founded.economy, founded.calendar
    if not economy.events:
        return effects
    made = nothing_happens(effects.there.size, effects.running.size)
    begin, hours = calendar.moment(tick), founded.hours
    before = end_of(calendar.moment(tick - 1), hours) if tick > 0 else None
    for event, on in zip(economy.events, founded.befallen, strict=True):
        span = span_of(begin, hours, event.begin, event.days, before)
        if span.share > 0.0:
            made = event.act(made, on, span)
        elif event.begin > begin:
            made = event.beforehand(made, on)
        else:
            made = event.afterwards(made, on, span)
    return made
