"""What a scenario says that a run makes nothing of: whoever wrote it should hear of it before."""

from __future__ import annotations

import math
from typing import Final

from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS
from scenarios.parameters.paths import join
from scenarios.runs.changes import origin_of
from scenarios.runs.outside import outside
from scenarios.runs.settings import DEFAULT_SCENARIO

#: What a tier lists of its quota.
QUOTAS: Final = ("quota_per_day", "quota_per_week")


def idle(scenario: Scenario, ticks: int) -> list[str]:
    """Events outside of the days of a run, and listed quotas in whose place a rule finds others, a line each."""
    return [*outside(scenario, ticks), *replaced_quotas(scenario)]


def replaced_quotas(scenario: Scenario) -> list[str]:
    """Words on quotas that somebody set, where a rule finds what is granted and lists say only in what it counts."""
    origin = origin_of(scenario) or SCENARIOS[DEFAULT_SCENARIO]
    own = {(tier.name, what, getattr(tier, what)) for lab in origin.labs for tier in lab.tiers for what in QUOTAS}
    found: dict[tuple[str, str, str], list[str]] = {}
    for lab in scenario.labs:
        sold = {offer.tier for offer in lab.offers}
        if math.isfinite(lab.quotas.make().most_granted):
            continue
        for tier in lab.tiers:
            for what in QUOTAS:
                listed = getattr(tier, what)
                if tier.name in sold and 0 < listed < math.inf and (tier.name, what, listed) not in own:
                    found.setdefault((what, tier.name, lab.quotas.kind), []).append(lab.name)
    made = []
    for (what, tier_name, kind), names in found.items():
        at = ["labs.*"] if len(names) == len(scenario.labs) else [join("labs", name) for name in names]
        held = " ".join(f"--set '{one}.quotas.kind=fixed'" for one in at)
        made.append(
            f"{what} of tier '{tier_name}' of {', '.join(names)} is set, but the rule {kind} (quotas.kind) finds how "
            f"much is granted, whatever is listed; to hold what is set: {held}"
        )
    return made
