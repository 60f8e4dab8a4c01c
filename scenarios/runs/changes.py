"""What a scenario differs in from the one that it is called after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scenarios.library import SCENARIOS
from scenarios.text import toml

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario


def origin_of(scenario: Scenario) -> Scenario | None:
    """The scenario of the library that has its name, or that it extends; None where there is neither."""
    name, _, variant = scenario.name.partition(" - ")
    found = SCENARIOS[name] if name in SCENARIOS else SCENARIOS.get(scenario.extends)
    return found.variant(variant) if found is not None and variant in found.variants else found


def changes_of(scenario: Scenario) -> dict[str, Any]:
    """Changed paths with their values as JSON has them: ``{"demand.growth": 5.0}``."""
    origin = origin_of(scenario)
    if origin is None:
        return {}
    values = {path: value for path, (value, _) in scenario.differences(origin).items()}
    # What was a word and is a table now has no value of its own.
    became = {path for path, value in values.items() if value is None and any(p.startswith(f"{path}.") for p in values)}
    return {path: _plain(value) for path, value in values.items() if path not in became}


def asks_for_itself(scenario: Scenario) -> bool:
    """Whether its question is its own: not one that was asked of something else."""
    origin = origin_of(scenario)
    return origin is None or origin.question != scenario.question or not scenario.differences(origin)


def _plain(value: Any) -> Any:
    if value is None:
        return "none"
    if isinstance(value, bool | str) or (isinstance(value, int | float) and math.isfinite(value)):
        return value
    return toml.value(value)
