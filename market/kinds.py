"""Behaviours that are chosen by name: what each is called, what its numbers mean, and which there are.

A behaviour (a pricing policy, a rationing rule, a clearing mechanism) is a frozen dataclass below a base class of
``Kind``. It says once what it is called and what its fields mean. Bounds are checked from that, and parameters of
scenarios, help and reference pages are made from it:

>>> class Drink(Kind):
...     "Something to drink."
>>> @dataclass(frozen=True)
... class Tea(Drink):
...     "Leaves in hot water. It is drunk in the afternoon."
...
...     kind = "tea"
...     sugar: float = quantity(2.0, "lump", "sweetness", "habit", high=9)
>>> Tea.kind, Tea.about
('tea', 'Leaves in hot water.')
>>> kinds_of(Drink)["tea"] is kind_named(Drink, "tea") is Tea
True
>>> [(field.name, field.default, field.unit, field.meaning) for field in fields_of(Tea)]
[('sugar', 2.0, 'lump', 'sweetness')]
>>> Tea(sugar=12.0)
Traceback (most recent call last):
capacity.errors.InputError: tea: sugar is 12, but must be at least 0 and at most 9
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from capacity.errors import (
    InputError,
    UnknownNameError,
    nearest,
    require,
    require_kind,
    require_or_inf,
    require_whole,
)

type Floats = NDArray[np.float64]
#: Assumed by us, not measured.
DECLARED: Final = "declared"
#: Where the description of a field is kept in its metadata.
DESCRIPTION: Final = "description"


@dataclass(frozen=True)
class Described:
    """What is known of a field of a behaviour.

    Attributes:
        sort: what it holds.
        meaning: what it says, in words.
        unit: unit of its numbers; '1' for ratios, empty where it holds none.
        source: where the default comes from.
        default: value where none is given; ... where one must be.
        shipped: value that scenarios start from.
        low, above, high: bounds of its numbers, each None for none; ``above`` is below all that are allowed.
        or_inf: whether it may also be infinite.
        count: how many numbers it holds; None for any number of them.
        base: base class of the behaviour that it holds.
        settable: whether a scenario may set it; if not, the scenario computes it or leaves it as shipped.
        name: name of the field.
    """

    sort: Literal["number", "whole number", "numbers", "flag", "behaviour"]
    meaning: str
    unit: str = ""
    source: str = DECLARED
    default: Any = ...
    shipped: Any = ...
    low: float | None = None
    above: float | None = None
    high: float | None = None
    or_inf: bool = False
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
        if self.sort == "flag":
            if not isinstance(value, bool):
                raise InputError(f"{where} is {value!r}, but must be true or false")
        elif self.sort == "behaviour":
            require_kind(where, value, self.base)
        elif self.sort == "numbers":
            self._check_numbers(where, value)
        elif self.sort == "whole number":
            require_whole(where, value, at_least=self.low, at_most=self.high)
        else:
            bounded = require_or_inf if self.or_inf else require
            bounded(where, value, at_least=self.low, above=self.above, at_most=self.high)

    def _check_numbers(self, where: str, values: Any) -> None:
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


def behaviour(base: type, meaning: str, default: Any = ...) -> Any:
    """A field that holds another behaviour, of a base class; scenarios do not set it by a number."""
    return _field(Described("behaviour", meaning, "", "", default, default, base=base, settable=False))


class Kind:
    """A behaviour that can be chosen by name. Subclasses are dataclasses; a number out of bounds is refused.

    Attributes:
        kind: the word for it, as in ``kind = "cost-plus"``; each class has its own, and a class without one is used
            from Python only.
        about: what it does, the first sentence of its docstring.
    """

    kind: ClassVar[str] = ""
    about: ClassVar[str] = ""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.kind = vars(cls).get("kind", "")  # never that of the class above
        cls.about = _first_sentence(vars(cls).get("__doc__") or "")
        _check_methods(cls)

    def __post_init__(self) -> None:
        for described in fields_of(type(self)):
            described.check(f"{called(type(self))}: {described.name}", getattr(self, described.name))


def _check_methods(cls: type) -> None:
    """Refuse methods that cannot be called as those are that they stand for.

    >>> from market.supply.quotas import QuotaPolicy
    >>> try:
    ...     type("Old", (QuotaPolicy,), {"__call__": lambda self, granted, utilisation: 1.0})
    ... except InputError as error:
    ...     print(error)
    old: __call__ takes (self, granted, utilisation), but is called with (self, of)
    """
    for name, method in vars(cls).items():
        over = next((vars(base)[name] for base in cls.__mro__[1:] if name in vars(base)), None)
        if not (
            inspect.isfunction(method) and getattr(over, "__isabstractmethod__", False) and inspect.isfunction(over)
        ):
            continue
        takes, wanted = inspect.signature(method), inspect.signature(over).parameters
        named = [one for one, given in wanted.items() if given.kind is inspect.Parameter.KEYWORD_ONLY]
        try:
            takes.bind(*(None for one in wanted if one not in named), **dict.fromkeys(named))
        except TypeError:
            words = ("(" + ", ".join(names) + ")" for names in (takes.parameters, wanted))
            raise InputError("{}: {} takes {}, but is called with {}".format(called(cls), name, *words)) from None


def called(cls: type) -> str:
    """The word for a behaviour, or the words in its class's name.

    >>> called(Kind)
    'kind'
    """
    return getattr(cls, "kind", "") or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()


def fields_of(cls: type) -> tuple[Described, ...]:
    """What is known of the fields of a behaviour, in their order; fields that say nothing are left out."""
    return _fields_of(cls) if dataclasses.is_dataclass(cls) else ()


@functools.lru_cache(maxsize=2**10)
def _fields_of(cls: type[Any]) -> tuple[Described, ...]:
    """Worked out once: scenarios are checked against all of them."""
    found = ((field.name, field.metadata.get(DESCRIPTION)) for field in dataclasses.fields(cls))
    return tuple(dataclasses.replace(described, name=name) for name, described in found if described is not None)


def classes_of[Base](base: type[Base]) -> list[type[Base]]:
    """All classes below another that can be made, however deep, in the order of their definition.

    Of a class that was defined again under the same name (its file was read twice) only the last counts.
    """
    found: dict[tuple[str, str], type[Base]] = {}
    for cls in base.__subclasses__():
        if not inspect.isabstract(cls):
            found[cls.__module__, cls.__qualname__] = cls
        found |= {(below.__module__, below.__qualname__): below for below in classes_of(cls)}
    return list(found.values())


def kinds_of[Base: Kind](base: type[Base]) -> dict[str, type[Base]]:
    """All behaviours below a base class that can be chosen by name, by their names in order."""
    found: dict[str, type[Base]] = {}
    for cls in classes_of(base):
        made = "__dataclass_fields__" in vars(cls)
        if not made and any(isinstance(value, dataclasses.Field) for value in vars(cls).values()):
            raise InputError(f"{_place(cls)} has fields, but is no dataclass: put @dataclass(frozen=True) before it")
        if cls.kind in found:
            both = f"{_place(found[cls.kind])} and {_place(cls)}"
            raise InputError(f"two behaviours ({called(base)}) are called '{cls.kind}': {both}")
        if cls.kind:
            found[cls.kind] = cls
    return dict(sorted(found.items()))  # not by who is imported first


def kind_named[Base: Kind](base: type[Base], name: str) -> type[Base]:
    """The behaviour of this name, or an error that names the nearest."""
    known = kinds_of(base)
    if name not in known:
        raise UnknownNameError(f"unknown {called(base)} '{name}'{nearest(name, known)}; known: {', '.join(known)}")
    return known[name]


def import_modules(package: str, folder: Iterable[str]) -> None:
    """Import every file of a package, so that a behaviour in a new one is found without being listed.

    Args:
        package: its ``__name__``.
        folder: its ``__path__``.
    """
    for module in pkgutil.iter_modules(folder):
        importlib.import_module(f"{package}.{module.name}")


def _first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", paragraph, maxsplit=1)[0]


def _place(cls: type) -> str:
    """A class and the file in which it is."""
    try:
        file = inspect.getfile(cls)
    except (TypeError, OSError):
        file = cls.__module__
    return f"{cls.__qualname__} ({file})"


def named(family: str, behaviour: object) -> str:
    """A behaviour in words, with the file that it is written in if that is a person's own.

    >>> from market.exchange.rationing.pro_rata import ProRata
    >>> named("rationing rule", ProRata())
    "rationing rule 'pro-rata'"
    """
    cls = type(behaviour)
    shipped = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
    return f"{'' if shipped else _file(cls)}{family} '{called(cls)}'"


def _file(cls: type) -> str:
    """Name of the file that a class is written in, and a colon; nothing where there is none."""
    try:
        return f"{Path(inspect.getfile(cls)).name}: "
    except (TypeError, OSError):
        return ""


def answered(
    family: str,
    behaviour: object,
    given: object,
    shape: tuple[int, ...] | None,
    wanted: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
) -> Floats:
    """What a behaviour gave, as numbers, if it is as many as were asked for, and all are finite and within bounds.

    ``family``: 'pricing policy' and the like. ``shape``: how many; None for a single number. ``wanted``: what they are,
    in words: 'prices of its offers [USD]'.

    >>> class Rule: ...
    >>> try:
    ...     answered("rule", Rule(), [0.5, -1.0], (2,), "shares [1]", low=0.0)
    ... except InputError as error:
    ...     print(error)
    rule 'rule' gave -1 at place 1, but must be 2 numbers of at least 0: shares [1]
    """
    try:
        numbers = np.asarray(given, dtype=np.float64) if given is not None else None
    except (TypeError, ValueError):
        numbers = None
    if numbers is None:
        fault = type(given).__name__
    elif numbers.shape not in ((), (1,)) if shape is None else numbers.shape != shape:
        fault = f"{_times(numbers.shape)} numbers"
    elif (np.isfinite(numbers) & (numbers >= low) & (numbers <= high)).all():
        return numbers
    else:
        flat = numbers.ravel()
        place = int(np.argmin(np.isfinite(flat) & (flat >= low) & (flat <= high)))
        number = "NaN" if np.isnan(flat[place]) else f"{flat[place]:g}"
        fault = number if shape is None else f"{number} at place {place}"
    count = "one number" if shape is None else f"{_times(shape)} numbers"
    bounds = f" of at least {low:g}" if low > -math.inf else ""
    bounds += f" and at most {high:g}" if high < math.inf else ""
    raise InputError(f"{named(family, behaviour)} gave {fault}, but must be {count}{bounds}: {wanted}")


def _times(shape: tuple[int, ...]) -> str:
    """A shape in words: 2x3."""
    return "x".join(map(str, shape)) or "one"
