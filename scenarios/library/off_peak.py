"""What do flat, time-of-day and dynamic prices do to the peak, and who gains?

Nobody is given an hour or a ratio. With flat prices sellers look at their lists once a week; with time-of-day prices
they look, too, for hours of the week that should be dearer; with dynamic prices they look at everything every hour. A
change of a list costs nothing here, or next to nobody would have dear hours (see ``dear-hours``).
"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SELLERS = ("labs", "open")
#: Lists are changed once they are a tenth off.
FREE_CHANGES = {f"{kind}.*.pricing.change_cost_days": 0.0 for kind in SELLERS} | {
    f"{kind}.*.pricing.stickiness": 0.1 for kind in SELLERS
}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson, Epoch: off-peak becomes much cheaper than peak; Azure: peak over mean 2.2 for coding",
    changes={
        **FREE_CHANGES,
        "open.*.pricing.memory_hours": 24.0,
        "demand.scale": 1.5,
        "demand.coders.deferral.share": 0.2,
        "supply.growth": 1.0,
    },
    outcomes=(
        outcome("load-peak-ratio", "up", against="time-of-day", source="peak-load pricing: dear hours are emptier"),
        outcome("load-peak-ratio", "up", against="dynamic", source="peak-load pricing"),
        outcome("price-peak-ratio", "down", against="time-of-day", source="Alderson: off-peak much cheaper"),
        outcome("price-peak-ratio", "down", against="dynamic", source="Alderson: off-peak much cheaper"),
        outcome("queue-hours", "up", against="dynamic", source="peak-load pricing"),
        outcome("surplus", against="dynamic"),
        outcome("unserved", against="dynamic"),
    ),
    variants={
        "time-of-day": {f"{kind}.*.pricing.dear_hours.blocks": 2 for kind in SELLERS}
        | {f"{kind}.*.pricing.dear_hours.every_hours": 168.0 for kind in SELLERS},
        "dynamic": {f"{kind}.*.pricing.{name}": 0.0 for kind in SELLERS for name in ("every_hours", "stickiness")}
        | {"open.*.pricing.memory_hours": 1.0},
    },
)
