"""Differences between scenarios: paths such as ``labs.Aster.cash`` or ``open[2].price``, and how they are laid over.

Tables are merged. A list is replaced whole; a table laid over a list changes single entries, by name
(``labs.Aster``), by number (``labs[0]``), all of them (``labs.*``), or adds one or several (``labs.+``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from capacity.errors import InputError, UnknownNameError, nearest

#: Tables deeper than this are no scenario.
DEEPEST: Final = 12
_STEP: Final = re.compile(r'"([^"]*)"|([^.\[\]"]+)|\[(\d{1,4})\]')


def steps(path: str) -> list[str]:
    """Split a path: ``labs[0].offers."best one".price`` -> labs, [0], offers, best one, price."""
    found, at = [], 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise InputError(f"'{path}' is no path to a parameter; one looks like supply.growth or open[2].price")
        found.append(f"[{int(step[3])}]" if step[3] is not None else (step[1] if step[1] is not None else step[2]))
        at = step.end()
        if at < len(path) and path[at] == ".":
            at += 1
            if at == len(path):
                raise InputError(f"'{path}' is no path to a parameter: it ends with a dot")
        elif at < len(path) and path[at] != "[":
            raise InputError(f"'{path}' is no path to a parameter; one looks like supply.growth or open[2].price")
    if not found or len(found) > DEEPEST:
        raise InputError(f"'{path[:80]}' is no path to a parameter; one looks like supply.growth or open[2].price")
    return found


def nest(path: str, value: Any) -> dict[str, Any]:
    """A table that changes one path."""
    for step in reversed(steps(path)):
        value = {step: value}
    made: dict[str, Any] = value
    return made


def whole_first(paths: Sequence[str]) -> list[int]:
    """Places of paths in their order, but what is set whole before its parts.

    >>> whole_first(["market.clearing.off", "supply.growth", "market.clearing"])
    [2, 0, 1]
    """
    split, placed = [steps(path) for path in paths], list[int]()
    for place, path in enumerate(split):
        within = (
            n for n, other in enumerate(placed) if len(split[other]) > len(path) and split[other][: len(path)] == path
        )
        placed.insert(next(within, len(placed)), place)
    return placed


def join(at: str, step: str) -> str:
    """A path one step longer."""
    if step.startswith("["):
        return at + step
    quoted = step if re.fullmatch(r"[\w*+-]+", step) else f'"{step}"'
    return f"{at}.{quoted}" if at else quoted


def merge(base: Any, over: Any, at: str = "", depth: int = 0) -> Any:
    """Lay ``over`` over ``base``."""
    if depth > DEEPEST:
        raise InputError(f"{at[:60]}... is nested deeper than {DEEPEST} tables, but no parameter is")
    if isinstance(over, Mapping) and isinstance(base, Mapping):
        made = dict(base)
        for key, value in over.items():
            made[key] = merge(base.get(key), value, join(at, str(key)), depth + 1)
        return made
    if isinstance(over, Mapping) and isinstance(base, list | tuple):
        return _merge_list(list(base), over, at, depth)
    return over


def _merge_list(base: list[Any], over: Mapping[str, Any], at: str, depth: int) -> list[Any]:
    made = list(base)
    for key, value in over.items():
        if key == "+":
            made += value if isinstance(value, list | tuple) else [value]
            continue
        for number in _entries(base, key, at):
            made[number] = merge(made[number], value, f"{at}[{number}]", depth + 1)
    return made


def _entries(base: list[Any], key: str, at: str) -> list[int]:
    if key == "*":
        return list(range(len(base)))
    if re.fullmatch(r"\[\d+\]", key):
        number = int(key[1:-1])
        if number >= len(base):
            raise InputError(f"{at}{key} is not there: {at} has {len(base)} entries, from [0] to [{len(base) - 1}]")
        return [number]
    names = [str(entry.get("name", "")) if isinstance(entry, Mapping) else "" for entry in base]
    if key not in names:
        known = ", ".join(name for name in names if name) or "none has a name"
        raise UnknownNameError(
            f"{join(at, key)} is unknown{nearest(key, names)}; {at} has {known} (and * for all, + for a new one)"
        )
    return [names.index(key)]


def flat(value: Any, at: str = "") -> dict[str, Any]:
    """Every single value by its path; entries of lists by name where they have one."""
    if isinstance(value, Mapping) and value:
        return {k: v for key, part in value.items() for k, v in flat(part, join(at, str(key))).items()}
    if isinstance(value, list | tuple) and value and all(isinstance(entry, Mapping) for entry in value):
        found: dict[str, Any] = {}
        for number, entry in enumerate(value):
            rest = {key: part for key, part in entry.items() if key != "name"}
            step = join(at, str(entry["name"])) if "name" in entry else f"{at}[{number}]"
            found |= flat(rest, step)
        return found
    return {at: value}
