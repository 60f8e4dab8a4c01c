"""What charts of a run are told beside its frames: the ceilings of the build-out, and the efficient companion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.results import RunResult
    from scenarios.scenario import Scenario


def told(result: RunResult, scenario: Scenario | None) -> dict[str, dict[str, Any]]:
    """Options by the name of the chart; ``scenario``: what was run, where that is known."""
    options: dict[str, dict[str, Any]] = {}
    if scenario is not None:
        from scenarios.ceilings import ceilings

        options["supply-demand"] = {"ceilings": ceilings(scenario)}
    if result.efficient is not None:
        options["welfare-split"] = {"efficient": result.efficient.frames}
    return options
