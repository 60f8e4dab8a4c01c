"""The table in a TOML file, or one line on why there is none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError, nearest
from scenarios.parameters.paths import DEEPEST

#: Scenario files larger than this are something else.
LARGEST_BYTES: Final = 2_000_000


def read_table(path: Path) -> dict[str, Any]:
    """The table in a TOML file."""
    if path.is_dir():
        raise InputError(f"{path} is a folder, but must be a TOML file")
    if not path.exists():
        near = nearest(path.name, [one.name for one in path.parent.glob("*.toml")] if path.parent.is_dir() else [])
        raise InputError(
            f"{path} is not there{near}; a scenario is a name (see `tokenmarket scenarios`) or a TOML file"
        )
    try:
        raw = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if raw is None:
        raise InputError(f"{path} is larger than {LARGEST_BYTES:,} bytes, so it is no scenario")
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: byte {error.start} is {raw[error.start]:#04x}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {' '.join(str(error).split())}") from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
        raise InputError(f"{path} is not TOML that can be read: {reason}") from error
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
