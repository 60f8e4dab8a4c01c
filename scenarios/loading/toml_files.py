"""The table in a TOML file, or one line on why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from capacity.errors import InputError
from capacity.reading import check_path, is_there, near, read_toml
from scenarios.parameters.paths import DEEPEST


def read_table(path: Path) -> dict[str, Any]:
    """The table in a TOML file."""
    check_path(path, str(path))
    if path.is_dir():
        raise InputError(f"{path} is a folder, but must be a TOML file")
    if not is_there(path, str(path)):
        raise InputError(
            f"{path} is not there{near(path)}; a scenario is a name (see `tokenmarket scenarios`) or a TOML file"
        )
    data = read_toml(path, str(path))
    if not data:
        raise InputError(f"{path} is empty, but a scenario says at least what it changes, e.g. question = '...'")
    return data


def check_depth(value: Any, where: str, at: str = "", depth: int = 0) -> None:
    """Refuse tables in tables in tables, deeper than any parameter is."""
    if depth > DEEPEST:
        raise InputError(f"{where}: {at[:60]}... is nested deeper than {DEEPEST} tables, but no parameter is")
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if at else str(key)
        check_depth(part, where, at + step, depth + 1)
