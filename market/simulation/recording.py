"""Recording: the tick that ends is written into every frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from market.records import Records
from market.simulation.columns.column import WAYS
from market.simulation.moment import Moment


def record(moment: Moment, records: Records) -> None:
    """Write the tick that just ended."""
    tick = moment.state.tick
    for frame, ways in WAYS.items():
        row: dict[str, Any] = {}
        moment.written[frame] = row
        for name in records.tables[frame].names:
            row[name] = np.asarray(ways[name][1](moment))
        records.tables[frame].row(tick, row)
    records.ticks = tick + 1
    records.flows.append(
        {
            "ordered": moment.state.ordered.orders,
            "served": moment.state.served.round.served,
            "paid": moment.state.paid.for_tokens,
            "prices": moment.state.ordered.cleared.prices,
        }
    )
