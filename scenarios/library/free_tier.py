"""What becomes of free plans and quotas as the machines fill up?"""

from __future__ import annotations

from scenarios.library.asking import CRUNCH, ONE_YEAR, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson, Epoch: free plans less generous, peak-hour quotas cut; Epoch: 20 USD a month; Inflation",
    changes={**ONE_YEAR, **CRUNCH},
    outcomes=(
        outcome("quota-granted", "down", source="Alderson: quotas cut at peak hours"),
        outcome("free-share", "down", source="Epoch: free plans less generous"),
        outcome("unserved-casual", "up", source="Epoch"),
        outcome("subscribers"),
        outcome("closed-margin", against="fixed-quotas"),
        outcome("closed-queue-hours", "down", against="fixed-quotas", source="quotas in place of queues"),
    ),
    variants={"fixed-quotas": {"labs.*.quotas.kind": "fixed"}},
)
