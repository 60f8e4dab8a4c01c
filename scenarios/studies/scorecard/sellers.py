"""What real sellers did until December 2025: targets, and the scenario that each is held against.

The targets are the moments of ``moments/sellers.csv``, each with its source, written down before any policy was tuned
to them. Lists are held against eight sellers with catalogues (``dear-hours:catalogues``), who may all look for dear
hours in ``catalogues-by-hour``; tiers also against the baseline; an off-peak tariff also against one seller whose users
live in one time zone (``dear-hours``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.results.measures.lists import DAYS_PER_YEAR, median_size, moved, moves, share_in_blocks, share_of_rises
from scenarios.studies.hindcast.observed import FIRST_LISTED, listed
from scenarios.studies.moments.moments import Moment, shipped
from scenarios.studies.scorecard.statements import Check, Statement

type Floats = NDArray[np.float64]

#: Number of the block, after those of the statements.
NUMBER: Final = 11
CATALOGUES: Final = "dear-hours:catalogues"
BY_HOUR: Final = "dear-hours:catalogues-by-hour"
#: Scenarios of targets that are not held against ``CATALOGUES`` alone, by measure.
HELD_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "batch-ratio": ("baseline-2026", CATALOGUES),
    "priority-premium": ("baseline-2026", CATALOGUES),
    "off-peak-lists": (BY_HOUR,),
    "off-peak-list-ratio": ("dear-hours", BY_HOUR),
}


def sellers() -> Statement:
    """The block: a check for each target and scenario."""
    text = "What real sellers did with their lists, tiers and hours until December 2025."
    checks = (_check(moment, scenario) for moment in shipped("sellers") for scenario in held_in(moment.measure))
    return Statement(NUMBER, text, "each with its own", tuple(checks))


def held_in(measure: str) -> tuple[str, ...]:
    """Scenarios against which a target is held."""
    return HELD_IN.get(measure, (CATALOGUES,))


def _check(moment: Moment, scenario: str) -> Check:
    return Check(scenario, moment.measure, moment.low, moment.high, name=moment.name, source=moment.source)


def a_year(steps: Floats) -> float:
    """Changes of a list that is there for a year.

    >>> a_year(np.array([[0.1, 0.0], [0.0, np.nan], [-0.1, np.nan]]))
    182.625
    """
    return float(moved(steps).size / (np.isfinite(steps).sum() / DAYS_PER_YEAR))


#: What is counted in the lists, by the end of a measure's name.
_COUNTED: Final[Mapping[str, Callable[[Floats], float]]] = {
    "list-changes": a_year,
    "list-change-size": median_size,
    "list-rises": share_of_rises,
    "list-blocks": share_in_blocks,
}


def observed(measure: str) -> float:
    """What the lists of 405 models say, by the same count as of a run; NaN of what is known from elsewhere."""
    kind, _, counted = measure.partition("-")
    if kind not in ("open", "closed") or counted not in _COUNTED:
        return math.nan
    return _COUNTED[counted](moves(listed(kind, FIRST_LISTED).to_numpy(dtype=np.float64)))
