"""When do coders buy machines of their own, and does that hold prices down?"""

from __future__ import annotations

from scenarios.definition.asking import CRUNCH, MACHINES_FOR_SALE, TWO_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Abundance: local inference bounds prices for coders, at 1.4-7.4 times the cloud's energy",
    changes={**TWO_YEARS, **CRUNCH, **MACHINES_FOR_SALE, "demand.coders.local.quality": 0.75},
    outcomes=(
        outcome("local-owners", "up", source="Abundance"),
        outcome("local-share", "up", source="Abundance"),
        outcome("paid-price", "down", against="no-machines", source="Abundance: local inference bounds prices"),
        outcome("unserved-coders", "down", against="no-machines", source="Abundance"),
    ),
    variants={
        "no-machines": {"demand.coders.local.price_usd": float("inf"), "demand.coders.local.owners": 0.0},
        "half-the-price": {"demand.coders.local.price_usd": 2_000.0},
    },
)
