"""Who buys speed, and what are priority and batch worth when the machines are busy?"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

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
    variants={"one-queue": {"market.by_tier": False}},
)
