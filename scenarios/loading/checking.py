"""What only shows when economies are made: found before anything runs or is written."""

from __future__ import annotations

from capacity.errors import UnknownNameError, nearest
from scenarios.definition.economy import check_economy
from scenarios.definition.scenario import Scenario
from scenarios.library import SCENARIOS


def checked(scenario: Scenario, where: str = "") -> Scenario:
    """The scenario, if its economy and those of its variants can be made and its outcomes can be compared."""
    begin = where or f"scenario '{scenario.name}'"
    check_economy(scenario, begin)
    for name in scenario.variants:
        check_economy(scenario.variant(name, begin), f"{begin}: variants.{name}")
    for number, one in enumerate(scenario.outcomes):
        known = ("start", *scenario.variants, *SCENARIOS)
        if one.against not in known:
            raise UnknownNameError(
                f"{begin}: outcomes[{number}].against is '{one.against}', but must be start, a variant or a "
                f"scenario{nearest(one.against, known)}"
            )
    return scenario
