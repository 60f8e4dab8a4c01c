"""Every parameter of a scenario, beside what it is in the baseline."""

from __future__ import annotations

from typing import Any

from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.parameters.describe import describe


def rows(scenario: Scenario, *, only_changes: bool = False) -> list[dict[str, Any]]:
    """Path, value, value of the baseline where it differs, unit, meaning and source of every parameter."""
    base = SCENARIOS["baseline-2026"]
    changed = scenario.differences(base)
    made = []
    for path, value, unit, meaning, source in describe(scenario):
        if only_changes and path not in changed:
            continue
        row = {"path": path, "value": _plain(value), "unit": unit, "meaning": meaning, "source": source}
        if path in changed and changed[path][1] is not None:
            row["baseline"] = _plain(changed[path][1])
        made.append(row)
    return made


def _plain(value: Any) -> Any:
    # JSON has no infinities.
    return repr(value) if isinstance(value, float) and value in (float("inf"), float("-inf")) else value
