"""How long a run is: the days that it spans, and those of them that are simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.scenario import Scenario


def simulated(about: Any) -> float:
    """Days that were simulated."""
    return float(about["ticks"]) * float(about["tick_hours"]) / 24.0


def has_gaps(about: Any) -> bool:
    """Whether the run spans more days than it simulates: a week of each month."""
    return float(about["days"]) - simulated(about) > float(about["tick_hours"]) / 24.0


def period(about: Any, begin: str) -> str:
    """The period of a run, as a sentence begins."""
    if has_gaps(about):
        return f"Over {about['days']:,.4g} days from {begin}, of which {simulated(about):,.4g} are simulated (a week " \
               "of each month),"  # fmt: skip
    return f"In {about['days']:,.4g} simulated days from {begin}"


def of_totals(about: Any) -> str:
    """What totals are of, where a reader could take them for those of the whole span; empty where not."""
    if not has_gaps(about):
        return ""
    return f"Totals (requests, tokens, dollars) are of the {simulated(about):,.4g} days that are simulated, a week " \
           f"of each month, and not of all {about['days']:,.4g} days."  # fmt: skip


def not_its_own(days: float | None, scenario: Scenario) -> str:
    """That a run is of another length than its scenario's, which its parameters list; empty where it is not."""
    own = scenario.time.days
    if days is None or days == own:
        return ""
    return f"This ran for {days:,.4g} days, as asked for when it was started (--days), and not for the {own:,.4g} of " \
           "the scenario's time.days."  # fmt: skip
