"""Every parameter of a scenario with its value, unit, meaning and source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from scenarios.parameters.kinds import KindSection, SeveralKinds, rows_of
from scenarios.parameters.load_shapes import Shape
from scenarios.parameters.own_machines import TABLES, rows_of_tables
from scenarios.parameters.paths import join

type Row = tuple[str, Any, str, str, str]

#: About the scenario, not parameters of the model.
ABOUT = ("name", "question", "source", "extends", "variants", "outcomes")


def describe(scenario: BaseModel) -> list[Row]:
    """(path, value, unit, meaning, source) of each parameter; entries of lists by name, as in ``changes.flat``."""
    return [row for row in _rows(scenario, "", "") if row[0].split(".")[0] not in ABOUT]


def _rows(section: BaseModel, at: str, source: str) -> Iterator[Row]:
    for name, field in type(section).model_fields.items():
        if at and name == "name":
            continue
        value = getattr(section, name)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        said, unit, path = str(extra.get("source", "") or source), str(extra.get("unit", "")), join(at, name)
        meaning = (field.description or "").removesuffix(f" [{unit}]")
        if not at and name in TABLES:
            yield from rows_of_tables(name, value)
        elif isinstance(value, KindSection) and not value.chosen and set(type(value).model_fields) == {"kind"}:
            yield path, value.kind, unit, meaning, said or kind_source(value)
        elif isinstance(value, Shape):
            own = _rows(value, path, f"{value.load}, a file of one's own")
            yield from own if value.weekday else [(path, value.load, unit, meaning, said)]
        elif isinstance(value, BaseModel):
            below = list(_rows(value, path, said))
            yield from ((p, v, u or unit, f"{meaning}: {m}" if unit else m, s) for p, v, u, m, s in below)
        elif isinstance(value, tuple) and value and all(isinstance(one, BaseModel) for one in value):
            for number, one in enumerate(value):
                yield from _rows(one, join(path, one.name) if hasattr(one, "name") else f"{path}[{number}]", said)
        else:
            yield path, value, unit, meaning, said
    if isinstance(section, KindSection | SeveralKinds):
        for described, value in rows_of(section):
            yield join(at, described.name), value, described.unit, described.meaning, described.source or source


def kind_source(section: KindSection) -> str:
    """Where the choice of a kind comes from."""
    extra = type(section).model_fields["kind"].json_schema_extra
    return str(extra.get("source", "")) if isinstance(extra, dict) else ""
