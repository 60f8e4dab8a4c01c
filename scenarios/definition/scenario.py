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
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from capacity.errors import InputError, UnknownNameError, nearest
from scenarios.parameters import paths as changes
from scenarios.parameters.complaints import complaint
from scenarios.parameters.demand import Demand
from scenarios.parameters.fields import Name, Section, Text, choice, part, refuse, refuse_doubles, several
from scenarios.parameters.market import Market, Progress
from scenarios.parameters.sellers import LABS, OPEN, Broker, Lab, OpenProvider
from scenarios.parameters.supply import CONTRACTING, RENAMED, Supply, owners
from scenarios.parameters.time import Time
from scenarios.results import measures as outcomes

if TYPE_CHECKING:
    from market.calendar import Calendar
    from market.economy import Economy


class Outcome(Section):
    """A measure that answers the question, and what a source expects of it."""

    measure: str = choice(..., "measure of scenarios/outcomes")
    against: Text = choice("start", "compared with: start (of the run), a variant, or another scenario")
    expected: Literal["up", "down", "same", "reported"] = choice(
        "reported", "what a source expects of it; reported where no source says"
    )
    source: Text = choice("", "who expects it")

    @model_validator(mode="after")
    def _known(self) -> Outcome:
        if self.measure not in outcomes.MEASURES:
            near = nearest(self.measure, outcomes.MEASURES)
            like = ", ".join(get_close_matches(self.measure, outcomes.MEASURES, n=8, cutoff=0.3)) or "spot-price"
            raise refuse("measure", self.measure, f"must be a measure of scenarios/outcomes, such as {like}{near}")
        return self


class Scenario(Section):
    """Everything that a run is made of, but for its seed and its number of simulated users."""

    name: Name = choice(..., "what it is called")
    question: Text = choice(..., "what it asks, in one line")
    source: Text = choice("", "where the question and its numbers come from")
    extends: Text = choice("", "what it was made from; not part of what it is")
    time: Time = part(Time(), "when and how long")
    demand: Demand = part(Demand(), "users")
    supply: Supply = part(Supply(), "owners of machines")
    labs: tuple[Lab, ...] = several(LABS, "frontier labs", least=1, most=20)
    open: tuple[OpenProvider, ...] = several(OPEN, "open-weight providers", least=1, most=50)
    brokers: tuple[Broker, ...] = several((), "brokers", least=0, most=20)
    progress: Progress = part(Progress(), "how models get better")
    market: Market = part(Market(), "rules of the market")
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

    def with_changes(self, paths: Mapping[str, Any], where: str = "") -> Self:
        """A scenario that differs in these paths: ``{"supply.growth": 5, "labs.*.cash": 1e9}``."""
        data = self.data()
        for path, value in paths.items():
            data = changes.merge(data, changes.nest(path, value))
        return self.of(data, where or f"scenario '{self.name}'")

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
    def digest(self) -> str:
        """A hash of all that it is, the same on every machine; of what it extends only the result counts."""
        plain = self.model_dump(mode="json", exclude={"extends"})
        text = json.dumps(_plain(plain, self.data()), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def differences(self, other: Scenario) -> dict[str, tuple[Any, Any]]:
        """Paths whose values differ, with this one's value and the other's (None where there is none)."""
        about = {"name", "question", "source", "extends", "variants", "outcomes"}
        mine, theirs = (changes.flat(s.model_dump(exclude=about)) for s in (self, other))
        paths = list(mine) + [path for path in theirs if path not in mine]
        return {p: (mine.get(p), theirs.get(p)) for p in paths if mine.get(p) != theirs.get(p)}

    def to_toml(self) -> str:
        """A TOML file that loads as the same scenario."""
        from scenarios.text.toml import write

        about = f"# extends {self.extends}; everything is written out below\n" if self.extends else ""
        return about + write(self.model_dump(mode="python", exclude={"extends"}))

    # -------------------------------------------------------------------------------- run

    def economy(self, individuals: int = 10_000) -> Economy:
        """The economy with so many simulated users."""
        from capacity.errors import require_whole
        from scenarios.definition.economy import economy

        return economy(self, require_whole("individuals", individuals, at_least=1, at_most=1e9))

    def calendar(self) -> Calendar:
        """Its calendar."""
        from scenarios.definition.economy import calendar

        return calendar(self.time)

    @property
    def ticks(self) -> int:
        """Ticks that are simulated of its days."""
        return self.calendar().ticks_in(self.time.days)

    def check(self, where: str = "") -> Self:
        """Find what only shows when the economy and its variants are made: before anything runs or is written."""
        from scenarios.definition.economy import check
        from scenarios.library import SCENARIOS

        begin = where or f"scenario '{self.name}'"
        check(self, begin)
        for name in self.variants:
            check(self.variant(name, begin), f"{begin}: variants.{name}")
        for number, one in enumerate(self.outcomes):
            known = ("start", *self.variants, *SCENARIOS)
            if one.against not in known:
                raise UnknownNameError(
                    f"{begin}: outcomes[{number}].against is '{one.against}', but must be start, a variant or a "
                    f"scenario{nearest(one.against, known)}"
                )
        return self

    # -------------------------------------------------------------------------------- what must fit together

    @model_validator(mode="after")
    def _names(self) -> Scenario:
        taken = [name for name, _ in self.demand.segments()]
        taken += [RENAMED.get(name, name) for name in owners(self.supply.quarter)]
        for kind in ("labs", "open", "brokers"):
            for number, one in enumerate(getattr(self, kind)):
                if one.name in taken:
                    raise refuse(
                        f"{kind}[{number}].name", one.name, "that name is taken: all agents' names must differ"
                    )
                taken.append(one.name)
        refuse_doubles("labs", [lab.name for lab in self.labs])
        return self

    @model_validator(mode="after")
    def _contracts(self) -> Scenario:
        terms, days = self.supply.contracts, self.time.days
        if not terms.renews and math.isfinite(terms.term_days) and terms.term_days > days:
            raise refuse(
                "supply.contracts.term_days", terms.term_days,
                f"contracts that are not renewed must end within the {days:g} days of time.days (or be inf)",
            )  # fmt: skip
        each = -(-len(self.labs) // CONTRACTING)
        if terms.share * each > 1.0:
            raise refuse(
                "supply.contracts.share", terms.share,
                f"{len(self.labs)} labs share {CONTRACTING} owners, so it must be at most {1.0 / each:g}",
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _segments(self) -> Scenario:
        known = [name for name, _ in self.demand.segments()]
        for n, lab in enumerate(self.labs):
            named = [(f"labs[{n}].offers[{k}].open_to", one.open_to) for k, one in enumerate(lab.offers)]
            named += [(f"labs[{n}].models[{k}].kept_for", one.kept_for) for k, one in enumerate(lab.models)]
            for at, names in named:
                for k, name in enumerate(names):
                    if name not in known:
                        raise refuse(f"{at}[{k}]", name, f"segments are {', '.join(known)}{nearest(name, known)}")
        return self

    @model_validator(mode="after")
    def _routes(self) -> Scenario:
        served = sorted({one.architecture for one in self.open})
        for n, broker in enumerate(self.brokers):
            for k, name in enumerate(broker.routes):
                if name not in served:
                    near = nearest(name, served)
                    raise refuse(f"brokers[{n}].routes[{k}]", name, f"open providers serve {', '.join(served)}{near}")
            if not broker.routes and not broker.homes.idle_share:
                raise refuse(
                    f"brokers[{n}].routes", [], "a broker needs something to sell: routes, or homes.idle_share"
                )
        return self


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
