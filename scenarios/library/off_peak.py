"""What do flat, time-of-day and dynamic prices do to the peak, and who gains?

The schedule of the variant 'time-of-day' is the question, so it is given; everywhere else ratios must come out.
"""

from __future__ import annotations

from scenarios.library.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: Half as dear again while the Americas and Europe work (12-22 h UTC), and 0.6 otherwise; declared.
SCHEDULE = tuple(1.5 if 12 <= hour < 22 else 0.6 for hour in range(24))
AT_ONCE = {"labs.*.pricing.every_hours": 0.0, "labs.*.pricing.stickiness": 0.0, "open.*.pricing.every_hours": 0.0}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson, Epoch: off-peak becomes much cheaper than peak; Azure: peak over mean 2.2 for coding",
    changes={
        "demand.scale": 1.5,
        "demand.coders.deferral.share": 0.2,
        "supply.growth": 1.0,
        "labs.*.pricing.kind": "fixed",
        "open.*.pricing.kind": "fixed",
    },
    outcomes=(
        outcome("load-peak-ratio", "up", against="time-of-day", source="peak-load pricing: schedules flatten the load"),
        outcome("load-peak-ratio", "up", against="dynamic", source="peak-load pricing"),
        outcome("price-peak-ratio", "down", against="dynamic", source="Alderson: off-peak much cheaper"),
        outcome("queue-hours", "up", against="dynamic", source="peak-load pricing"),
        outcome("surplus", against="dynamic"),
        outcome("unserved", against="dynamic"),
    ),
    variants={
        "time-of-day": {
            **AT_ONCE,
            "labs.*.pricing.kind": "time-of-day",
            "labs.*.pricing.factors": SCHEDULE,
            "open.*.pricing.kind": "time-of-day",
            "open.*.pricing.factors": SCHEDULE,
        },
        "dynamic": {**AT_ONCE, "labs.*.pricing.kind": "surge", "open.*.pricing.kind": "surge"},
    },
)
