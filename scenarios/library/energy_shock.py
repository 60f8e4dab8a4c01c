"""Does dear electricity make compute scarce again where machines and local models abound?"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.abundance import SCENARIO as ABUNDANCE

SCENARIO = ask(
    __name__,
    __doc__,
    ABUNDANCE,
    source="Abundance: a rise in energy prices makes compute scarce again even with abundant local models",
    changes={"supply.power_usd_per_kwh": 0.40, "demand.coders.local.power_usd_per_kwh": 1.00},
    outcomes=(
        outcome("spot-price", "up", against="cheap-power", source="Abundance"),
        outcome("paid-price", "up", against="cheap-power", source="Abundance"),
        outcome("local-share", "down", against="cheap-power", source="Abundance: local takes 1.4-7.4 times the energy"),
        outcome("unserved", "up", against="cheap-power", source="Abundance"),
    ),
    variants={"cheap-power": {"supply.power_usd_per_kwh": 0.08, "demand.coders.local.power_usd_per_kwh": 0.20}},
)
