"""The one-page map: growth of demand by growth of supply, with and without ways out, and what gives where.

A batch like any other, so it can be stopped, resumed, compared and read with pandas.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from scenarios.batches.plan.planning import study_of
from scenarios.batches.plan.study import Study
from scenarios.library import SCENARIOS

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario

#: Growth of demand and of supply [factor a year]: from standing still over supply's 3.4 to demand's 10 [Epoch], and on.
DEMAND: Final = (1.0, 2.0, 3.4, 6.0, 10.0, 17.0)
SUPPLY: Final = (1.0, 2.0, 3.4, 6.0, 10.0)

#: No machines at home, and no token gets cheaper to make.
NO_WAY_OUT: Final[dict[str, Any]] = {
    "demand.coders.local.owners": 0.0,
    "demand.coders.local.price_usd": math.inf,
    "progress.efficiency_growth": 1.0,
}
#: Coders may buy machines whose models get better, and work for a token halves every year.
WAYS_OUT: Final[dict[str, Any]] = {"progress.advancing": True, "progress.efficiency_growth": 2.0}
WITHOUT: Final = "no way out"
WITH: Final = "local machines and efficiency"


def scenarios_of_the_map(days: float) -> list[Scenario]:
    """The crunch without, and with ways out."""
    base = SCENARIOS["compute-crunch"].with_changes({"time.days": days, "variants": {}, "outcomes": ()})
    made = []
    for name, changes in ((WITHOUT, NO_WAY_OUT), (WITH, WAYS_OUT)):
        plain = base.model_copy(update={"variants": {}, "outcomes": ()})
        made.append(plain.with_changes({**changes, "name": name.replace(" ", "-")}))
    return made


def study_of_the_map(days: float = 364.0, seeds: int = 2, users: int = 300) -> Study:
    """All runs of the map."""
    return study_of(
        scenarios_of_the_map(days),
        vary={"demand.growth": DEMAND, "supply.growth": SUPPLY},
        seeds=seeds,
        users=users,
        name="growth-map",
    )
