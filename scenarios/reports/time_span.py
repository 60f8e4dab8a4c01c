"""How long a run is: the days that it spans, and those of them that are simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.results.simulated_days import has_gaps, simulated_days

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario


def period(about: Any, begin: str) -> str:
    """The period of a run, as a sentence begins."""
    if has_gaps(about):
        part = f"of which {simulated_days(about):,.4g} are simulated (a week of each month),"
        return f"Over {about['days']:,.4g} days from {begin}, {part}"
    return f"In {about['days']:,.4g} simulated days from {begin}"


def of_totals(about: Any) -> str:
    """What totals are of, where a reader could take them for those of the whole span; empty where not."""
    if not has_gaps(about):
        return ""
    part = f"the {simulated_days(about):,.4g} days that are simulated, a week of each month"
    return f"Totals (requests, tokens, dollars) are of {part}, and not of all {about['days']:,.4g} days."


def not_its_own(days: float | None, scenario: Scenario) -> str:
    """That a run is of another length than its scenario's, which its parameters list; empty where it is not."""
    own = scenario.time.days
    if days is None or days == own:
        return ""
    return (
        f"This ran for {days:,.4g} days, as asked for when it was started (--days), and not for the {own:,.4g} of "
        "the scenario's time.days."
    )
