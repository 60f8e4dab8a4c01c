"""Behaviours that are chosen by name: what each is called, what its numbers mean, and which there are.

A behaviour (a pricing policy, a rationing rule, a clearing mechanism) is a frozen dataclass below a base class of
``Kind``. It says once what it is called and what its fields mean. Bounds are checked from that, and parameters of
scenarios, help and reference pages are made from it:

>>> from dataclasses import dataclass
>>> from capacity.fields import fields_of, quantity
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
import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, UnknownNameError, nearest
from capacity.fields import check_fields

type Floats = NDArray[np.float64]

#: The largest number that is finite.
MOST = float(np.finfo(np.float64).max)


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
        check_fields(self, called(type(self)))


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
        fault = _numbers(numbers.shape)
    elif not numbers.size or (
        max(low, -MOST) <= np.minimum.reduce(numbers, axis=None)
        and np.maximum.reduce(numbers, axis=None) <= min(high, MOST)
    ):  # none of which is true of no number
        return numbers
    else:
        flat = numbers.ravel()
        place = int(np.argmin(np.isfinite(flat) & (flat >= low) & (flat <= high)))
        number = "NaN" if np.isnan(flat[place]) else f"{flat[place]:g}"
        fault = number if shape is None else f"{number} at place {place}"
    count = "one number" if shape is None else _numbers(shape)
    bounds = f" of at least {low:g}" if low > -math.inf else ""
    bounds += f" and at most {high:g}" if high < math.inf else ""
    raise InputError(f"{named(family, behaviour)} gave {fault}, but must be {count}{bounds}: {wanted}")


def _numbers(shape: tuple[int, ...]) -> str:
    """So many numbers in words: a single number, a list of 1 number, 2x3 numbers."""
    if shape == ():
        return "a single number"
    return "a list of 1 number" if shape == (1,) else f"{'x'.join(map(str, shape))} numbers"
