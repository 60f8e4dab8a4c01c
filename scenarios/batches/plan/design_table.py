"""A design as a table: columns are parameters, rows are cases. SALib, EMA Workbench or a spreadsheet made it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from capacity.errors import InputError
from capacity.reading import LARGEST_TABLE_BYTES, csv_rows, is_there, near, read_text, separator_of
from scenarios.batches.plan.design import MOST_CASES, Cell
from scenarios.batches.plan.study import plain
from scenarios.parameters.paths import steps
from scenarios.text.toml import parse_value


def from_file(path: Path) -> list[Cell]:
    """The cells of a CSV file with commas, semicolons or tabs; byte-order marks and blank lines do not count."""
    text = _text(path)
    lines = list(csv_rows(text, str(path), separator_of(text)))
    if not lines:
        raise InputError(f"{path} is empty, but its first line must name parameters, such as supply.growth")
    (_, header), *rows = lines
    paths = _paths(header, str(path))
    if not rows:
        raise InputError(f"{path} names parameters, but has no row of values")
    for line, row in rows:
        if any(row[len(paths) :]):
            column = next(number for number, cell in enumerate(row, start=1) if number > len(paths) and cell)
            raise InputError(f"{path} line {line}: column {column} has no name, but a column is a parameter")
    return [Cell(_values(paths, row, f"{path} line {line}"), f"line {line}") for line, row in rows]


def from_frame(frame: Any) -> list[Cell]:
    """The cells of a DataFrame: columns are paths."""
    if not hasattr(frame, "columns"):
        raise InputError(f"design is {type(frame).__name__}, but must be a DataFrame or a CSV file")
    paths = _paths([str(column) for column in frame.columns], "design")
    if not len(frame):
        raise InputError("design has no row of values")
    made = []
    for number, row in enumerate(frame.itertuples(index=False, name=None)):
        values = {path: plain(value) for path, value in zip(paths, row, strict=True)}
        for path, value in values.items():
            if value is None or (isinstance(value, float) and math.isnan(value)):
                raise InputError(f"design row {number}, column '{path}' is empty")
        made.append(Cell(values, f"row {number}"))
    return made


def _text(path: Path) -> str:
    where = f"--design {path}"
    if not is_there(path, where):
        raise InputError(f"{where} is not there{near(path)}")
    return read_text(path, where, "a CSV file", LARGEST_TABLE_BYTES)


def _paths(header: Sequence[str], where: str) -> list[str]:
    names = list(header)
    while names and not names[-1]:  # a spreadsheet's empty columns on the right
        names.pop()
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if not name:
            hint = "; a DataFrame is written without its index by to_csv(..., index=False)" if number == 1 else ""
            raise InputError(f"{where}: column {number} has no name, but a column is a parameter{hint}")
        if name in seen:
            raise InputError(f"{where}: columns {seen[name]} and {number} are both '{name}'")
        try:
            steps(name)
        except InputError as error:
            raise InputError(f"{where}: column {number}: {error}") from error
        seen[name] = number
    return names


def _values(paths: Sequence[str], row: Sequence[str], where: str) -> dict[str, Any]:
    values = {}
    for path, cell in _pairs(paths, row):
        if not cell:
            raise InputError(f"{where}, column '{path}' is empty: write the value, also where it is the usual one")
        if re.fullmatch(r"[-+]?\d+,\d+", cell):
            raise InputError(f"{where}, column '{path}' is {cell}: write numbers with a point, not a comma")
        values[path] = _value(cell)
    return values


def _pairs(paths: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each parameter with its cell, empty where a line is too short."""
    for number, path in enumerate(paths):
        yield path, cells[number] if number < len(cells) else ""


def _value(cell: str) -> Any:
    # Spreadsheets shout, and write numbers such as +5, .5 and 007, which TOML does not know.
    if cell in ("TRUE", "FALSE", "True", "False"):
        return cell.lower() == "true"
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", cell):
        return int(cell) if re.fullmatch(r"[-+]?\d{1,18}", cell) else float(cell)
    return parse_value(cell)


def check_count(cells: Sequence[Cell], where: str) -> None:
    """Say so if a table has more rows than anybody runs."""
    if len(cells) > MOST_CASES:
        raise InputError(f"{where} has {len(cells):,} rows, but at most {MOST_CASES:,} are taken")
