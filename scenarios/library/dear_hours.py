"""When does a list get dearer hours, who moves, and what does that do to loads and waits?

One seller of an open model holds its machines for a term, so that its busiest hours pay for them, and looks every four
weeks for hours that should be dearer. Its users live in few time zones. No price, no hour and no ratio is given.
"""

from __future__ import annotations

from scenarios.library.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE
from scenarios.parameters.demand import PLACES

#: All users in one zone, and one list that stays at 3.5 on average while machines are held; all declared.
SELLER = "open.Ferry"
ONE_ZONE = [{"name": "East Asia", "utc_offset_h": 8.0, "share": 1.0}]

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Boiteux: busy hours pay for machines; DeepSeek 2025: half price and less from 16:30 to 0:30 UTC",
    changes={
        "time.days": 84.0,
        "demand.zones": ONE_ZONE,
        f"{SELLER}.price": 3.5,
        f"{SELLER}.pricing.kind": "fixed",
        f"{SELLER}.headroom": 0.1,
        f"{SELLER}.machines.racks": 300.0,
        f"{SELLER}.machines.term_days": 14.0,
        f"{SELLER}.pricing.dear_hours.blocks": 2,
        f"{SELLER}.pricing.dear_hours.every_hours": 672.0,
    },
    outcomes=(
        outcome("price-peak-ratio", "up", against="flat", source="peak-load pricing"),
        outcome("load-peak-ratio", "down", against="flat", source="peak-load pricing"),
        outcome("queue-hours", against="flat"),
        outcome("unserved", against="flat"),
        outcome("surplus", against="flat"),
        outcome("open-margin", "up", against="flat", source="it is done for profit"),
    ),
    variants={
        "flat": {f"{SELLER}.pricing.dear_hours.blocks": 0},
        "global": {"demand.zones": [place.model_dump() for place in PLACES]},
    },
)
