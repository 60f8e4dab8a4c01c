"""Forming requests: users find out what they want, and put off what can wait."""

from __future__ import annotations

from collections.abc import Sequence

from market.demand.cohort import Cohort, Wanted


def form_requests(cohorts: Sequence[Cohort[Wanted]], tick: int) -> tuple[Wanted, ...]:
    """What every segment wants in this tick."""
    return tuple(cohort.form(tick) for cohort in cohorts)
