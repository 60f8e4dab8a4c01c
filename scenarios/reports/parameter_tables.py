"""Parameters with units and sources: what differs from the baseline first, all others in a fold."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from scenarios.library import SCENARIOS
from scenarios.parameters.describe import describe
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.html_table import Cell, Row, Table, word

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario

BASELINE: Final = "baseline-2026"
#: A list longer than this is cut.
MOST: Final = 26


def written(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "not there"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return "no limit" if math.isinf(value) else f"{value:,.10g}".replace("-", "−")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return ", ".join(f"{key} = {written(one)}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        shown = ", ".join(written(one) for one in value[:MOST]) or "none"
        return f"{shown} ... ({len(value)} in all)" if len(value) > MOST else shown
    return str(value) or "none"


def cell(value: Any) -> Cell:
    """A value as a cell, sorted as a number where it is one."""
    number = isinstance(value, float | int) and not isinstance(value, bool)
    return Cell(written(value), float(value) if number else None, "value")


def changed(
    scenario: Scenario, name: str, base: Scenario | None = None, called: str = "baseline", here: str = "here"
) -> Child:
    """What differs from another scenario, or from the baseline."""
    other = SCENARIOS[BASELINE] if base is None else base
    differing = scenario.differences(other)
    if not differing:
        return element("p", f"No parameter differs from {called if base is not None else 'those of ' + BASELINE}.")
    about = {
        path: (unit, meaning, source) for path, _, unit, meaning, source in [*describe(other), *describe(scenario)]
    }
    rows: list[Row] = []
    for path, (mine, theirs) in differing.items():
        unit, meaning, source = about.get(path, ("", "", ""))
        rows.append([_path(path), cell(mine), cell(theirs), unit, meaning, source])
    heads = ("parameter", here, called, "unit", "what it is", "source")
    return Table(
        name,
        f"Parameters that differ from the {called}" if base is None else f"Parameters that differ from {called}",
        [word(one) for one in heads],
        rows,
    ).html()


def all_of(scenario: Scenario, name: str) -> Html:
    """Every parameter, part by part, in a fold."""
    parts: dict[str, list[list[Cell | str]]] = {}
    for path, value, unit, meaning, source in describe(scenario):
        parts.setdefault(path.split(".")[0], []).append([_path(path), cell(value), unit, meaning, source])
    heads = [word(one) for one in ("parameter", "value", "unit", "what it is", "source")]
    tables = [
        Table(f"{name}-{part}", f"{part}: {len(rows)} parameters", heads, rows).html() for part, rows in parts.items()
    ]
    count = sum(len(rows) for rows in parts.values())
    return folded(f"All {count} parameters, with units and sources", tables)


def _path(path: str) -> Cell:
    return Cell(element("code", path), path)
