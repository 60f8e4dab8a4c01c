"""A catalogue that things put themselves into, wherever they are written: in the project or in a file of one's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from capacity.errors import Catalogue, InputError


class Registered(Protocol):
    """What can be registered: it has a name, a place in the order, and says where it is written."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def order(self) -> float:
        """Its place: the smallest comes first; equal ones as they were added."""

    @property
    def written_in(self) -> str:
        """Where it is written: a function and its file."""


class Register[Entry: Registered](Catalogue[Entry]):
    """A catalogue in the order of its entries, to which entries are added as their files are read."""

    def __init__(self, kind: str) -> None:
        """Begin an empty one; ``kind`` is what one of its entries is called."""
        super().__init__(kind, ())

    def add(self, entry: Entry) -> None:
        """Add an entry; one that is read a second time takes the place of the first."""
        known = self._entries.get(entry.name)
        if known is not None and known.written_in != entry.written_in:
            raise InputError(
                f"two things are registered as {self._kind} '{entry.name}': "
                f"{known.written_in} and {entry.written_in}; give one of them another name"
            )
        self._entries[entry.name] = entry

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries, key=lambda name: self._entries[name].order))


def place_of(function: Callable[..., Any]) -> str:
    """A function and the file that it is written in."""
    inner = inspect.unwrap(getattr(function, "func", function))
    name = getattr(inner, "__qualname__", type(inner).__name__)
    try:
        return f"{name} ({inspect.getfile(inner)})"
    except (TypeError, OSError):
        return f"{name} ({getattr(inner, '__module__', 'unknown')})"


def file_of(function: Callable[..., Any]) -> str:
    """Name of the file that a function is written in, the same wherever that lies.

    >>> file_of(file_of)
    'register.py'
    """
    return Path(inspect.getfile(inspect.unwrap(getattr(function, "func", function)))).name
