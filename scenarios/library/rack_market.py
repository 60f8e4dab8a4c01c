"""What do machines cost by the hour, at lists and for a year, and who still signs?

All machines beyond own use are rented: by contracts of a quarter that are bargained for by what the market expects, at
lists that owners post, and by the hour, where a machine may be taken back and its work restarts.
"""

from __future__ import annotations

from scenarios.definition.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

#: Lists for at most half of what is for rent; a quarter of an hour's work lost with a machine; terms by expected spot.
MACHINES_FOR_RENT = {
    "supply.on_demand.share": 0.5,
    "supply.restart_h": 0.25,
    "supply.terms.bargained": True,
    "supply.terms.forecast": "toward-cost",
    "supply.contracts.term_days": 91.0,
    "supply.contracts.adjusts": True,
    "supply.contracts.ramps": False,
}

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="rental lists of the H100 in December 2025: on demand 2.88, spot 2.10, reserved 1.81 USD an hour",
    changes={"time.days": 182.0, "time.mode": "representative-weeks", **MACHINES_FOR_RENT},
    outcomes=(
        outcome("spot-h100"),
        outcome("list-h100"),
        outcome("year-h100"),
        outcome("spot-over-list"),
        outcome("year-over-list"),
        outcome("hours-at-list"),
        outcome("month-contracts"),
        outcome("year-contracts"),
        outcome("contract-share", "down", source="renewal is refused where spot is expected to be cheaper"),
    ),
    variants={
        "nobody-undercuts": {"supply.on_demand.kind": "best-list"},
        "prices-stay": {"supply.terms.forecast": "last-month"},
        "lengths": {
            "supply.contracts.lengths_days": [30.44, 365.25, 1_095.75],
            "supply.terms.need_spread": 0.1,
        },
        "sure-of-machines": {"supply.restart_h": 0.0},
        "made-to-order": {
            "supply.vintages": True,
            "supply.expansion": "follow-rents",
            "supply.maker.sells": True,
            "supply.maker.output": float("inf"),
            "supply.maker.memory.priced": True,
        },
    },
)
