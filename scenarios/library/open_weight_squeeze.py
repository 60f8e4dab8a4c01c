"""Do open-weight providers with thin margins survive when machines get scarce?"""

from __future__ import annotations

from scenarios.definition.asking import CRUNCH, ONE_YEAR, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Crunch: no leverage, near parity in coding; Epoch: open models near cost; Inflation: independents fail",
    changes={**ONE_YEAR, **CRUNCH, "open.*.leaves": True, "progress.advancing": True},
    outcomes=(
        outcome("open-large-price", "up", source="Crunch"),
        outcome("open-margin", "down", source="Crunch"),
        outcome("independents", "down", source="Inflation: independents fail"),
        outcome("open-share", "down", source="Crunch: open models hold on in coding, lose elsewhere"),
        outcome("open-share", "down", against="near-parity", source="Crunch"),
    ),
    variants={
        "near-parity": {"progress.open_lag_months": {"casual": 2.0, "coders": 1.0, "agentic": 2.0}},
        "more-for-rent": {"supply.first_party": 0.75},
    },
)
