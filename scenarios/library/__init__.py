"""The library of scenarios: one question a file. To add a scenario, add a file with a ``SCENARIO``.

SCENARIOS["compute-crunch"].question
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any, Final

from capacity.errors import Catalogue
from scenarios.definition.scenario import Scenario

FIRST = "baseline-2026"


@dataclass(frozen=True)
class Unread:
    """A file of the library that nobody has asked for yet.

    Attributes:
        name: what its scenario is called: the file's name, with hyphens.
        module: name of the module.
    """

    name: str
    module: str


class Library(Catalogue[Any]):
    """Scenarios by name, each read from its file when it is first asked for: a command waits for one, not for all."""

    def __init__(self) -> None:
        files = sorted(info.name for info in pkgutil.iter_modules(__path__))
        unread = [Unread(file.replace("_", "-"), f"{__name__}.{file}") for file in files]
        super().__init__("scenario", sorted(unread, key=lambda one: one.name != FIRST))

    def __getitem__(self, name: str) -> Scenario:
        entry = super().__getitem__(name)
        if isinstance(entry, Unread):
            entry = self._entries[name] = importlib.import_module(entry.module).SCENARIO
        scenario: Scenario = entry
        return scenario


SCENARIOS: Final = Library()
