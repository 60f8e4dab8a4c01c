"""What pydantic found wrong, said in one line: path, value, what is allowed, nearest right name."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from capacity.errors import nearest
from scenarios.parameters.fields import LONGEST_NAME
from scenarios.parameters.paths import join
from scenarios.text.values import as_written

#: What a name may be.
NAME = f"a name of at most {LONGEST_NAME} letters, digits, spaces, dots or dashes"


def complaint(error: ValidationError, model: type[BaseModel]) -> str:
    """The first thing that is wrong, and how many more there are."""
    found = error.errors(include_url=False)
    # An unknown field is most often a misspelt one, so that what it should have been is missing: blame the first.
    found.sort(key=lambda one: one["type"] != "extra_forbidden")
    text = _one(found[0], model)
    more = len({one["loc"] for one in found}) - 1
    return text + (f" (and {more} more)" if more else "")


def path_of(loc: tuple[int | str, ...]) -> str:
    """A path in our notation: ('open', 2, 'price') -> open[2].price."""
    at = ""
    for step in loc:
        at = f"{at}[{step}]" if isinstance(step, int) else join(at, step)
    return at


def _one(error: Any, model: type[BaseModel]) -> str:
    loc, kind, context = error["loc"], error["type"], error.get("ctx", {})
    at = path_of(loc)
    if kind == "as_said":
        return str(context["text"])
    if kind == "together":
        return f"{at}{'.' if at else ''}{context['at']} is {context['value']}, but {context['allowed']}"
    if kind == "extra_forbidden":
        names = list(_fields(model, loc[:-1]))
        where = f" in {path_of(loc[:-1])}" if len(loc) > 1 else ""
        near = _nearest_field(str(loc[-1]), names)
        return f"{at} is unknown{near}; known{where}: {', '.join(names)}"
    if loc and loc[-1] == "[key]":
        called = join(path_of(loc[:-2]), str(loc[-2]))
        return f"{called} is no name; it must be {NAME}"
    field = _field(model, loc)
    if kind == "missing":
        meaning = field.description if field is not None and field.description else "it has no default"
        return f"{at} is missing: {meaning}"
    return f"{at} is {as_written(error.get('input'))}, but must be {_allowed(field, error)}"


def _nearest_field(name: str, names: list[str]) -> str:
    found = nearest(name, names)
    # 'growht_rate' is nearer to 'growth' than a difference of lengths lets it seem.
    return found or nearest(name[: max(3, len(name) // 2)], difflib.get_close_matches(name, names, n=1, cutoff=0.3))


# ------------------------------------------------------------------------------------- what would be allowed


def _bare(annotation: Any) -> Any:
    while isinstance(annotation, typing.TypeAliasType):
        annotation = annotation.__value__
    if get_origin(annotation) is typing.Annotated:
        return _bare(get_args(annotation)[0])
    return annotation


def _section(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return bare
    if get_origin(bare) in (tuple, list):
        return _section(get_args(bare)[0])
    if get_origin(bare) in (typing.Union, types.UnionType):
        return next((found for part in get_args(bare) if (found := _section(part))), None)
    return None


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> Mapping[str, FieldInfo]:
    here: type[BaseModel] | None = model
    for step in loc:
        if here is not None and isinstance(step, str):
            field = here.model_fields.get(step)
            here = _section(field.annotation) if field is not None else None
    return here.model_fields if here is not None else {}


def _field(model: type[BaseModel], loc: tuple[int | str, ...]) -> FieldInfo | None:
    names = [number for number, step in enumerate(loc) if isinstance(step, str)]
    return _fields(model, loc[: names[-1]]).get(str(loc[names[-1]])) if names else None


def _allowed(field: FieldInfo | None, error: Any) -> str:
    if field is None:
        return "a table of parameters" if error["type"] in ("model_type", "dict_type") else str(error["msg"]).lower()
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    bare = _bare(field.annotation)
    unit = f" [{extra['unit']}]" if extra.get("unit") else ""
    if get_origin(bare) is Literal:
        words = [str(word) for word in get_args(bare)]
        return f"one of {', '.join(words)}{nearest(str(error.get('input')), words)}"
    if bare is bool:
        return "true or false"
    if bare is date:
        return "a date between 2020 and 2060, like 2026-01-05"
    if bare in (float, int):
        return _number(field, bare, bool(extra.get("or_inf"))) + unit
    if bare is str:
        return (
            f"{NAME}, in quotes"
            if (error["type"] == "string_pattern_mismatch")
            else "text in quotes"
            + (f", at most {error['ctx']['max_length']:,} characters" if error["type"] == "string_too_long" else "")
        )
    return _several(field, bare, error)


def _several(field: FieldInfo, bare: Any, error: Any) -> str:
    if get_origin(bare) in (tuple, list):
        if isinstance(error["loc"][-1], int):
            inner = _bare(get_args(bare)[0])
            return {float: "a number", str: "a name in quotes"}.get(inner, "a table of parameters")
        least = next((m.min_length for m in field.metadata if getattr(m, "min_length", None)), 0)
        most = next((m.max_length for m in field.metadata if getattr(m, "max_length", None)), None)
        of = "tables" if _section(bare) else "values"
        limits = (f" of at least {least}" if least else "") + (f" and at most {most}" if most and least else "")
        return f"a list of {of}" if not least else f"a list{limits} {of}"
    return "a table of parameters"


def _number(field: FieldInfo, bare: Any, or_inf: bool) -> str:
    words = []
    for bound in field.metadata:
        for name, word in (("ge", "at least"), ("gt", "above"), ("le", "at most")):
            value = getattr(bound, name, None)
            if value is not None and math.isfinite(value):
                words.append(f"{word} {value:g}")
    kind = "a whole number" if bare is int else "a number"
    return kind + (f", {' and '.join(words)}" if words else "") + (" (or inf)" if or_inf else "")
