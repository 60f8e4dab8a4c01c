"""A scenario: one question about the market as a validated value, comparable and writable.

from scenarios.library import SCENARIOS
crunch = SCENARIOS["compute-crunch"].with_changes({"supply.growth": 5})
TokenMarket(crunch.economy(individuals=2_000), rng=1)
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError

from capacity.errors import InputError, UnknownNameError, nearest, require_whole
from market.calendar import Calendar
from market.economy import Economy
from scenarios.definition.economy import calendar_of, economy_of
from scenarios.definition.parameters import Parameters
from scenarios.parameters import paths
from scenarios.parameters.complaints import complaint
from scenarios.parameters.fields import Name, Section, Text, choice, several
from scenarios.parameters.kinds import set_aside
from scenarios.parameters.own_machines import TABLES
from scenarios.results.outcome import Outcome
from scenarios.text import toml


class Question(Section):
    """What is asked, and where the question comes from."""

    name: Name = choice(..., "what it is called")
    question: Text = choice(..., "what it asks, in one line")
    source: Text = choice("", "where the question and its numbers come from")
    extends: Text = choice("", "what it was made from; not part of what it is")


class Scenario(Parameters, Question):
    """A question, what a run that answers it is made of, its variants, and the measures that answer it."""

    variants: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="named changes to compare: path to value", max_length=20
    )
    outcomes: tuple[Outcome, ...] = several((), "measures that answer the question", least=0)

    # -------------------------------------------------------------------------------- made

    @classmethod
    def of(cls, data: Mapping[str, Any], where: str = "scenario") -> Self:
        """Validate; say what is wrong in one line that begins with ``where``."""
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise InputError(f"{where}: {complaint(error, cls)}") from error

    def with_changes(self, changes: Mapping[str, Any], where: str = "") -> Self:
        """A scenario that differs in these paths: ``{"supply.growth": 5, "labs.*.cash": 1e9}``."""
        data, begin = self.data(), where or f"scenario '{self.name}'"
        given = [paths.nest(path, value) for path, value in changes.items()]
        for one in given:
            data = paths.merge(data, one)
        made = self.of(data, begin)
        for words in (words for one in given for words in set_aside(made.events, one.get("events"), "events")):
            raise InputError(f"{begin}: {words}")
        return made

    def variant(self, name: str, where: str = "") -> Self:
        """One of the variants, as a scenario of its own."""
        if name not in self.variants:
            known = ", ".join(self.variants) or "none"
            raise UnknownNameError(
                f"scenario '{self.name}' has no variant '{name}'{nearest(name, self.variants)}; known: {known}"
            )
        made = {**self.variants[name], "name": f"{self.name} - {name}"}
        without = self.model_copy(update={"variants": {}, "outcomes": ()})
        return without.with_changes(made, f"{where or f"scenario '{self.name}'"}: variants.{name}")

    # -------------------------------------------------------------------------------- compared

    def data(self) -> dict[str, Any]:
        """All of it as plain tables, lists, numbers, text and dates."""
        return self.model_dump(mode="python")

    @property
    def _unused(self) -> set[str]:
        """Tables of machines of its own that it does not have: they are not written."""
        return {name for name in TABLES if not getattr(self, name)}

    @property
    def digest(self) -> str:
        """A hash of all that it is, the same on every machine; of what it extends only the result counts."""
        plain = self.model_dump(mode="json", exclude={"extends", *self._unused})
        text = json.dumps(_plain(plain, self.data()), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def differences(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """Paths whose values differ, with this one's value and the other's (None where there is none)."""
        about = {"name", "question", "source", "extends", "variants", "outcomes"}
        mine, theirs = (paths.flat(s.model_dump(exclude=about | s._unused)) for s in (self, other))
        known = list(mine) + [path for path in theirs if path not in mine]
        return {p: (mine.get(p), theirs.get(p)) for p in known if mine.get(p) != theirs.get(p)}

    def to_toml(self) -> str:
        """A TOML file that loads as the same scenario."""
        about = f"# extends {self.extends}; everything is written out below\n" if self.extends else ""
        return about + toml.write(self.model_dump(mode="python", exclude={"extends", *self._unused}))

    # -------------------------------------------------------------------------------- run

    def economy(self, individuals: int = 10_000) -> Economy:
        """The economy with so many simulated users."""
        return economy_of(self, require_whole("individuals", individuals, at_least=1, at_most=1e9))

    def calendar(self) -> Calendar:
        """Its calendar."""
        return calendar_of(self.time)

    @property
    def ticks(self) -> int:
        """Ticks that are simulated of its days."""
        return self.calendar().ticks_in(self.time.days)


def _plain(value: Any, original: Any) -> Any:
    """Like JSON, but infinities as words (JSON would make them null) and -0 as 0."""
    if isinstance(original, Mapping):
        return {key: _plain(value[key], part) for key, part in original.items() if key in value}
    if isinstance(original, list | tuple):
        return [_plain(one, part) for one, part in zip(value, original, strict=True)]
    if isinstance(original, bool) or not isinstance(original, int | float):
        return value
    number = float(original)
    return repr(number) if not math.isfinite(number) else number + 0.0
