"""Happening: what dated events do in this tick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market.economy import Economy
from market.events.base import Event
from market.events.effects import Effects, end_of, nothing_happens, span_of
from market.simulation.state import Founded

type Ints = NDArray[np.int64]


def happen(founded: Founded, tick: int, effects: Effects) -> Effects:
    """The effects of all events that are in force, or have left something behind."""
    economy, calendar = founded.economy, founded.calendar
    if not economy.events:
        return effects
    made = nothing_happens(effects.there.size, effects.running.size)
    begin, hours = calendar.moment(tick), founded.hours
    before = end_of(calendar.moment(tick - 1), hours) if tick > 0 else None
    for event, on in zip(economy.events, befallen(economy), strict=True):
        span = span_of(begin, hours, event.begin, event.days, before)
        if span.share > 0.0:
            made = event.act(made, on, span)
        elif event.begin > begin:
            made = event.beforehand(made, on)
        else:
            made = event.afterwards(made, on, span)
    return made


def befallen(economy: Economy) -> Sequence[Ints]:
    """Numbers of the offers, or of the owners of machines, that each event befalls."""
    return [_numbers(economy, event) for event in economy.events]


def _numbers(economy: Economy, event: Event) -> Ints:
    if event.acts_on == "offers":
        named = [(offer.name, p.name) for p in economy.providers for offer in p.offers]
    else:
        holders = [h.name for h in economy.hyperscalers]
        holders += [p.name for p in economy.providers] if event.acts_on == "machines" else []
        named = [(name, name) for name in holders]
    return np.array([k for k, names in enumerate(named) if not event.of or set(names) & set(event.of)], dtype=np.int64)
