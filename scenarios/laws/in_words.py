"""What a law was tried on, in plain words: only what differs from what goes by default."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

#: More entries of a list than these are counted, not shown.
MOST_ENTRIES = 24


def in_words(value: Any) -> str:
    """A value in plain words.

    >>> in_words(np.array([1.0, 0.25])), in_words({"share": 0.5, "rule": None})
    ('[1, 0.25]', 'share 0.5, rule none')
    """
    if value is None:
        return "none"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number):
        return f"{value:.12g}"
    if isinstance(value, np.ndarray):
        return in_words(value.tolist())
    if isinstance(value, Mapping):
        return ", ".join(_named(str(name), entry) for name, entry in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return _listed(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _dataclass(value)
    return str(value) if isinstance(value, str) else _called(value)


def spaced(name: str) -> str:
    """A name of Python in words.

    >>> spaced("tick_hours"), spaced("PeakCut")
    ('tick hours', 'peak cut')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower()


def _named(name: str, value: Any) -> str:
    """A name and a value, which does not say the name again."""
    words = in_words(value)
    return words if words.split(" (")[0] == spaced(name) else f"{spaced(name)} {words}"


def _listed(values: Iterable[Any]) -> str:
    entries = [in_words(entry) for entry in values]
    if len(entries) > MOST_ENTRIES:
        entries = [*entries[:MOST_ENTRIES], f"and {len(entries) - MOST_ENTRIES} more"]
    return f"[{', '.join(entries)}]"


def _dataclass(value: Any) -> str:
    parts = []
    for field in dataclasses.fields(value):
        entry = getattr(value, field.name)
        if not _is_default(field, entry):
            parts.append(_named(field.name, entry))
    name = spaced(type(value).__name__)
    return f"{name} ({', '.join(parts)})" if parts else name


def _is_default(field: dataclasses.Field[Any], entry: Any) -> bool:
    if callable(entry) and not dataclasses.is_dataclass(entry):
        return True  # says nothing in words
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    return default is not dataclasses.MISSING and type(default) is type(entry) and bool(np.all(default == entry))


def _called(value: Any) -> str:
    return spaced(value.__name__ if inspect.isfunction(value) else type(value).__name__)
