"""What charts of a run are told beside its frames: the ceilings of the build-out, and the efficient companion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.definition.ceilings import ceilings

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario
    from scenarios.results.run_folder import RunResult


def chart_options(result: RunResult, scenario: Scenario | None) -> dict[str, dict[str, Any]]:
    """Options by the name of the chart; ``scenario``: what was run, where that is known."""
    options: dict[str, dict[str, Any]] = {}
    if scenario is not None:
        options["supply-demand"] = {"ceilings": ceilings(scenario)}
    if result.efficient is not None:
        options["welfare-split"] = {"efficient": result.efficient.frames}
    return options
