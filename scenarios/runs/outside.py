"""Events that a run does not come to: whoever wrote one with a wrong date should hear of it."""

from __future__ import annotations

from datetime import timedelta

from scenarios.definition.economy import events_of
from scenarios.definition.scenario import Scenario

SECONDS_PER_DAY = 86_400.0


def outside(scenario: Scenario, ticks: int) -> list[str]:
    """Words on every event that does not begin in the simulated days of a run, with its date and those of the run."""
    calendar = scenario.calendar()
    first, length = calendar.moment(0), timedelta(hours=calendar.tick_hours)
    end = calendar.moment(ticks - 1) + length
    days = f"the run is of {first.date()} to {(end - timedelta(microseconds=1)).date()}"
    found = []
    for event in events_of(scenario):
        lasts = event.days * SECONDS_PER_DAY
        if event.begin >= end:
            fault = "is after the end: it does not happen"
        elif event.begin < first:
            over = (first - event.begin).total_seconds() >= lasts
            fault = f"is before the start: it {'is over' if over else 'is in force'} when the run begins"
        elif not any(
            calendar.moment(tick) + length > event.begin
            and (calendar.moment(tick) - event.begin).total_seconds() < lasts
            for tick in range(ticks)
        ):
            fault = "lies in days that are left out between representative weeks: it is in force in none that are run"
        else:
            continue
        found.append(f"event '{event.name}' on {event.begin.date()} {fault}; {days}")
    return found
