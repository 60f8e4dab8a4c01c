"""Which independents fail or are bought, and what does that do to users?"""

from __future__ import annotations

from scenarios.definition.asking import CRUNCH, ONE_YEAR, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE
from scenarios.parameters.default_sellers import provider

SCENARIO = ask(
    __name__, __doc__, BASELINE,
    source="Inflation: independents are acquired or fail",
    changes={
        **ONE_YEAR, **CRUNCH, "supply.acquires": True, "supply.owners_cash": 1e10, "supply.pays_years": 5.0,
        "labs.*.leaves": True, "labs.*.rounds.multiple": 25.0, "labs.*.interest": 0.1,
        "open.*.leaves": True, "open.*.cash": 1e7, "open.*.burn_usd_per_day": 1e5,
        "open.*.credit_usd": 2e7, "open.*.interest": 0.1,
        "open.+": {
            **provider("Jetty", "kimi-k2", 2.5, 0.1).model_dump(), "enters": True, "leaves": True, "cash": 1e7,
            "burn_usd_per_day": 1e5, "credit_usd": 2e7, "interest": 0.1,
        },
    },
    outcomes=(
        outcome("independents", "down", source="Inflation"),
        outcome("concentration", "up", source="Inflation"),
        outcome("paid-price", against="nobody-buys"),
        outcome("independents", against="nobody-buys"),
        outcome("surplus", against="nobody-buys"),
    ),
    variants={
        "nobody-buys": {"supply.acquires": False},
        "worth-most": {"supply.sale.sellers_bid": True, "supply.sale.least": 0.0},
    },
)  # fmt: skip
