"""The efficient companion of a run: the same users and machines, with prices at what serving costs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from scenarios.definition.scenario import Scenario
from scenarios.results.run_folder import RunResult
from scenarios.runs.run import Progress, run
from scenarios.runs.settings import Settings

#: Price of a seller whose list price is what serving costs it in the tick.
AT_COST: Final = {"kind": "cost-plus", "margin": 0.0, "memory_hours": 0.0, "every_hours": 0.0, "stickiness": 0.0}
#: The rules of an efficient market: prices at running cost, to which an auction adds what scarcity is worth.
EFFICIENT: Final = {
    "market.clearing": "auction",
    # By the token, to all, at what they cost: a plan or a free tier asks nothing for what takes machines.
    "labs.*.offers.*.price": 1.0,
    "labs.*.offers.*.fixed_price": False,
    "labs.*.offers.*.fee_usd_per_month": 0.0,
    "labs.*.offers.*.open_to": [],
    "labs.*.offers.*.closed_to": [],
    "labs.*.tiers.*.quota_per_day": math.inf,
    **{f"{sellers}.*.pricing.{name}": value for sellers in ("labs", "open") for name, value in AT_COST.items()},
}


def with_efficient(result: RunResult, settings: Settings, progress: Progress | None = None) -> RunResult:
    """The result with that of the efficient companion beside it: the same users, machines, seed and length."""

    companion = run(replace(settings, scenario=efficient(settings.scenario)), progress, str(result.about["command"]))
    return replace(result, efficient=companion)


def efficient(scenario: Scenario) -> Scenario:
    """The companion scenario: the same users and machines, with prices at running cost plus what scarcity is worth.

    Plans and free tiers are sold by the token there, to all, at what they cost.

    Machines are rented out from the cost of their power on. It is efficient in who is served by the machines that a
    seller has; which seller has which machines is still settled by contracts and by the spot market, so that a first
    best may be a little better.
    """
    return scenario.with_changes({**EFFICIENT, "name": f"{scenario.name} - efficient"})
