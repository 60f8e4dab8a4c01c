"""Rows of a log as arrays, a block at a time, and every row that cannot be with its line and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, csv

from capacity.errors import InputError
from scenarios.studies.trace.lines import COLUMNS, Block, Header, decoded

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

#: Numbers of tokens as they are written, and the most that a request may have: what ``demand.*.request`` allows.
TOKENS: Final = r"^\d{1,12}(\.\d{0,12})?([eE]\+?\d{1,2})?$"
MOST_TOKENS: Final = 1e8
#: Seconds, or thousandths of them, since 1970; and ISO 8601.
EPOCH: Final = r"^\d{9,13}(\.\d{1,9})?$"
ISO: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?( ?(Z|z|[+-]\d\d(:?\d\d)?))?$"
#: Seconds since 1970 are below this until the year 5138; what is above are thousandths.
THOUSANDTHS: Final = 1e11
#: Requests are of the years 2000 to 2100 [s since 1970].
FIRST, LAST = 946_684_800.0, 4_102_444_800.0
#: Letters of a class, and of a cell in a complaint.
LONGEST_CLASS, MOST_SAID = 60, 40
#: Lines of another number of cells in a block, of some hundred thousand; with more it is no table.
MOST_ODD: Final = 10_000


@dataclass(frozen=True)
class Requests:
    """Requests of a block.

    Attributes:
        seconds: when each came [s since 1970, UTC].
        input, cached, output: tokens of each.
        classes: names of classes.
        of_class: which of them each is of.
    """

    seconds: Floats
    input: Floats
    cached: Floats
    output: Floats
    classes: tuple[str, ...]
    of_class: NDArray[np.int64]


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be: its line, and what is wrong with it."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}"


@dataclass(frozen=True)
class Cells:
    """A column of a block: its cells without blanks around them, and by which rows they can be what they should."""

    name: str
    text: Any
    fine: Flags
    allowed: str

    def wrong(self, row: int) -> str:
        """What is wrong with the cell of a row."""
        text = self.text[row].as_py()
        said = repr(text if len(text) <= MOST_SAID else f"{text[: MOST_SAID - 3]}...") if text else "empty"
        return f"{self.name} is {said}, but must be {self.allowed}"


def requests_in(block: Block, header: Header, path: Path) -> tuple[Requests, Iterator[Wrong], int]:
    """Requests of a block; the rows that cannot be, in order; and how many those are."""
    table, lines, odd = _table(block, header, path)
    text = {name: compute.utf8_trim_whitespace(table[name].combine_chunks()) for name in COLUMNS}
    blank = np.ones(len(lines), dtype=bool)
    for column in text.values():
        blank &= _flags(compute.equal(column, ""))
    columns, values = [], {}
    for name, read in (("time", _seconds), ("input", _tokens), ("cached", _tokens), ("output", _tokens)):
        cells, values[name] = read(name, text[name])
        columns.append(cells)
    columns.append(_classes(text["class"]))
    fine = np.logical_and.reduce([cells.fine for cells in columns])
    with np.errstate(invalid="ignore"):  # cells that are no number
        more_cached = fine & (values["cached"] > values["input"])
        nothing = fine & (values["input"] + values["output"] == 0)
    bad = ~blank & (~fine | more_cached | nothing)
    found = _wrong(bad, lines, odd, columns, more_cached)
    good = ~bad & ~blank
    encoded = text["class"].filter(pa.array(good)).dictionary_encode()
    requests = Requests(
        values["time"][good],
        values["input"][good],
        values["cached"][good],
        values["output"][good],
        tuple(encoded.dictionary.to_pylist()),
        np.asarray(encoded.indices).astype(np.int64),
    )
    return requests, found, int(bad.sum()) + len(odd)


def _table(block: Block, header: Header, path: Path) -> tuple[Any, NDArray[np.int64], dict[int, str]]:
    """Cells as text, the line of each row, and lines of another number of cells with words on them."""
    odd: dict[int, str] = {}

    def skip(row: csv.InvalidRow) -> str:
        line = block.first_line + row.number - 1
        odd[line] = f"it has {row.actual_columns} cells, but the header has {row.expected_columns}"
        return "skip" if len(odd) <= MOST_ODD else "error"

    last = block.first_line + block.lines - 1
    decoded(block.text, path, block.first_line)
    _refuse_returns(block, path)
    names = [str(place) for place in range(header.width)]
    wanted = {name: names[header.places[name]] for name in COLUMNS}
    try:
        table = csv.read_csv(
            pa.BufferReader(block.text),
            csv.ReadOptions(use_threads=False, column_names=names, block_size=len(block.text)),
            csv.ParseOptions(delimiter=header.separator, ignore_empty_lines=False, invalid_row_handler=skip),
            csv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        ).rename_columns(list(wanted))
    except pa.ArrowInvalid:
        first = min(odd, default=block.first_line)
        said = (
            f"line {first}: {odd[first]}; so have {MOST_ODD:,} others" if odd else f"lines {first} to {last} are none"
        )
        raise InputError(f"{path} is no CSV table: {said}") from None
    if len(table) + len(odd) != block.lines:
        raise InputError(f"{path} {_unclosed(block)}")
    lines = block.first_line + np.arange(block.lines)
    return table, lines[~np.isin(lines, list(odd))], odd


def _refuse_returns(block: Block, path: Path) -> None:
    """Say so where a line has a carriage return within it: nobody knows where it ends."""
    if block.text.count(b"\r") != block.text.count(b"\r\n"):
        at = next(n for n, line in enumerate(block.text.split(b"\n")) if b"\r" in line[:-1])
        raise InputError(
            f"{path} line {block.first_line + at} has a carriage return within it; lines end with a newline"
        )


def _unclosed(block: Block) -> str:
    """The first line whose quotes do not come in pairs."""
    lines = block.text.split(b"\n")
    at = next((number for number, line in enumerate(lines) if line.count(b'"') % 2), 0)
    return f"line {block.first_line + at} has a quote that is not closed; a cell ends with its line"


def _flags(column: Any) -> Flags:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=bool)


def _numbers(text: Any, pattern: str) -> tuple[Flags, Floats]:
    """Where cells are numbers of this look, and the numbers; NaN elsewhere."""
    fits = compute.match_substring_regex(text, pattern)
    return _flags(fits), np.asarray(compute.if_else(fits, text, "nan").cast(pa.float64()))


def _tokens(name: str, text: Any) -> tuple[Cells, Floats]:
    fits, numbers = _numbers(text, TOKENS)
    with np.errstate(invalid="ignore"):
        fine = fits & (numbers <= MOST_TOKENS)
    return Cells(name, text, fine, f"a number of tokens, at least 0 and at most {MOST_TOKENS:.0e}"), numbers


def _seconds(name: str, text: Any) -> tuple[Cells, Floats]:
    """Seconds since 1970 of times in ISO 8601 (UTC if they name no zone), or in seconds or thousandths."""
    counted, seconds = _numbers(text, EPOCH)
    with np.errstate(invalid="ignore"):
        seconds = np.where(seconds >= THOUSANDTHS, seconds / 1e3, seconds)
    if not counted.all():
        iso = compute.match_substring_regex(text, ISO)
        moments = pd.to_datetime(
            compute.if_else(iso, text, None).to_pandas(), format="ISO8601", utc=True, errors="coerce"
        )
        since = moments.dt.tz_localize(None).to_numpy().astype("datetime64[us]")  # nanoseconds end in the year 2262
        seconds = np.where(counted, seconds, np.where(np.isnat(since), np.nan, since.astype(np.int64) / 1e6))
    with np.errstate(invalid="ignore"):
        fine = (seconds >= FIRST) & (seconds < LAST)
    allowed = "a time from 2000 to 2100 such as 2026-01-05T09:30:00Z, or in seconds since 1970"
    return Cells(name, text, fine, allowed), seconds


def _classes(text: Any) -> Cells:
    fits = compute.match_substring_regex(text, rf"^[^\pC]{{1,{LONGEST_CLASS}}}$")
    return Cells("class", text, _flags(fits), f"a name of at most {LONGEST_CLASS} letters that can be printed")


def _wrong(
    bad: Flags, lines: NDArray[np.int64], odd: dict[int, str], columns: list[Cells], more_cached: Flags
) -> Iterator[Wrong]:
    """Rows that cannot be, in the order of their lines, put into words when they are asked for."""

    def words(row: int) -> str:
        for cells in columns:
            if not cells.fine[row]:
                return cells.wrong(row)
        if more_cached[row]:
            most, given = (columns[column].text[row].as_py() for column in (1, 2))
            return f"cached is {given}, but must be at most the input, {most}"
        return "input and output are both 0"

    at = {int(lines[row]): int(row) for row in np.flatnonzero(bad)}
    for line in sorted([*at, *odd]):
        yield Wrong(line, odd[line] if line in odd else words(at[line]))
