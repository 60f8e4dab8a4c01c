"""Small tables in CSV files of one's own: read once, with every row that cannot be named."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from capacity.errors import InputError
from capacity.reading import read_text


def rows_of(path: Path, what: str, columns: Sequence[str], unique: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Rows of a table, each with where it stands; no two may have the same in column ``unique``."""
    text = read_text(path, f"file '{path}'", f"a CSV file of {what}")
    if not text.strip():
        raise InputError(f"{path}: is empty, but must begin with {','.join(columns)}")
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except pd.errors.ParserError as error:
        raise InputError(f"{path}: is no table: {str(error).strip()}") from None
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(f"{path}: has no column '{missing[0]}'; columns are {', '.join(columns)}")
    if table.empty:
        raise InputError(f"{path}: names no {what}")
    if (twice := table[unique][table[unique].duplicated()]).size:
        raise InputError(f"{path}: the {unique} '{twice.iloc[0]}' is there twice")
    for number, row in enumerate(table.to_dict("records"), start=2):
        yield f"{path}, line {number}", {str(name): str(value) for name, value in row.items()}


def number(where: str, row: Mapping[str, str], name: str) -> float:
    """A number in a row."""
    try:
        return float(row[name])
    except ValueError:
        raise InputError(f"{where}: {name} is '{row[name]}', but must be a number") from None
