"""Forming requests: users find out what they want, and put off what can wait."""

from __future__ import annotations

from market.demand.cohort import Wanted
from market.simulation.founded import Founded


def form_requests(founded: Founded, tick: int) -> tuple[Wanted, ...]:
    """What every segment wants in this tick."""
    return tuple(cohort.form(tick) for cohort in founded.cohorts)
