"""Chips, architectures and workloads that a scenario brings with it, checked like those that ship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from capacity.architecture import Architecture
from capacity.chips import Chip
from capacity.custom import Known, entries
from capacity.errors import InputError
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
    said = meanings(TABLES[name])
    for key, table in tables.items():
        # Where the figures are from is said beside each of them.
        for path, value in flat({name: {key: {k: v for k, v in table.items() if k != "source"}}}).items():
            field = next((step for step in said if f".{step}" in path.removeprefix(f"{name}.{key}")), "")
            unit, meaning = said.get(field, ("", "part of it"))
            yield path, value, unit, meaning, str(table.get("source", ""))


def meanings(kind: type) -> dict[str, tuple[str, str]]:
    """Unit and meaning of each field of a class, from the list of attributes in its description."""
    lines = (kind.__doc__ or "").partition("Attributes:")[2]
    found = {}
    for name, text in re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", lines, re.MULTILINE):
        meaning = " ".join(text.split()).removesuffix(".")
        unit = re.search(r" \[([^\]]+)\]$", meaning)
        found[name] = (unit[1] if unit else "", meaning[: unit.start()] if unit else meaning)
    return found
