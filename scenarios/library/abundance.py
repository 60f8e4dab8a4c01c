"""What if machines and ever better small, open and local models outrun demand?"""

from __future__ import annotations

from scenarios.definition.asking import THREE_YEARS, ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE

SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="Abundance: local models as the way out of scarcity; Epoch, Alderson: efficiency gains",
    changes={
        **THREE_YEARS,
        "demand.growth": 3.0,
        "supply.growth": 5.0,
        "progress.advancing": True,
        "progress.efficiency_growth": 2.0,
        "progress.small_closing": 0.7,
        "demand.coders.local.price_usd": 3_000.0,
        "demand.coders.local.quality": 0.75,
    },
    outcomes=(
        outcome("paid-price", "down", source="Abundance; Epoch: prices of a level of quality fall"),
        outcome("large-model-price"),
        outcome("unserved", "down", source="Abundance"),
        outcome("local-owners", "up", source="Abundance: local models get good enough"),
        outcome("idle-share", "up", source="Overbuilding: supply outruns demand"),
        outcome("small-model-share"),
        outcome("large-model-price", "up", against="price-war", source="Klemperer: who counts buyers pays for them"),
        outcome("closed-margin", against="price-war"),
        outcome("open-margin", "up", against="promotions", source="Klemperer: who counts buyers pays for them"),
    ),
    # Who counts seven of ten buyers as its own a year later: labs, and stop doing so after the first year; or open
    # sellers, in the first two months. Declared.
    variants={
        "price-war": {"labs.*.pricing.share.stays": 0.7, "labs.*.pricing.share.harvest_days": 365.0},
        "promotions": {"open.*.pricing.share.stays": 0.7, "open.*.pricing.share.harvest_days": 60.0},
    },
)
