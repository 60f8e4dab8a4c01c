"""Loads of one's own: a CSV file of ``hour,weekday,weekend`` that a scenario names where a load shape is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from capacity.errors import InputError
from capacity.reading import csv_rows, is_there, near, read_text, separator_of
from scenarios.parameters.load_shapes import HOURS

COLUMNS: Final = ("hour", "weekday", "weekend")


def load_of(path: Path, named_by: str = "") -> dict[str, Any]:
    """The load in a CSV file as a parameter: its name, and 24 loads of a weekday and of a weekend day."""
    begin = f"{named_by} is '{path}', which" if named_by else f"file '{path}'"
    if not is_there(path, begin):
        raise InputError(f"{begin} is not there{near(path)}")
    text = read_text(path, begin, "a CSV file of a load")
    rows = list(csv_rows(text, str(path), separator_of(text)))
    wanted = f"columns must be {','.join(COLUMNS)}, and lines hours from 0 to {HOURS - 1}"
    if not rows:
        raise InputError(f"{path} is empty, but {wanted}")
    _, header = rows[0]
    if tuple(cell.lower() for cell in header[: len(COLUMNS)]) != COLUMNS or any(header[len(COLUMNS) :]):
        raise InputError(f"{path} line {rows[0][0]} is {_quoted(','.join(header))}, but {wanted}")
    loads: dict[int, tuple[float, float]] = {}
    for line, cells in rows[1:]:
        hour = _number(cells, 0, f"{path} line {line}", HOURS - 1)
        if hour != int(hour):
            raise InputError(f"{path} line {line}: hour is {hour:g}, but must be a whole number")
        if int(hour) in loads:
            raise InputError(f"{path} line {line}: hour {hour:g} is there twice")
        weekday, weekend = (_number(cells, column, f"{path} line {line}", 1e15) for column in (1, 2))
        loads[int(hour)] = weekday, weekend
    missing = [hour for hour in range(HOURS) if hour not in loads]
    if missing:
        raise InputError(f"{path} has {len(loads)} hours, and hour {missing[0]} is not among them; {wanted}")
    if not any(max(pair) for pair in loads.values()):
        raise InputError(f"{path}: all loads are 0, but one must be above")
    weekdays, weekends = zip(*(loads[hour] for hour in range(HOURS)), strict=True)
    return {"load": path.name, "weekday": list(weekdays), "weekend": list(weekends)}


def _number(cells: Sequence[str], column: int, where: str, most: float) -> float:
    """A cell as a number between 0 and ``most``."""
    text = cells[column] if column < len(cells) else ""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number <= most:
        raise InputError(
            f"{where}: {COLUMNS[column]} is {_quoted(text)}, but must be a number, at least 0 and at most {most:g}"
        )
    return number


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...") if text else "empty"
