"""The one way in which files of other people are opened: what is no plain, small, shallow file is refused before.

Nothing here waits or eats memory: pipes and devices are not opened, large files not read, deep ones not parsed.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from capacity.errors import InputError, nearest

#: A file of parameters larger than this is something else [bytes]; the largest of ours has 40,000.
LARGEST_BYTES: Final = 1_000_000
#: Tables in tables, or lists in lists; also steps of a dotted key. No parameter is as deep.
DEEPEST: Final = 60
#: A table of numbers larger than this is something else [bytes].
LARGEST_TABLE_BYTES: Final = 20_000_000
#: Keys and tables in a file; the largest of ours has some hundred.
MOST_ENTRIES: Final = 10_000
#: Digits of a number; a float has 17 that matter.
MOST_DIGITS: Final = 1_000
#: Letters of a name of a file, and of the path to it: what systems allow.
LONGEST_NAME, LONGEST_PATH = 255, 4_000
#: Strings and comments (skipped), brackets, steps of keys, ends of values, and runs of digits. Every piece matches
#: where it begins, closed or not, so that time grows with the length only.
_PIECES: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\']|\'(?!\'\'))*+(?:\'\'\')?'
    r'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|\'[^\'\n]*+\'?|#[^\n]*+|[\[\]{}.=,\n:]|[0-9_]{30,}+',
    re.DOTALL,
)
#: What may stand between the cells of a CSV table.
SEPARATORS: Final = (",", ";", "\t")
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def check_path(path: Path | str, what: str) -> None:
    """Say so if no file can have this path. ``what`` begins the message: 'file mine.toml', 'extends'."""
    text = str(path)
    if "\0" in text:
        raise InputError(f"{what} has a NUL in it, but no file has that in its name")
    longest = max((len(os.fsencode(part)) for part in Path(text).parts), default=0)
    if longest > LONGEST_NAME:
        raise InputError(f"{what[:80]}... has a name of {longest} letters, but a file's has at most {LONGEST_NAME}")
    if len(os.fsencode(text)) > LONGEST_PATH:
        raise InputError(f"{what[:80]}... has {len(text):,} letters, but a path has at most {LONGEST_PATH:,}")


def is_there(path: Path, what: str) -> bool:
    """Whether something is there; a circle of links is said to be one."""
    check_path(path, what)
    try:
        path.stat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return False
        raise InputError(f"{what} cannot be read: {_reason(error)}") from error
    return True


@contextmanager
def open_plain(path: Path, what: str, wanted: str = "a file") -> Iterator[tuple[BinaryIO, int]]:
    """A plain file, open to be read, and its size [bytes]; ``wanted`` says what it should be: 'a TOML file'."""
    if not is_there(path, what):
        raise InputError(f"{what} does not exist{near(path)}")
    try:
        # Without waiting: a pipe put in the file's place meanwhile is refused, too.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(handle)
            kind = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "")
            if kind:
                raise InputError(f"{what} is {kind}, but must be {wanted}")
            with os.fdopen(handle, "rb", closefd=False) as file:
                yield file, found.st_size
        finally:
            os.close(handle)
    except OSError as error:
        raise InputError(f"{what} cannot be read: {_reason(error)}") from error


def read_bytes(path: Path, what: str, wanted: str = "a file", largest: int = LARGEST_BYTES) -> bytes:
    """All bytes of a plain file of at most ``largest``."""
    with open_plain(path, what, wanted) as (file, size):
        if size > largest:
            raise InputError(f"{what} is larger than {largest:,} bytes, so it is not {wanted}")
        raw = file.read(largest + 1)
    if len(raw) > largest:  # it grew, or says of itself that it is empty, as files of /proc do
        raise InputError(f"{what} is larger than {largest:,} bytes, so it is not {wanted}")
    return raw


def near(path: Path) -> str:
    """The nearest file of that ending beside where a file should be, in words."""
    if not path.suffix or not path.parent.is_dir():
        return ""
    return nearest(path.name, [one.name for one in path.parent.glob(f"*{path.suffix}")])


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "its links lead round in a circle"
    return error.strerror or " ".join(str(error).split())


def read_text(path: Path, what: str, wanted: str = "a file", largest: int = LARGEST_BYTES) -> str:
    """The text of a plain file in UTF-8; a byte-order mark does not count."""
    raw = read_bytes(path, what, wanted, largest)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text: byte {error.start} is {raw[error.start]:#04x}") from error


def check_shape(text: str, what: str) -> None:
    """Refuse what is nested too deeply or has endless numbers, before it is parsed; TOML or JSON."""
    depth = dots = entries = 0
    for found in _PIECES.finditer(text):
        piece = found[0]
        if piece in "[{":
            depth += 1
            entries += text[found.start() - 1 : found.start()] in ("", "\n")
        elif piece in "]}":
            depth -= 1
        elif len(piece) >= 30 and piece[0] in "0123456789_" and len(piece) > MOST_DIGITS:
            raise InputError(f"{what} has a number of {len(piece):,} digits, but at most {MOST_DIGITS:,} are read")
        entries += piece == "="
        dots = dots + 1 if piece == "." else 0 if piece in "[]{}=,\n:" else dots
        if max(depth, dots) > DEEPEST:
            raise InputError(f"{what} is nested deeper than {DEEPEST} tables, but no parameter is")
        if entries > MOST_ENTRIES:
            raise InputError(f"{what} has more than {MOST_ENTRIES:,} entries, so it holds no parameters")


def parse_toml(text: str, what: str) -> dict[str, Any]:
    """The table that TOML says, or one line on why there is none."""
    check_shape(text, what)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{what} is not TOML: {_named(' '.join(str(error).split())[:300], text)}") from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())[:300]
        raise InputError(f"{what} is not TOML that can be read: {reason}") from error


def _named(said: str, text: str) -> str:
    """The same with the key that is there twice, where it is told only by its line."""
    found = re.match(r"Cannot overwrite a value \(at (?:line (\d+)|end of document)", said)
    if found is None:
        return said
    lines = text.rstrip().splitlines()
    key = lines[int(found[1]) - 1 if found[1] else -1].partition("=")[0].strip()
    return said.replace("Cannot overwrite a value", f"{key[:80]} is there twice")


def read_toml(path: Path, what: str, wanted: str = "a TOML file") -> dict[str, Any]:
    """The table in a TOML file."""
    raw = read_bytes(path, what, wanted)
    try:
        return parse_toml(raw.decode("utf-8-sig"), what)
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text: byte {error.start} is {raw[error.start]:#04x}") from error


def separator_of(text: str) -> str:
    """What stands between the cells: a comma, a semicolon or a tab, whichever the first line with text has most.

    >>> separator_of("\\nhour;weekday;weekend\\n0;1,5;2")
    ';'
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def csv_rows(text: str, what: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Line number and cells, without spaces around them, of every line that is not blank; the first is the header.

    No line may have more cells than the header, but for empty ones: nobody knows what they would mean.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    columns = 0
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            columns = columns or len(cells)
            if any(cells[columns:]):
                raise InputError(
                    f"{what} line {reader.line_num} has {len(cells)} cells, but there are {columns} columns; "
                    f"a cell with '{separator}' in it must be in double quotes"
                )
            if max(map(len, cells)) > MOST_DIGITS:
                raise InputError(f"{what} line {reader.line_num} has a cell of more than {MOST_DIGITS:,} letters")
            yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(f"{what} line {reader.line_num} is not a CSV table: {error}") from error
