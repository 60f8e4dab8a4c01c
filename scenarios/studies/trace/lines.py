"""A large CSV file as blocks of whole lines, in bounded memory."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from capacity.errors import InputError, nearest
from capacity.reading import separator_of

#: Read at a time [bytes].
BLOCK: Final = 4_000_000
#: A line longer than this is no row of a table [bytes].
LONGEST_LINE: Final = 200_000
#: Columns of a log; the largest that we know of has some fifty.
MOST_COLUMNS: Final = 1_000
COLUMNS: Final = ("time", "input", "cached", "output", "class")


@dataclass(frozen=True)
class Block:
    """Whole lines of a file.

    Attributes:
        first_line: number of its first line, from 1.
        text: its bytes; they end with a line end.
        read: how much of the file has been read with it [bytes].
    """

    first_line: int
    text: bytes
    read: int

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count(b"\n")


@dataclass(frozen=True)
class Header:
    """What the first line says.

    Attributes:
        separator: between cells.
        width: number of columns.
        places: place of each of ``COLUMNS``.
    """

    separator: str
    width: int
    places: Mapping[str, int]


def blocks(file: BinaryIO, path: Path, digest: hashlib._Hash) -> Iterator[Block]:
    """The file in blocks of whole lines; ``digest`` takes in all bytes."""
    line, read, rest = 1, 0, b""
    while raw := file.read(BLOCK):
        digest.update(raw)
        read += len(raw)
        text = rest + (raw.removeprefix(b"\xef\xbb\xbf") if read == len(raw) else raw)
        end = text.rfind(b"\n") + 1
        whole, rest = text[:end], text[end:]
        if len(rest) > LONGEST_LINE:
            at = line + whole.count(b"\n")
            raise InputError(f"{path} line {at} is longer than {LONGEST_LINE:,} bytes, so it is no table of requests")
        if whole:
            block = Block(line, whole, read)
            yield block
            line += block.lines
    if rest:
        yield Block(line, rest + b"\n", read)


def split_header(block: Block, path: Path, names: Mapping[str, str]) -> tuple[Header, Block]:
    """The header in the first line that is not blank, and what follows; ``names`` says what columns are called."""
    line = block.first_line
    rest = block.text
    first = b""
    while rest and not first.strip():
        first, _, rest = rest.partition(b"\n")
        line += 1
    text = decoded(first, path, line - 1)
    separator = separator_of(text)
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise InputError(f"{path} line {line - 1} is no header of a CSV table: {error}") from error
    header = _header([cell.strip() for cell in cells], separator, f"{path} line {line - 1}", names)
    return header, Block(line, rest, block.read)


def _header(cells: Sequence[str], separator: str, where: str, names: Mapping[str, str]) -> Header:
    if len(cells) > MOST_COLUMNS:
        raise InputError(f"{where} has {len(cells):,} columns, but at most {MOST_COLUMNS:,} are read")
    places: dict[str, int] = {}
    for column in COLUMNS:
        wanted = names.get(column, column)
        found = [place for place, cell in enumerate(cells) if cell == wanted]
        if len(found) > 1:
            raise InputError(f"{where} has the column '{wanted[:60]}' twice")
        if not found:
            raise InputError(
                f"{where} has no column '{wanted[:60]}'{_near(wanted, cells)}, but must have {', '.join(COLUMNS)}; "
                f"say what it is called with --column {column}=NAME"
            )
        if found[0] in places.values():
            raise InputError(f"{where}: the column '{wanted[:60]}' is to be {column}, but is another already")
        places[column] = found[0]
    return Header(separator, len(cells), places)


def _near(wanted: str, cells: Sequence[str]) -> str:
    return nearest(wanted, [cell for cell in cells[:100] if len(cell) <= 60 and cell.isprintable()])


def decoded(raw: bytes, path: Path, first_line: int) -> str:
    """Bytes as text in UTF-8, or one line on where they are none."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + raw[: error.start].count(b"\n")
        raise InputError(f"{path} line {line} is not UTF-8 text: it has the byte {raw[error.start]:#04x}") from error
