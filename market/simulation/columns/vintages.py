"""Which chips stand at owners whose chips differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("vintages", "racks", "racks", "that stand, by owner and chip; what is delivered counts as its newest")
def racks(moment: Moment) -> Any:
    standing: list[float] = []
    for owner in moment.founded.owners:
        if owner.spec.older:
            older = owner.older.racks
            newest = max(float(moment.state.fleets.racks[owner.number]) - float(older.sum()), 0.0)
            standing += [newest, *older.tolist()]
    return np.array(standing)
