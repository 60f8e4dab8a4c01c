"""Behaviours in a scenario: a section holds the kind that is chosen and that kind's own numbers, and nothing else.

What kinds there are, and what their numbers mean, the behaviours themselves say (``market.kinds``): nothing is
declared a second time. A number of another kind of the family is dropped, since it is left over from what a scenario
extends; ``set_aside`` finds those that somebody has just set.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from capacity.errors import InputError, nearest
from capacity.fields import Described, fields_of
from market.kinds import Kind, kind_named, kinds_of
from scenarios.parameters.fields import Section, refuse
from scenarios.parameters.paths import join

#: A whole number may come as 4.0, as TOML and command lines write it.
type Values = dict[str, Any]


def kind_field(base: type[Kind], default: str, meaning: str, source: str = "declared") -> Any:
    """The field that names the kind, one of those below ``base``."""
    return Field(default, description=meaning, json_schema_extra={"unit": "", "source": source, "kinds_of": base})  # type: ignore[dict-item]


class KindSection(Section):
    """A section with a ``kind`` below ``base``, fields of its own, and the fields of that kind."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    base: ClassVar[type[Kind]]

    kind: str

    @property
    def chosen(self) -> dict[str, Any]:
        """Numbers of the kind, by name."""
        return dict(self.model_extra or {})

    def make(self) -> Any:
        """The behaviour."""
        return made_of(kind_named(self.base, self.kind), self.chosen)

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"kind": data}
        if not isinstance(data, Mapping | KindSection):
            raise refuse("kind", data, f"must be one of {', '.join(kinds_of(cls.base))}")
        return data

    @model_validator(mode="after")
    def _of_its_kind(self) -> KindSection:
        known = kinds_of(self.base)
        if self.kind not in known:
            raise refuse("kind", self.kind, f"must be one of {', '.join(known)}{nearest(self.kind, known)}")
        own, given = settable(known[self.kind]), self.model_extra or {}
        refuse_unknown(given, own, known, [*type(self).model_fields, *own])
        values = {name: checked_value(described, given.get(name, described.shipped)) for name, described in own.items()}
        object.__setattr__(self, "__pydantic_extra__", values)
        try:
            self.make()
        except InputError as error:
            raise refuse("kind", self.kind, f"its numbers do not fit: {error}") from None
        return self

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> Any:
        data = handler(self)
        return data["kind"] if set(data) == {"kind"} else data


class SeveralKinds(Section):
    """A section that lists behaviours of a family by name in ``parts``, and holds the numbers of all of them."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    base: ClassVar[type[Kind]]

    parts: tuple[str, ...]

    @property
    def chosen(self) -> dict[str, Any]:
        """Numbers of the behaviours listed, by name."""
        return dict(self.model_extra or {})

    def make(self) -> tuple[Any, ...]:
        """The behaviours, in their order."""
        classes = [kind_named(self.base, part) for part in self.parts]
        return tuple(made_of(cls, {name: self.chosen[name] for name in settable(cls)}) for cls in classes)

    @model_validator(mode="after")
    def _of_their_kinds(self) -> SeveralKinds:
        known = kinds_of(self.base)
        for number, part in enumerate(self.parts):
            if part not in known:
                raise refuse(f"parts[{number}]", part, f"must be one of {', '.join(known)}{nearest(part, known)}")
            if part in self.parts[:number]:
                raise refuse(f"parts[{number}]", part, "it is listed already")
        own = {name: described for part in self.parts for name, described in settable(known[part]).items()}
        given = self.model_extra or {}
        refuse_unknown(given, own, known, ["parts", *own])
        values = {name: checked_value(described, given.get(name, described.shipped)) for name, described in own.items()}
        object.__setattr__(self, "__pydantic_extra__", values)
        return self


type Behaviours = KindSection | SeveralKinds


def refuse_unknown(
    given: Mapping[str, Any], own: Mapping[str, Described], known: Mapping[str, type[Kind]], names: list[str]
) -> None:
    """Say so if something is given that is no number of the behaviour, nor of another of its family.

    ``names``: what may be given.
    """
    more = [name for name in given if name not in own]
    others = {name for cls in known.values() for name in settable(cls)} if more else set()
    for name in more:
        if name not in others:
            raise refuse(name, given[name], f"it is unknown{nearest(name, names)}; known: {', '.join(names)}")


def settable(cls: type[Kind]) -> dict[str, Described]:
    """Fields of a behaviour that a scenario may set, by name."""
    return {described.name: described for described in fields_of(cls) if described.settable}


def made_of(cls: type[Kind], values: Mapping[str, Any]) -> Any:
    """A behaviour with these numbers, and for the rest what it ships with."""
    shipped = {one.name: one.shipped for one in fields_of(cls) if not one.settable and one.shipped is not ...}
    return cls(**{**shipped, **values})


def rows_of(section: Behaviours) -> Iterator[tuple[Described, Any]]:
    """What is known of the numbers of a section's behaviours, with their values."""
    names = (section.kind,) if isinstance(section, KindSection) else section.parts
    for name in names:
        for described in settable(kind_named(section.base, name)).values():
            yield described, section.chosen[described.name]


def families_of(base: type[Kind], name: str) -> list[str]:
    """Kinds that have a field of this name."""
    return [kind for kind, cls in kinds_of(base).items() if name in settable(cls)]


def checked_value(described: Described, value: Any) -> Any:
    """A value as the behaviour wants it, or words on what is allowed."""
    if value is ...:
        raise refuse(described.name, "missing", f"it must be given: {described.meaning}")
    if described.sort in ("number", "whole number") and not is_number(value):
        raise refuse(described.name, value, f"must be {allowed(described)}")
    if described.sort == "numbers" and isinstance(value, list | tuple):
        for at, number in enumerate(value):
            _check_one(described, f"{described.name}[{at}]", number)
    try:
        if described.sort == "whole number" and float(value) == int(value):
            value = int(value)
        if described.sort == "numbers" and isinstance(value, list | tuple):
            value = tuple(float(number) for number in value)
        if described.sort == "number":
            value = float(value)
        described.check(described.name, value)
    except (InputError, OverflowError, ValueError, TypeError):
        raise refuse(described.name, value, f"must be {allowed(described)}") from None
    return value


def is_number(value: Any) -> bool:
    """Whether it is a number; neither a flag nor 'not a number' is one."""
    return not isinstance(value, bool) and isinstance(value, int | float) and not math.isnan(value)


def _check_one(described: Described, at: str, number: Any) -> None:
    """Say which of several numbers is wrong."""
    one = replace(described, sort="number", count=None)
    said = refuse(at, number, f"it must be {allowed(one)}")
    if not is_number(number):
        raise said
    try:
        one.check(at, number)
    except InputError:
        raise said from None


def allowed(described: Described) -> str:
    """What a field may be, in words.

    >>> allowed(Described("number", "share", "1", low=0.0, high=1.0))
    'a number, at least 0 and at most 1'
    """
    if described.sort == "flag":
        return "true or false"
    sorts = {"number": "a number", "whole number": "a whole number", "numbers": "a list of numbers"}
    words = sorts[described.sort]
    if described.count is not None:
        words = f"a list of {described.count} numbers"
    bounds = []
    if described.above is not None:
        bounds.append(f"above {described.above:g}")
    elif described.low is not None:
        bounds.append(f"at least {described.low:g}")
    if described.high is not None:
        bounds.append(f"at most {described.high:g}")
    text = words + (", " + " and ".join(bounds) if bounds else "")
    return text + (", or inf" if described.or_inf else "")


def set_aside(section: Any, given: Any, at: str = "") -> Iterator[str]:
    """Words on every number in ``given`` (tables as they are laid over a scenario) that the kind chosen has no use for.

    Such a number is no part of ``section``, the scenario that was made: to drop it without a word would be wrong.
    """
    if isinstance(section, tuple):
        for step, entry, value in _laid(section, given):
            yield from set_aside(entry, value, join(at, step))
    elif not isinstance(given, Mapping):
        return
    elif isinstance(section, KindSection | SeveralKinds):
        known = [*type(section).model_fields, *section.chosen]
        for name in given:
            if name not in known:
                chosen = section.kind if isinstance(section, KindSection) else ", ".join(section.parts)
                having = families_of(section.base, str(name))
                others = f"{', '.join(having)} {'has' if len(having) == 1 else 'have'}"
                yield f"{join(at, str(name))}: {chosen} has no {name} ({others}); known: {', '.join(known)}"
    elif isinstance(section, BaseModel):
        for name, value in given.items():
            if name in type(section).model_fields:
                yield from set_aside(getattr(section, name), value, join(at, str(name)))


def _laid(entries: tuple[Any, ...], given: Any) -> Iterator[tuple[str, Any, Any]]:
    """Entries of a list with what is laid over each, and the step of the path at which it is."""
    if isinstance(given, list | tuple):
        for number, (entry, value) in enumerate(zip(entries, given, strict=False)):
            yield f"[{number}]", entry, value
    if not isinstance(given, Mapping):
        return
    for name, value in given.items():
        if name == "+":
            added = value if isinstance(value, list | tuple) else [value]
            for entry, one in zip(_added(entries, added), added, strict=False):
                yield f"[{entries.index(entry)}]", entry, one
        else:
            for entry in _named(entries, str(name)):
                yield str(name), entry, value


def _added(entries: tuple[Any, ...], added: Sequence[Any]) -> list[Any]:
    """Entries that were added, by their names: others may have been added after them."""
    names = [one["name"] for one in added if isinstance(one, Mapping) and "name" in one]
    if len(names) < len(added):
        return list(entries[-len(added) :])
    return [entry for name in names for entry in _named(entries, str(name))[:1]]


def _named(entries: tuple[Any, ...], step: str) -> list[Any]:
    """Entries of a list that a step of a path means: by name, by number, or all."""
    if step == "*":
        return list(entries)
    if step.startswith("["):
        return [entries[int(step[1:-1])]]
    return [entry for entry in entries if getattr(entry, "name", None) == step]
