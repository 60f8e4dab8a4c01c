"""Chips, architectures and workloads that a scenario brings with it, checked like those that ship."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from capacity.architecture import Architecture
from capacity.attention import Attention
from capacity.chips import Chip
from capacity.custom import ATTENTIONS, Known, entries
from capacity.errors import InputError
from capacity.fields import Described, fields_of
from capacity.workload import Workload
from scenarios.parameters.fields import refuse_as_said
from scenarios.parameters.paths import flat

#: Tables of a scenario, and what is in them.
TABLES: Final[Mapping[str, type]] = {"chips": Chip, "architectures": Architecture, "workloads": Workload}


def known_with(tables: Mapping[str, Mapping[str, Any]]) -> Known:
    """All that can be named: what ships (or a file of one's own defined), and these tables."""
    try:
        return entries(tables)
    except InputError as error:
        raise refuse_as_said(str(error)) from None


def rows_of_tables(name: str, tables: Mapping[str, Any]) -> Iterator[tuple[str, Any, str, str, str]]:
    """(path, value, unit, meaning, source) of every number of such tables; meanings are those of the class."""
    for key, table in tables.items():
        # Where the figures are from is said beside each of them.
        for path, value in flat({k: v for k, v in table.items() if k != "source"}).items():
            described = field_at(TABLES[name], table, path.split("."))
            unit, meaning = (described.unit, described.meaning) if described else ("", "part of it")
            yield f"{name}.{key}.{path}", value, unit, meaning, str(table.get("source", ""))


def field_at(kind: type, table: Mapping[str, Any], steps: list[str]) -> Described | None:
    """What is known of the field at the end of a path into a table of a class; None where there is none.

    >>> field_at(Architecture, {"attention": {"kind": "gqa"}}, ["attention", "query_heads"]).meaning
    'query heads, h'
    """
    name, _, number = steps[0].removesuffix("]").partition("[")
    field = next((one for one in fields_of(kind) if one.name == name), None)
    if field is None or len(steps) == 1 or field.sort not in ("inner", "inner list"):
        return field
    below = table[name][int(number)] if number else table[name]
    chosen = ATTENTIONS[below["kind"]] if field.base is Attention else field.base
    return field_at(chosen, below, steps[1:]) or field
