"""Who is left without machines when their owners serve their own products first?"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Crunch: own products first, then agreements; open-weight providers, without leverage, pay first",
    changes={"time.days": 56.0, "supply.first_party": 0.88},
    outcomes=(
        outcome("spot-price", "up", against="less-of-it", source="Crunch"),
        outcome("open-large-price", "up", against="less-of-it", source="Crunch: they pay the rise first"),
        outcome("open-queue-hours", "up", against="less-of-it", source="Crunch: without agreements they queue"),
        outcome("closed-queue-hours", against="less-of-it"),
        outcome("contract-short", against="nearly-all"),
    ),
    variants={
        "by-the-hour": {"supply.first_party_products.share": 0.43},
        "less-of-it": {"supply.first_party": 0.8},
        "contracts-first": {"supply.first_party": 0.95, "supply.first_party_first": False},
        "nearly-all": {"supply.first_party": 0.95},
    },
)
