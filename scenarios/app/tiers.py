"""Which tiers the labs sell: taken out, or added from the free and subscription plans of the library."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from capacity.errors import InputError
from scenarios.definition.scenario import Scenario
from scenarios.parameters.default_sellers import LABS, PRODUCTS

_SOLD_IN: Final = {offer.tier: offer for offer in LABS[0].offers}
#: Tiers that can be added: the tier and what is sold in it.
EXTRA: Final = {tier.name: (tier.model_dump(), _SOLD_IN[tier.name].model_dump()) for tier in PRODUCTS}


def tiers_sold(scenario: Scenario) -> list[str]:
    """Tiers in which some lab sells something, in the order of the scenario."""
    return list(dict.fromkeys(offer.tier for lab in scenario.labs for offer in lab.offers))


def tiers_to_choose(scenario: Scenario) -> list[str]:
    """Tiers sold, and those that can be added."""
    return list(dict.fromkeys([*tiers_sold(scenario), *EXTRA]))


def tier_changes(scenario: Scenario, chosen: Collection[str]) -> dict[str, Any]:
    """What makes the labs sell in these tiers alone: changes by path."""
    sold = tiers_sold(scenario)
    if set(chosen) == set(sold):
        return {}
    if not chosen:
        raise InputError("tiers: none is chosen, but labs must sell in at least one")
    made: dict[str, Any] = {}
    added = [name for name in EXTRA if name in chosen and name not in sold]
    there = {tier.name for lab in scenario.labs for tier in lab.tiers}  # sold or not
    new = [EXTRA[name][0] for name in added if name not in there]
    if new:
        made["labs.*.tiers.+"] = new
    extra = [EXTRA[name][1] for name in added]
    if set(sold) <= set(chosen):
        return made | {"labs.*.offers.+": extra}
    for lab in scenario.labs:
        kept = [offer.model_dump() for offer in lab.offers if offer.tier in chosen]
        made[f"labs.{lab.name}.offers"] = [*kept, *extra]
    return made
