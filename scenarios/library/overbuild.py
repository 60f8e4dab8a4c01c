"""How far do prices fall when machines outrun demand, and who pays for them?"""

from __future__ import annotations

from scenarios.definition.asking import TWO_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="the case that the sources argue about: prices fall to running cost; Crunch: capex",
    changes={
        **TWO_YEARS,
        "demand.growth": 2.0,
        "supply.growth": 5.0,
        "supply.rack_price_usd": 5.4e6,
        "supply.owners_cash": 2e11,
    },
    outcomes=(
        outcome("spot-price", "down", source="overbuilding: prices fall to running cost"),
        outcome("idle-share", "up", source="overbuilding"),
        outcome("open-price", "down", source="overbuilding"),
        outcome("spot-price", "down", against="owners-stop", source="overbuilding"),
        outcome("spot-price", "down", against="foresee", source="overbuilding"),
        outcome("unserved", "down", source="overbuilding"),
    ),
    variants={
        "owners-stop": {"supply.expansion": "follow-rents"},
        "foresee": {"supply.expansion": "foresee", "supply.terms.forecast": "under-way"},
        "old-chips": {"supply.vintages": True},
        "neoclouds-owe": {"supply.neoclouds.debt_usd": 2.1e10, "supply.neoclouds.credit_usd": 2.5e10},
    },
)
