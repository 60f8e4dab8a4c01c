"""What gives when demand for tokens grows tenfold a year and compute 3.4-fold?"""

from __future__ import annotations

from scenarios.definition.asking import CRUNCH, INCOMES, MACHINES_FOR_SALE, THREE_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: Racks are bought of a maker, by owners who follow rents.
BOUGHT = {"supply.expansion": "follow-rents", "supply.maker.sells": True}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Epoch: tokens served grow about 10x a year, compute 3.4x; Alderson; Crunch",
    changes={**THREE_YEARS, **CRUNCH, **MACHINES_FOR_SALE, "open.*.leaves": True},
    outcomes=(
        outcome("spot-price", "up", source="Epoch"),
        outcome("large-model-price", "up", source="Epoch: prices of large-model tokens rise"),
        outcome("small-model-share", "up", source="Epoch: everyday users move to smaller models"),
        outcome("open-large-price", "up", source="Crunch: open-weight providers pay the rise first"),
        outcome("closed-speed", "down", source="Crunch: service degrades before list prices rise"),
        outcome("closed-queue-hours", "up", source="Crunch"),
        outcome("quota-granted", "down", source="Alderson: quotas cut at peak hours"),
        outcome("unserved-agentic", "up", source="model.md: agentic use is priced out first"),
        outcome("unserved-casual"),
        outcome("unserved-coders"),
        outcome("training-share"),
        outcome("spot-price", "up", against="supply-leads", source="Epoch"),
    ),
    variants={
        "supply-leads": {"demand.growth": 3.0, "supply.growth": 5.0},
        "foresee": {"supply.expansion": "foresee", "supply.terms.forecast": "under-way"},
        "one-maker": {**BOUGHT, "supply.maker.pricing": "monopoly"},
        "allotted": {**BOUGHT, "supply.maker.output": 0.3, "supply.maker.allotment": "by-contract"},
        "training-yields": {"supply.research.*.policy.kind": "as-it-pays"},
        "with-incomes": INCOMES,
        "with-progress": {"progress.advancing": True, "progress.efficiency_growth": 2.0},
    },
)
