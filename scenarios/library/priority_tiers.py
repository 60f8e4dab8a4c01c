"""Who buys speed, and what are priority and batch worth when the machines are busy?"""

from __future__ import annotations

import math

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: What each tier of a lab may be, beside what is listed, looked at every four weeks, so that each looks in eight.
CHOSEN_TERMS = {
    "labs.*.pricing.terms.policy": "earn-most",
    "labs.*.pricing.terms.every_hours": 672.0,
    "labs.*.tiers.standard.may_choose": [{"most_speed": 90.0}, {"most_speed": math.inf}],
    "labs.*.tiers.batch.may_choose": [
        {"least_h": hours, "deadline_h": 24.0, "most_speed": 60.0} for hours in (0.25, 4.0, 12.0)
    ],
}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson, Epoch: dearer tiers and cheaper off-peak; all tiers start at one price",
    changes={"time.days": 56.0, "demand.scale": 1.5, "supply.growth": 1.0, "demand.coders.deferral.share": 0.1},
    outcomes=(
        outcome("priority-premium", "up", source="operating curve: speed costs machines"),
        outcome("batch-ratio", "down", source="operating curve; Epoch: off-peak cheaper"),
        outcome("priority-queue-hours", "down", against="one-queue", source="priority queues"),
        outcome("batch-queue-hours", "up", against="one-queue", source="priority queues"),
        outcome("priority-share"),
        outcome("surplus", against="one-queue"),
    ),
    variants={
        "one-queue": {"market.by_tier": False},
        "parts-that-pay": {"labs.*.pricing.ratios.policy": "earn-most", "labs.*.pricing.change_cost_days": 0.4},
        "chosen-terms": CHOSEN_TERMS,
    },
)
