"""Chips, architectures and workloads from a file of one's own: checked like those that ship."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from capacity.architecture import Architecture
from capacity.architectures import ARCHITECTURES
from capacity.attention import GQA, MLA, Attention, Linear
from capacity.chips import CHIPS, Chip
from capacity.errors import Catalogue, InputError, nearest
from capacity.fields import Described, fields_of
from capacity.reading import read_toml
from capacity.workload import WORKLOADS, Workload

#: What a kind of attention is called in a file.
ATTENTIONS: Final[dict[str, type[Attention]]] = {"gqa": GQA, "mla": MLA, "linear": Linear}


@dataclass(frozen=True)
class Known:
    """Everything that can be named: what ships, and what a file adds."""

    chips: Catalogue[Chip]
    architectures: Catalogue[Architecture]
    workloads: Catalogue[Workload]


SHIPPED: Final = Known(CHIPS, ARCHITECTURES, WORKLOADS)
TABLES: Final[dict[str, tuple[str, type[Any]]]] = {
    "chip": ("chips", Chip),
    "architecture": ("architectures", Architecture),
    "workload": ("workloads", Workload),
}


def load(path: Path | str, known: Known = SHIPPED) -> Known:
    """Add what a TOML file lists to what is known: [chips.NAME], [architectures.NAME] and [workloads.NAME].

    Lists of tables, [[chip]], [[architecture]] and [[workload]], each with its ``name``, are read as well.
    """
    file = Path(path)
    return entries(read_toml(file, f"file '{file}'"), f"file '{file}'", known)


def entries(listed: Mapping[str, Any], where: str = "", known: Known = SHIPPED) -> Known:
    """The same from tables that are already read (a scenario's, say); ``where`` begins every message."""
    begin = f"{where}: " if where else ""
    allowed = [*(name for name, _ in TABLES.values()), *TABLES]
    for table in listed:
        if table not in allowed:
            raise InputError(f"{begin}'{table}' is none of {', '.join(allowed)}{nearest(table, allowed)}")
    made: dict[str, Any] = {}
    for table, (name, kind) in TABLES.items():
        before: Catalogue[Any] = getattr(known, name)
        rows = {**_by_number(listed.get(table, []), table, begin), **_by_name(listed.get(name, {}), name, begin)}
        found: list[Any] = []
        for at, row in rows.items():
            each = _built(kind, row, f"{begin}{at}")
            if each.name in [other.name for other in found]:
                raise InputError(f"{begin}{table} '{each.name}' is there twice: names must differ")
            if each.name in before:
                raise InputError(f"{begin}{table} '{each.name}' is already known; give it another name")
            found.append(each)
        _require_new_aliases(before.values(), found, begin, table)
        made[name] = Catalogue(table, [*before.values(), *found])
    return Known(**made)


def _by_number(rows: Any, table: str, begin: str) -> dict[str, Mapping[str, Any]]:
    """Tables of a list [[table]], by what they are called in messages."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{begin}'{table}' must be a list of tables, written [[{table}]]")
    return {f"{table} {number}": row for number, row in enumerate(rows, 1)}


def _by_name(rows: Any, name: str, begin: str) -> dict[str, Mapping[str, Any]]:
    """Tables that have their names for keys, by what they are called in messages."""
    if not isinstance(rows, Mapping) or not all(isinstance(row, Mapping) for row in rows.values()):
        raise InputError(f"{begin}'{name}' must be tables by name, written [{name}.my-name]")
    for key, row in rows.items():
        if row.get("name", key) != key:
            raise InputError(f"{begin}{name}.{key}: name is {row['name']!r}, but the table is called '{key}'")
    return {f"{name}.{key}": {**row, "name": key} for key, row in rows.items()}


def _require_new_aliases(before: Iterable[Any], found: list[Any], begin: str, table: str) -> None:
    """Two things under one name would make a measured row mean either."""
    taken = {alias.lower(): each.name for each in before for alias in (each.name, *getattr(each, "aliases", ()))}
    for each in found:
        for alias in getattr(each, "aliases", ()):
            if alias.lower() in taken:
                raise InputError(f"{begin}{table} '{each.name}': alias '{alias}' already means {taken[alias.lower()]}")


def _built[Made](kind: type[Made], row: Mapping[str, Any], where: str) -> Made:
    """An object of ``kind`` from a table, its inner tables first; every refusal begins with where it is."""
    known = {field.name: field for field in fields_of(kind)}
    for name in row:
        if name not in known:
            raise InputError(f"{where}: there is no '{name}'{nearest(name, known)}; known: {', '.join(known)}")
    for name, field in known.items():
        if name not in row and field.required and name != "title":
            raise InputError(f"{where}: '{name}' is missing")
    if kind in (Chip, Architecture, Workload):
        for name in ("name", "source"):
            if not isinstance(row.get(name), str) or not row[name].strip():
                raise InputError(f"{where}: '{name}' must be a text that is not empty, for example {_EXAMPLE[name]}")
    given = {name: _value(known[name], value, where) for name, value in row.items()}
    if "title" in known:
        given.setdefault("title", given.get("name", ""))
    return _refusing(lambda: kind(**given), where)


_EXAMPLE: Final = {"name": '"my-chip"', "source": '"the maker\'s data sheet (2026)"'}


def _value(field: Described, value: Any, where: str) -> Any:
    """What a field is made of from what a file says, by what is known of the field."""
    at = f"{where}, {field.name}"
    if field.sort == "inner":
        return _attention(value, at) if field.base is Attention else _built(field.base, _table(value, at), at)
    if field.sort == "inner list":
        if not isinstance(value, list):
            raise InputError(f"{where}: {field.name} is {value!r}, but must be a list of tables")
        return tuple(_built(field.base, _table(each, at), at) for each in value)
    if field.sort == "numbers by name":
        for name, number in _table(value, at).items():
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise InputError(f"{where}: {field.name} {name} is {number!r}, but must be a number [{field.unit}]")
        return dict(value)
    if field.sort in ("text", "texts"):
        field.check(f"{where}: {field.name}", value)
        return tuple(value) if field.sort == "texts" else value
    if isinstance(value, str) and value.strip().lower() in ("inf", "infinite"):
        return math.inf
    return value


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{where} is {value!r}, but must be a table")
    return value


def _attention(value: Any, where: str) -> Attention:
    table = dict(_table(value, where))
    kind = table.pop("kind", None)
    if not isinstance(kind, str) or kind not in ATTENTIONS:
        raise InputError(
            f"{where}: kind is {kind!r}, but must be one of {', '.join(ATTENTIONS)}{nearest(str(kind), ATTENTIONS)}"
        )
    return _built(ATTENTIONS[kind], table, where)


def _refusing[Made](make: Callable[[], Made], where: str) -> Made:
    try:
        return make()
    except InputError as error:
        said = str(error)
        begin, mark, rest = said.partition("': ")
        if mark and where.endswith(f".{begin.rpartition(" '")[2]}"):
            said = rest  # the table's name is in ``where``
        raise InputError(f"{where}: {said}") from None
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {' '.join(str(error).split())}") from None
