"""The library of scenarios: one question a file. To add a scenario, add a file with a ``SCENARIO``.

SCENARIOS["compute-crunch"].question
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from capacity.errors import Catalogue
from scenarios.definition.scenario import Scenario


def _all() -> list[Scenario]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [module.SCENARIO for module in modules if hasattr(module, "SCENARIO")]
    return sorted(found, key=lambda scenario: scenario.name != "baseline-2026")


SCENARIOS: Final[Catalogue[Scenario]] = Catalogue("scenario", _all())
