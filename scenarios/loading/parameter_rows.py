"""Every parameter of a scenario, beside what it is in the baseline."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.library.baseline_2026 import Fitted, fitted_with_ranges
from scenarios.parameters.describe import describe
from scenarios.parameters.paths import steps

EVERY: Final = "*"


def rows(scenario: Scenario, *, only_changes: bool = False) -> list[dict[str, Any]]:
    """Path, value, value of the baseline where it differs, unit, meaning and source of every parameter."""
    base = SCENARIOS["baseline-2026"]
    changed = scenario.differences(base)
    made = []
    for path, value, unit, meaning, source in describe(scenario):
        if only_changes and path not in changed:
            continue
        said = _fitted_source(path, value) or source
        row = {"path": path, "value": _plain(value), "unit": unit, "meaning": meaning, "source": said}
        if path in changed and changed[path][1] is not None:
            row["baseline"] = _plain(changed[path][1])
        made.append(row)
    return made


def _plain(value: Any) -> Any:
    # JSON has no infinities.
    return repr(value) if isinstance(value, float) and value in (float("inf"), float("-inf")) else value


def _fitted_source(path: str, value: Any) -> str:
    """What says so where the value is the fitted one; nothing where it is not fitted, or another is given."""
    at = steps(path)
    for known, one in _fitted():
        if (
            len(known) == len(at)
            and value == one.value
            and all(k in (EVERY, step) for k, step in zip(known, at, strict=True))
        ):
            return f"fitted (baseline_2026.csv), range {one.low:g} to {one.high:g}"
    return ""


def _is_of(at: list[str], known: list[str]) -> bool:
    return len(at) == len(known) and all(k in (EVERY, step) for k, step in zip(known, at, strict=True))


@cache
def _fitted() -> list[tuple[list[str], Fitted]]:
    return [(steps(one.path), one) for one in fitted_with_ranges()]
