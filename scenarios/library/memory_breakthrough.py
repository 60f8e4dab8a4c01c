"""Does a breakthrough in memory or efficiency end the crunch?"""

from __future__ import annotations

from scenarios.definition.asking import TWO_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson: SRAM sidesteps HBM; Epoch, Inflation: efficiency gains end the crunch",
    changes={
        **TWO_YEARS,
        "demand.growth": 10.0,
        "supply.expansion": "planned",
        "supply.growth": 5.0,
        "supply.ceilings.dram_gw_per_year": float("inf"),
        "progress.efficiency_growth": 3.0,
    },
    outcomes=(
        outcome("spot-price", "down", against="no-breakthrough", source="Alderson, Epoch, Inflation"),
        outcome("unserved", "down", against="no-breakthrough", source="Alderson, Epoch, Inflation"),
        outcome("large-model-price", "down", against="no-breakthrough", source="Epoch"),
        outcome("closed-speed", against="no-breakthrough"),
    ),
    variants={
        "no-breakthrough": {"supply.ceilings.dram_gw_per_year": 7.5, "progress.efficiency_growth": 1.0},
        "memory-only": {"progress.efficiency_growth": 1.0},
        "efficiency-only": {"supply.ceilings.dram_gw_per_year": 7.5},
    },
)
