"""Plain data as TOML: numbers, words, dates, lists and tables, so that they read back the same."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any


def write(data: Mapping[str, Any]) -> str:
    """A TOML document."""
    return "\n".join(_table(data, "")) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def value(one: Any) -> str:
    """A value on one line."""
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, float):
        return ("-inf" if one < 0 else "inf") if math.isinf(one) else repr(one)
    if isinstance(one, int):
        return str(one)
    if isinstance(one, date):
        return one.isoformat()
    if isinstance(one, str):
        return _quoted(one)
    if isinstance(one, Mapping):
        return "{" + ", ".join(f"{key(str(k))} = {value(v)}" for k, v in one.items()) + "}"
    return "[" + ", ".join(value(v) for v in one) + "]"


def _is_tables(one: Any) -> bool:
    return isinstance(one, list | tuple) and bool(one) and all(isinstance(entry, Mapping) for entry in one)


def _table(data: Mapping[str, Any], at: str) -> Iterator[str]:
    later = {k: v for k, v in data.items() if isinstance(v, Mapping) or _is_tables(v)}
    for name, one in data.items():
        if name not in later:
            yield f"{key(name)} = {value(one)}"
    for name, one in later.items():
        path = f"{at}{key(name)}"
        if isinstance(one, Mapping):
            yield from ("", f"[{path}]")
            yield from _table(one, path + ".")
        else:
            for entry in one:
                yield from ("", f"[[{path}]]")
                yield from _table(entry, path + ".")


def parse_value(text: str) -> Any:
    """A value as in TOML: 5, 2.5, inf, true, 2026-01-05, [1, 2], "text"; .5 is a half, and anything else is text."""
    if re.fullmatch(r"[+-]?\.\d+", text):
        return float(text)
    if len(text) <= 10_000 and "\n" not in text:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError):
            pass
    return text
