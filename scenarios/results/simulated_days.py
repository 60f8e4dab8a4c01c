"""How much of the days that a run spans is simulated: all of it, or a week of each month."""

from __future__ import annotations

from typing import Any


def simulated_days(about: Any) -> float:
    """Days that were simulated; ``about``: what run.json says."""
    return float(about["ticks"]) * float(about["tick_hours"]) / 24.0


def has_gaps(about: Any) -> bool:
    """Whether the run spans more days than it simulates."""
    return float(about["days"]) - simulated_days(about) > float(about["tick_hours"]) / 24.0
