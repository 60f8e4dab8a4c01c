"""Does dear electricity make compute scarce again where machines and local models abound?"""

from __future__ import annotations

from scenarios.library.asking import MACHINES_FOR_SALE, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__, __doc__, BASELINE,
    source="Abundance: a rise in energy prices makes compute scarce again even with abundant local models",
    changes={
        **MACHINES_FOR_SALE, "supply.scale": 2.0, "supply.reserve": 0.0, "demand.coders.local.owners": 0.3,
        "supply.power_usd_per_kwh": 0.40, "demand.coders.local.power_usd_per_kwh": 1.00,
    },
    outcomes=(
        outcome("spot-price", "up", against="cheap-power", source="Abundance"),
        outcome("paid-price", "up", against="cheap-power", source="Abundance"),
        outcome("local-share", "down", against="cheap-power", source="Abundance: local takes 1.4-7.4 times the energy"),
        outcome("unserved", "up", against="cheap-power", source="Abundance"),
    ),
    variants={"cheap-power": {"supply.power_usd_per_kwh": 0.08, "demand.coders.local.power_usd_per_kwh": 0.20}},
)  # fmt: skip
