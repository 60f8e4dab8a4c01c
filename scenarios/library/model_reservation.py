"""What happens to others when labs keep their best models for their own products?"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson: the best models may be kept for the owner's own products (here their coding product)",
    changes={
        "demand.scale": 1.5,
        "supply.growth": 1.0,
        "labs.*.models.best.kept_for": ["coders"],
        "labs.*.models.best.kept_above": 0.85,
    },
    outcomes=(
        outcome("small-model-share", against="open-to-all"),
        outcome("unserved-agentic", against="open-to-all"),
        outcome("unserved-coders", against="open-to-all"),
        outcome("open-share", against="open-to-all"),
        outcome("closed-margin", against="open-to-all"),
    ),
    variants={"open-to-all": {"labs.*.models.best.kept_for": []}},
)
