"""The table in a TOML file, or one line on why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError
from capacity.reading import check_path, is_there, near, read_toml
from scenarios.parameters.complaints import NAME as A_NAME
from scenarios.parameters.fields import LONGEST_NAME, NAME
from scenarios.parameters.paths import DEEPEST

#: What a file may be of: what is said where it is not there, and where it is empty.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "scenario": (
        "a scenario is a name (see `tokenmarket scenarios`) or a TOML file",
        "a scenario says at least what it changes, e.g. question = '...'",
    ),
    "study": ("a study is a TOML file", "a study says at least which scenarios are run, e.g. scenarios = ['off-peak']"),
    "events": ("events are a TOML file with [[events]]", "it must have at least one of [[events]]"),
}


def read_table(path: Path, kind: str = "scenario") -> dict[str, Any]:
    """The table in a TOML file of one of ``KINDS``."""
    if_missing, if_empty = KINDS[kind]
    check_path(path, str(path))
    if path.is_dir():
        raise InputError(f"{path} is a folder, but must be a TOML file")
    if not is_there(path, str(path)):
        raise InputError(f"{path} is not there{near(path)}; {if_missing}")
    data = read_toml(path, str(path))
    if not data:
        raise InputError(f"{path} is empty, but {if_empty}")
    return data


def name_of(path: Path) -> str:
    """What a file without a name is called: as the file, if that can be a name of a folder of results."""
    stem = path.stem
    if len(stem) > LONGEST_NAME or re.fullmatch(NAME, stem) is None:
        said = repr(stem if len(stem) <= LONGEST_NAME else f"{stem[:LONGEST_NAME]}...")
        raise InputError(
            f"{path} says no name, so it would be called {said} as the file is, but that must be {A_NAME}, the first a "
            "letter or digit: write name = 'mine' into it, or rename it"
        )
    return stem


def check_depth(value: Any, where: str, at: str = "", depth: int = 0) -> None:
    """Refuse tables in tables in tables, deeper than any parameter is."""
    if depth > DEEPEST:
        raise InputError(f"{where}: {at[:60]}... is nested deeper than {DEEPEST} tables, but no parameter is")
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if at else str(key)
        check_depth(part, where, at + step, depth + 1)
