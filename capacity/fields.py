"""Fields of parameters: each says once what it means, in which unit, within which bounds, and from where it is.

Bounds are checked from that, and parameters of scenarios, help and reference pages are made from it:

>>> @dataclass(frozen=True)
... class Lamp:
...     "Something that shines."
...
...     power: float = quantity(..., "W", "what it takes", above=0)
...     wires: int = quantity(2, "wires", "what it hangs on", low=1, whole=True)
...
...     def __post_init__(self) -> None:
...         check_fields(self, "lamp")
>>> [(field.name, field.unit, field.meaning) for field in fields_of(Lamp)]
[('power', 'W', 'what it takes'), ('wires', 'wires', 'what it hangs on')]
>>> Lamp(power=-1.0)
Traceback (most recent call last):
capacity.errors.InputError: lamp: power is -1, but must be above 0
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from capacity.errors import InputError, require, require_kind, require_kinds, require_or_inf, require_whole

#: Assumed by us, not measured.
DECLARED: Final = "declared"
#: Said beside each thing of its kind, which has a field for it.
BESIDE: Final = "said beside each"
#: Where the description of a field is kept in its metadata.
DESCRIPTION: Final = "description"

type Sort = Literal[
    "number", "whole number", "numbers", "numbers by name", "flag", "text", "texts", "inner", "inner list"
]


@dataclass(frozen=True)
class Described:
    """What is known of a field.

    Attributes:
        sort: what it holds.
        meaning: what it says, in words.
        unit: unit of its numbers; '1' for ratios, empty where it holds none.
        source: where the default comes from.
        default: value where none is given; ... where one must be.
        shipped: value that scenarios start from.
        low, above, high: bounds of its numbers, each None for none; ``above`` is below all that are allowed.
        or_inf, or_none: whether it may also be infinite, or None.
        count: how many numbers it holds; None for any number of them.
        base: class of the thing, or things, that it holds.
        settable: whether a scenario may set it; if not, the scenario computes it or leaves it as shipped.
        name: name of the field.
    """

    sort: Sort
    meaning: str
    unit: str = ""
    source: str = DECLARED
    default: Any = ...
    shipped: Any = ...
    low: float | None = None
    above: float | None = None
    high: float | None = None
    or_inf: bool = False
    or_none: bool = False
    count: int | None = None
    base: type = object
    settable: bool = True
    name: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is ...

    def check(self, where: str, value: Any) -> None:
        """Say so if ``value`` is not allowed; ``where`` is what the field is called."""
        if value is None and self.or_none:
            return
        if self.sort == "flag":
            if not isinstance(value, bool):
                raise InputError(f"{where} is {value!r}, but must be true or false")
        elif self.sort in ("text", "texts"):
            self._check_texts(where, value)
        elif self.sort in ("inner", "inner list"):
            (require_kind if self.sort == "inner" else require_kinds)(where, value, self.base)
        elif self.sort in ("numbers", "numbers by name"):
            self._check_numbers(where, value)
        elif self.sort == "whole number":
            require_whole(where, value, at_least=self.low, at_most=self.high)
        else:
            bounded = require_or_inf if self.or_inf else require
            bounded(where, value, at_least=self.low, above=self.above, at_most=self.high)

    def _check_texts(self, where: str, value: Any) -> None:
        listed = value if self.sort == "texts" else [value]
        if not isinstance(listed, tuple | list) or not all(isinstance(each, str) for each in listed):
            wanted = "a text" if self.sort == "text" else "a list of texts"
            raise InputError(f"{where} is {value!r}, but must be {wanted}")

    def _check_numbers(self, where: str, values: Any) -> None:
        if self.sort == "numbers by name":
            require_kind(where, values, Mapping)
            for name, value in values.items():
                require(f"{where}[{name}]", value, at_least=self.low, above=self.above, at_most=self.high)
            return
        if not isinstance(values, tuple | list):
            raise InputError(f"{where} is {values!r}, but must be a list of numbers")
        if self.count is not None and len(values) != self.count:
            raise InputError(f"{where} has {len(values)} entries, but must have {self.count}")
        for number, value in enumerate(values):
            require(f"{where}[{number}]", value, at_least=self.low, above=self.above, at_most=self.high)


def _field(described: Described) -> Any:
    metadata = {DESCRIPTION: described}
    if described.required:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=described.default, metadata=metadata)


def quantity(
    default: Any,
    unit: str,
    meaning: str,
    source: str = DECLARED,
    *,
    low: float | None = 0.0,
    high: float | None = None,
    above: float | None = None,
    or_inf: bool = False,
    or_none: bool = False,
    whole: bool = False,
    shipped: Any = ...,
    settable: bool = True,
) -> Any:
    """A field that holds a number; see ``Described`` for what can be said of it. A bound ``above`` replaces ``low``."""
    return _field(
        Described(
            "whole number" if whole else "number",
            meaning,
            unit,
            source,
            default,
            default if shipped is ... else shipped,
            low=None if above is not None else low,
            above=above,
            high=high,
            or_inf=or_inf,
            or_none=or_none,
            settable=settable,
        )
    )


def quantities(
    default: Any,
    unit: str,
    meaning: str,
    source: str = DECLARED,
    *,
    low: float | None = 0.0,
    high: float | None = None,
    count: int | None = None,
    settable: bool = True,
) -> Any:
    """A field that holds several numbers of one unit, ``count`` of them or as many as one likes."""
    return _field(
        Described(
            "numbers", meaning, unit, source, default, default, low=low, high=high, count=count, settable=settable
        )
    )


def flag(default: Any, meaning: str, source: str = DECLARED, *, shipped: Any = ..., settable: bool = True) -> Any:
    """A field that is true or false."""
    shown = default if shipped is ... else shipped
    return _field(Described("flag", meaning, "", source, default, shown, settable=settable))


def numbers_by_name(unit: str, meaning: str, source: str = DECLARED, *, above: float) -> Any:
    """A field that holds numbers of one unit under names."""
    return _field(Described("numbers by name", meaning, unit, source, low=None, above=above, settable=False))


def text(default: Any, meaning: str) -> Any:
    """A field that holds words."""
    return _field(Described("text", meaning, default=default, shipped=default, settable=False))


def texts(meaning: str) -> Any:
    """A field that holds a list of words, none of them unless it is given."""
    return _field(Described("texts", meaning, default=(), shipped=(), settable=False))


def inner(base: type, meaning: str, default: Any = ..., *, or_none: bool = False) -> Any:
    """A field that holds a thing of a class, another behaviour, say; scenarios do not set it by a number."""
    return _field(
        Described("inner", meaning, "", "", default, default, base=base, or_none=or_none, settable=False),
    )


def inner_list(base: type, meaning: str) -> Any:
    """A field that holds things of a class, none of them unless it is given."""
    return _field(Described("inner list", meaning, "", "", (), (), base=base, settable=False))


def check_fields(of: Any, called: str) -> None:
    """Say so if a field of a thing is not allowed; ``called`` is what the thing is called."""
    for described in fields_of(type(of)):
        described.check(f"{called}: {described.name}", getattr(of, described.name))


def fields_of(cls: type) -> tuple[Described, ...]:
    """What is known of the fields of a class, in their order; fields that say nothing are left out."""
    return _fields_of(cls) if dataclasses.is_dataclass(cls) else ()


@functools.lru_cache(maxsize=2**10)
def _fields_of(cls: type[Any]) -> tuple[Described, ...]:
    """Worked out once: scenarios are checked against all of them."""
    found = ((field.name, field.metadata.get(DESCRIPTION)) for field in dataclasses.fields(cls))
    return tuple(dataclasses.replace(described, name=name) for name, described in found if described is not None)
