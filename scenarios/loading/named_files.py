"""Parameters that may be the name of a CSV file: a load shape, a seller's price list.

``demand.coders.shape = "load.csv"`` in a TOML file is relative to it, in ``--set`` to the working directory. What is in
the file takes the place of its name: what is run, written down and hashed is the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from scenarios.loading.load_shapes import load_of
from scenarios.loading.price_lists import prices_of
from scenarios.parameters.paths import DEEPEST

ENDING: Final = ".csv"
#: Parameters by name, wherever they are, and what reads a file for them, told what names it.
READERS: Final[Mapping[str, Callable[[Path, str], Any]]] = {"shape": load_of, "prices": prices_of}


def with_files(tables: Any, folder: Path, where: str, at: str = "", depth: int = 0) -> Any:
    """The same tables, or paths with values, with every file read that one of these parameters names.

    Args:
        tables: as they are laid over a scenario.
        folder: what names of files are relative to.
        where: begins what is said of a file that is not there: the file or the option that names it.
        at: path of ``tables``.
        depth: how deep they lie; deeper than any parameter, they are refused by whoever lays them over a scenario.
    """
    if depth > DEEPEST:
        return tables
    if isinstance(tables, list):
        return [with_files(one, folder, where, f"{at}[{number}]", depth + 1) for number, one in enumerate(tables)]
    if not isinstance(tables, Mapping):
        return tables
    made = {}
    for key, value in tables.items():
        # Variants, and the cells of a design, have whole paths for keys.
        path = f"{at}.{key}" if at else str(key)
        reader = READERS.get(str(key).rpartition(".")[2])
        if reader is not None and _may_name_files(value):
            made[key] = _read(reader, value, folder, f"{where}: {path}")
        else:
            made[key] = with_files(value, folder, where, path, depth + 1)
    return made


def _may_name_files(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and any(isinstance(one, str) for one in value))


def _read(reader: Callable[[Path, str], Any], value: Any, folder: Path, named_by: str) -> Any:
    """What is in the file if the value is the name of one, and what it is else; of a list that varies, each."""
    if isinstance(value, list):
        return [_read(reader, one, folder, named_by) for one in value]
    return reader(folder / value, named_by) if isinstance(value, str) and value.endswith(ENDING) else value
