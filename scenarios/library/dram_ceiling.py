"""How far does a shortage of memory hold the build-out back, and who goes without?"""

from __future__ import annotations

from scenarios.definition.asking import TWO_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Alderson: DRAM for 15 GW over 2026-27; Crunch: capex; Epoch: 3.4x a year is wanted",
    changes={**TWO_YEARS, "demand.growth": 5.0, "supply.expansion": "planned", "supply.growth": 5.0},
    outcomes=(
        outcome("spot-price", "up", against="no-ceiling", source="Alderson"),
        outcome("unserved", "up", against="no-ceiling", source="Alderson"),
        outcome("unserved-agentic", "up", against="no-ceiling", source="Alderson: the dearest demand is hit hardest"),
        outcome("large-model-price", "up", against="no-ceiling", source="Epoch"),
    ),
    variants={
        "no-ceiling": {"supply.ceilings.dram_gw_per_year": float("inf"), "supply.ceilings.capex_scale": float("inf")},
        "half-the-memory": {"supply.ceilings.dram_gw_per_year": 3.75},
        "priced": {
            "supply.expansion": "follow-rents",
            "supply.maker.sells": True,
            "supply.maker.output": float("inf"),
            "supply.maker.memory.priced": True,
        },
        "capex-only": {"supply.ceilings.dram_gw_per_year": float("inf")},
    },
)
