"""What did the market for tokens look like in January 2026, by all that is known of its sizes and prices?

The baseline of this library is a market of the published sizes of machines, with costs and worths that are declared.
This one is held against the world (``tokenmarket moments january-2026``): chat that is free for nearly all, plans of
20 USD a month, requests as measured, costs that are machines and little else, and research that takes the
machines that inference leaves. The numbers in ``january_2026.csv`` beside this file are fitted (``tokenmarket fit``):
they were moved until the moments of ``scenarios/studies/moments/world.csv`` came out, whose ranges were written down
before. Each has the range within which others would do as well, and the moment that moves it most.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import Any, Final

from scenarios.library.asking import ask, outcome
from scenarios.library.baseline_2026 import SCENARIO as BASELINE
from scenarios.parameters.sellers import FREE_OFFER, FREE_TIER, PLAN_OFFER, PLAN_TIER

#: Chat: 5e9 requests a day of about 1,500:350 [world: OpenAI usage study; router]. Worth and spread fitted to how many
#: hold a plan.
CHAT: Final[dict[str, Any]] = {
    "demand.casual.users": 1.0e9,
    "demand.casual.requests_per_day": 6.5,
    "demand.casual.size_spread": 1.2,
    "demand.casual.worth_usd": 0.14,
    "demand.casual.worth_spread": 1.2,
    "demand.casual.taste_noise": 0.1,
    "demand.casual.attachment": 0.1,
    "demand.casual.reconsider_per_day": 0.2,
    "demand.casual.request.input": 1_500.0,
    "demand.casual.request.output": 350.0,
    "demand.casual.request.cached": 0.2,
    "demand.casual.refuses": [{"name": "open", "share": 1.0}],
}
#: Coding and agents: long inputs, most of them cached [router, TraceLab]; worths fitted to the elasticity of all
#: prices, trust to the share of tokens that open models serve.
WORK: Final[dict[str, Any]] = {
    "demand.coders.users": 14.1e6,
    "demand.coders.requests_per_day": 155.0,
    "demand.coders.worth_usd": 0.03,
    "demand.coders.worth_spread": 1.8,
    "demand.coders.taste_noise": 0.15,
    "demand.coders.attachment": 0.1,
    "demand.coders.intensity_elasticity": 0.7,
    "demand.coders.refuses": [{"name": "open", "share": 0.7}],
    "demand.coders.request.input": 25_000.0,
    "demand.coders.request.output": 700.0,
    "demand.coders.request.cached": 0.7,
    "demand.agentic.users": 5.0e6,
    "demand.agentic.requests_per_day": 68.0,
    "demand.agentic.worth_usd": 0.07,
    "demand.agentic.worth_spread": 1.8,
    "demand.agentic.taste_noise": 0.15,
    "demand.agentic.intensity_elasticity": 0.7,
    "demand.agentic.refuses": [{"name": "open", "share": 0.65}],
    "demand.agentic.request.input": 140_000.0,
    "demand.agentic.request.output": 600.0,
    "demand.agentic.request.cached": 0.94,
}
#: Nobody's asking price but power; research spends its budget at any price [money.csv: training over inference].
MACHINES: Final[dict[str, Any]] = {
    "supply.calibration": "fit",
    "supply.first_party": 0.85,
    "supply.reserve": 0.0,
    "supply.research": [{"name": "research", "usd_per_day": 88e6}],
    "supply.contracts.share": 0.06,
    "supply.contracts.price": 1.1,
    "market.learning_hours": 6.0,
}
#: A free tier with a quota for all and a plan, faster than the older scenarios have them; lists by the token for those
#: who build on them.
LAB_TIERS: Final = [{**FREE_TIER, "speed": 60.0, "quota_per_day": 6.0}, {**PLAN_TIER, "speed": 60.0}]
BY_TOKEN: Final = ["coders", "agentic"]
LABS: Final[dict[str, Any]] = {
    "labs.*.headroom": 0.1,
    "labs.*.quotas.kind": "peak-cut",
    "labs.*.quotas.target": 0.95,
    "labs.*.models.best.cost": 1.2,
    "labs.*.models.best.work": 2.8,
    "labs.*.models.mini.cost": 0.25,
    "labs.*.models.mini.work": 2.8,
    "labs.*.models.mini.lag_months": {"casual": 9.4, "coders": 15.0, "agentic": 17.0},
    "labs.*.tiers.+": LAB_TIERS,
    "labs.*.offers.priority": {"price": 22.0, "open_to": BY_TOKEN},
    "labs.*.offers.standard": {"price": 20.0, "open_to": BY_TOKEN},
    "labs.*.offers.batch": {"price": 19.0, "open_to": BY_TOKEN},
    "labs.*.offers.mini": {"price": 5.0, "open_to": BY_TOKEN},
    "labs.*.offers.+": [FREE_OFFER, PLAN_OFFER],
}
OPEN: Final[dict[str, Any]] = {
    "open.*.headroom": 0.5,
    "open.*.pricing.margin": 0.5,
    "open.*.pricing.memory_hours": 1.0,
    "open.*.speed": 60.0,
    "open.*.work": 2.4,
    "open.Harbor.work": 0.95,
    "open.Ferry.price": 3.3,
    "open.Ferry.cost": 0.2,
    "open.Gantry.price": 3.4,
    "open.Gantry.cost": 0.2,
    "open.Harbor.price": 2.6,
    "open.Harbor.cost": 0.1,
    "open.Islet.price": 0.5,
    "open.Islet.cost": 0.04,
}


def fitted() -> dict[str, float]:
    """Fitted values by path."""
    with resources.files(__package__).joinpath("january_2026.csv").open(encoding="utf-8") as file:
        return {row["path"]: float(row["value"]) for row in csv.DictReader(file)}


SCENARIO = ask(
    __name__,
    __doc__,
    BASELINE,
    source="sizes, prices and shares of the winter 2025/26: scenarios/studies/moments/world.csv",
    changes={**CHAT, **WORK, **MACHINES, **LABS, **OPEN, **fitted()},
    outcomes=tuple(
        outcome(name) for name in ("utilisation", "spot-price", "paid-price", "open-price", "subscribers", "free-share")
    ),
)
