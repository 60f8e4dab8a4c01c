"""The one way in which a wrong name or an impossible number is refused, here and in every room above."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final


class InputError(ValueError):
    """Something that a person gave cannot be used; the message says what, and what is allowed.

    A plain sentence on one line: the command prints it as it is and exits with status 2.
    """


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the allowed name nearest to ``name``, or nothing."""
    lowered = {candidate.lower(): candidate for candidate in allowed}
    begun = [candidate for candidate in lowered if len(name) >= 3 and candidate.startswith(name.lower())]
    close = begun or difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.5)
    return f" (did you mean '{lowered[close[0]]}'?)" if close else ""


class Catalogue[Entry](Mapping[str, Entry]):
    """A dictionary of named things that answers a misspelt name with the nearest right one."""

    def __init__(self, kind: str, entries: Iterable[Entry]) -> None:
        """Collect ``entries`` (things with a ``name``); ``kind`` is what one of them is called."""
        self._kind = kind
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Put one more thing in, as a person's own file does."""
        name: str = vars(entry)["name"]
        if name in self._entries:
            raise InputError(f"{self._kind} '{name}' is listed twice")
        self._entries[name] = entry

    def __getitem__(self, name: str) -> Entry:
        if name in self._entries:
            return self._entries[name]
        known = ", ".join(self._entries)
        raise UnknownNameError(f"unknown {self._kind} '{name}'{nearest(name, self._entries)}; known: {known}")

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"{self._kind} catalogue: {', '.join(self._entries)}"


class UnknownNameError(InputError, KeyError):
    """A name that is in no catalogue. Also a ``KeyError``, since catalogues are mappings."""

    def __str__(self) -> str:
        return str(self.args[0])


def require(
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
) -> float:
    """Return ``value`` as a float, or say which number is out of which bounds."""
    if isinstance(value, bool) or (not isinstance(value, int | float) and not hasattr(value, "__float__")):
        raise InputError(f"{name} is {value!r}, but must be a number, {_wanted(at_least, above, at_most)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):
        raise InputError(f"{name} is {value!r}, but must be a number, {_wanted(at_least, above, at_most)}") from None
    outside = (
        (at_least is not None and number < at_least)
        or (above is not None and number <= above)
        or (at_most is not None and number > at_most)
    )
    if outside or not math.isfinite(number):
        wanted = _wanted(at_least, above, at_most)
        finite = "" if math.isfinite(number) or wanted == ANY_NUMBER else " and finite"
        raise InputError(f"{name} is {_written(value, number)}, but must be {wanted}{finite}")
    return number


#: Whole numbers below this are written out.
LONGEST_WHOLE: Final = 10**30
#: What is wanted where there are no bounds.
ANY_NUMBER: Final = "a finite number"


def _wanted(at_least: float | None, above: float | None, at_most: float | None) -> str:
    """Bounds in words."""
    bounds = (("at least", at_least), ("above", above), ("at most", at_most))
    return " and ".join(f"{word} {_written(bound, bound)}" for word, bound in bounds if bound is not None) or ANY_NUMBER


def _written(given: Any, number: float) -> str:
    """A number as it was given, if it is a whole one of a length that can be read: all digits of a seed count."""
    return str(given) if isinstance(given, int) and abs(given) < LONGEST_WHOLE else f"{number:g}"


def require_whole(name: str, value: Any, *, at_least: float | None = None, at_most: float | None = None) -> int:
    """Like ``require``, for numbers that are counted."""
    number = require(name, value, at_least=at_least, at_most=at_most)
    if number != int(number):
        raise InputError(f"{name} is {number:g}, but must be a whole number")
    return int(number)


def require_or_inf(
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
) -> float:
    """Like ``require``, for what may be infinite: no limit."""
    if isinstance(value, float) and value == math.inf:
        return value
    try:
        return require(name, value, at_least=at_least, above=above, at_most=at_most)
    except InputError as error:
        raise InputError(f"{str(error).removesuffix(' and finite')} (or inf)") from None


#: Where things of a kind are found by name.
CATALOGUES: Final[Mapping[str, str]] = {
    "Chip": "CHIPS",
    "Architecture": "ARCHITECTURES",
    "Workload": "WORKLOADS",
    "Calibration": "CALIBRATIONS",
}


def require_kind(name: str, value: Any, *kinds: type) -> None:
    """Say so if ``value`` is none of the kinds of thing that it must be: a class in place of its object, say."""
    if not isinstance(value, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        given = f"the class {value.__name__}, not an object of it" if isinstance(value, type) else repr(value)
        article = "an" if wanted[0] in "AEIOU" else "a"
        named = CATALOGUES.get(wanted) if isinstance(value, str) else None
        hint = f", such as {named}[{value!r}]" if named else ""
        raise InputError(f"{name} is {given}, but must be {article} {wanted}{hint}")


def require_kinds(name: str, values: Any, *kinds: type) -> None:
    """Like ``require_kind``, for each of several."""
    require_kind(name, values, tuple, list)
    for number, value in enumerate(values):
        require_kind(f"{name}[{number}]", value, *kinds)
