"""What a scenario differs in from the one that it is called after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scenarios.library import SCENARIOS
from scenarios.parameters.fields import SEGMENTS
from scenarios.parameters.paths import join
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
    values = {path: _plain(value) for path, (value, _) in scenario.differences(origin).items()}
    return _with_short_loads(scenario, values)


def _with_short_loads(scenario: Scenario, values: dict[str, Any]) -> dict[str, Any]:
    """The same with a load of one's own as its name and the hash of its numbers, in place of all of them."""
    made = dict(values)
    for name, users in scenario.demand.segments():
        inner = f"demand.{name}" if name in SEGMENTS else join("demand.others", name)
        parts = [path for path in values if f"{path}.".startswith(f"{inner}.shape.")]
        if parts and users.shape.weekday:
            for path in parts:
                del made[path]
            made[f"{inner}.shape"] = users.shape.called
    return made


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
