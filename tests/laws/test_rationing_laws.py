"""Laws that every rationing rule inherits unasked: each concrete subclass is found and put to them."""

from __future__ import annotations

from dataclasses import fields

import pytest

from market.exchange.rationing.base import Rationing
from scenarios.laws import rationing  # noqa: F401  # its laws
from scenarios.laws.examples import RULES, draws_lots
from scenarios.laws.law import Law, cases
from scenarios.laws.tick import BOOKS


def every_rule() -> list[Rationing]:
    """Each rule as it comes, and each that has a rule within it with each of the others."""
    simple = [type(rule)() for rule in RULES]
    nested = [
        type(outer)(within=inner)  # type: ignore[call-arg]
        for outer in simple
        if any(entry.name == "within" for entry in fields(outer))
        for inner in simple
        if inner not in (outer, outer.within)  # type: ignore[attr-defined]
    ]
    return list(dict.fromkeys([*RULES, *simple, *nested]))


def test_rules_are_found() -> None:
    assert {"ProRata", "StrictPriority", "MaxMin", "FirstCome", "Lottery"} <= {type(r).__name__ for r in RULES}
    assert any(draws_lots(rule) for rule in RULES)
    assert not all(draws_lots(rule) for rule in RULES)


@pytest.mark.parametrize(("law", "rule"), [(one, r) for one, r in cases(every_rule()) if one.words != BOOKS], ids=str)
def test_rules_keep_the_laws(law: Law, rule: Rationing) -> None:
    law.hold(rule)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "rule"), [(one, r) for one, r in cases(RULES) if one.words == BOOKS], ids=str)
def test_rules_keep_the_laws_of_a_tick(law: Law, rule: Rationing) -> None:
    law.hold(rule)
