"""What do brokers change who route to the cheapest provider and rent idle home machines?"""

from __future__ import annotations

from scenarios.definition.asking import MACHINES_FOR_SALE, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Inflation: brokers route work across vendors; Abundance: home machines idle most of the day",
    changes={
        **MACHINES_FOR_SALE,
        "time.days": 56.0,
        "demand.coders.local.owners": 0.1,
        "brokers.+": {"name": "Junction", "routes": ["kimi-k2"], "cut": 0.03, "homes": {"idle_share": 0.3}},
    },
    outcomes=(
        outcome("broker-share", source="Inflation"),
        outcome("open-price", against="no-broker"),
        outcome("concentration", against="no-broker"),
        outcome("local-owners", "up", against="no-broker", source="Abundance: rents pay for machines"),
        outcome("queue-hours", "down", against="no-broker", source="Inflation: work goes where there is room"),
    ),
    variants={"no-broker": {"brokers": []}, "routes-only": {"brokers.*.homes.idle_share": 0.0}},
)
