"""Small tables in CSV files of one's own: read once, with every row that cannot be named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from capacity.errors import InputError, nearest, require
from capacity.reading import csv_rows, read_text, separator_of


def rows_of(path: Path, what: str, columns: Sequence[str], unique: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Rows of a table, each with where it stands; no two may have the same in column ``unique``, nor nothing."""
    text = read_text(path, f"file '{path}'", f"a CSV file of {what}")
    if not text.strip():
        raise InputError(f"{path}: is empty, but must begin with {','.join(columns)}")
    (_, header), *rest = csv_rows(text, f"{path},", separator_of(text))
    _check_header(header, path, columns)
    if not rest:
        raise InputError(f"{path}: names no {what}")
    lines: dict[str, int] = {}
    for line, cells in rest:
        row = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
        where = f"{path}, line {line}"
        if not row[unique]:
            raise InputError(f"{where}: {unique} is empty, but every row must have one")
        if row[unique] in lines:
            raise InputError(
                f"{where}: the {unique} '{row[unique]}' is there twice, first in line {lines[row[unique]]}"
            )
        lines[row[unique]] = line
        yield where, row


def _check_header(header: Sequence[str], path: Path, columns: Sequence[str]) -> None:
    for name in columns:
        if header.count(name) != 1:
            fault = f"has the column '{name}' twice" if name in header else f"has no column '{name}'"
            others = [one for one in header if one not in columns]
            like = next((one for one in others if nearest(one, [name])), "")
            hint = f" ('{like}' may be meant for it)" if like and name not in header else ""
            raise InputError(f"{path}: {fault}{hint}; columns are {', '.join(columns)}")


def number(where: str, row: Mapping[str, str], name: str) -> float:
    """A number in a row."""
    try:
        found = float(row[name])
    except ValueError:
        given = f"'{row[name]}'" if row[name] else "empty"
        raise InputError(f"{where}: {name} is {given}, but must be a number") from None
    return require(f"{where}: {name}", found)
