"""Tables for other programs: CSV files, or one workbook of Excel's; whole or not at all."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from capacity.errors import InputError

INSTALL: Final = "pip install 'tokenmarket[excel]', or in a clone pip install -e '.[excel]'"
#: Rows that a sheet has room for, its head aside; and letters that its name may have.
MOST_ROWS: Final = 2**20 - 1
LONGEST_NAME: Final = 31

type Tables = Mapping[str, pd.DataFrame]


def check_excel() -> None:
    """Say so if no workbook can be written here."""
    if importlib.util.find_spec("openpyxl") is None:
        raise InputError(f"--xlsx needs openpyxl, which is not installed: {INSTALL}")


def check_target(target: Path) -> None:
    """Say what is wrong with a place before anything is read."""
    if target.exists():
        raise InputError(f"'{target}' is there already: remove it, or choose another with --out")
    if not target.resolve().parent.is_dir():
        raise InputError(f"'{target}' cannot be written: the folder '{target.parent}' does not exist")


def as_csv(tables: Tables, target: Path) -> None:
    """A folder with a CSV file a table."""

    def write(folder: Path) -> None:
        folder.mkdir()
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)

    _put(write, target)


def as_xlsx(tables: Tables, target: Path) -> None:
    """A workbook with a sheet a table."""
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"'{target}' ends in '{target.suffix}', but a workbook must end in .xlsx")
    for name, table in tables.items():
        if len(table) > MOST_ROWS:
            raise InputError(f"'{name}' has {len(table):,} rows, but a sheet has room for {MOST_ROWS:,}: use --csv")

    def write(file: Path) -> None:
        with file.open("wb") as raw, pd.ExcelWriter(raw, engine="openpyxl") as book:
            for name, table in tables.items():
                _without_zones(table).to_excel(book, sheet_name=name[:LONGEST_NAME], index=False)

    _put(write, target)


def _without_zones(table: pd.DataFrame) -> pd.DataFrame:
    """Excel has no time zones; all times here are UTC."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{str(name): table[name].dt.tz_localize(None) for name in zoned})


def _put(write: Callable[[Path], None], target: Path) -> None:
    """Write beside the target, and give it its name at the end."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.resolve().parent) as temporary:
            made = Path(temporary) / target.name
            write(made)
            if target.exists():
                raise InputError(f"'{target}' has appeared meanwhile: choose another with --out")
            shutil.move(made, target)
    except OSError as error:
        raise InputError(f"'{target}' cannot be written: {error.strerror or error}") from error
