"""What becomes of free plans and quotas as the machines fill up?"""

from __future__ import annotations

from scenarios.definition.asking import CRUNCH, ONE_YEAR, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: Quotas of plans by five hours and by the week: half of what seven full days would take [Anthropic's notice of
#: July 2025: weekly limits beside those of five hours, which under 5 % of users come to feel]; the half is declared.
WINDOWS = {
    "labs.*.tiers.plan.window_h": 5.0,
    "labs.*.tiers.plan.quota_per_week": 525.0,
    "labs.*.tiers.pro.window_h": 5.0,
    "labs.*.tiers.pro.quota_per_week": 2625.0,
}

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
        outcome("quota-granted", against="peak-cut"),
        outcome("closed-margin", against="peak-cut"),
        outcome("free-quota", "down", source="Epoch: free plans less generous"),
        outcome("plan-quota"),
    ),
    variants={
        "fixed-quotas": {"labs.*.quotas.kind": "fixed"},
        "peak-cut": {"labs.*.quotas.kind": "peak-cut", "labs.*.quotas.target": 0.95},
        "windows": WINDOWS,
    },
)
