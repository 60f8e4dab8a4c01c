"""The tables of a batch, written and trusted.

- ``runs.parquet``, ``summaries.parquet``, ``timing.parquet``: one row a run;
- ``frames/NAME/runs-000000-000099.parquet``: the tidy frames, a hundred runs a file, with a leading column ``run``;
- ``tables.json``: size and checksum of each of these.

All but the timing have the same bytes whatever ran the batch, in whatever order, and however often it was killed.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from capacity.errors import InputError

RUNS: Final = "runs.parquet"
SUMMARIES: Final = "summaries.parquet"
TIMING: Final = "timing.parquet"
FRAMES: Final = "frames"
MANIFEST: Final = "tables.json"
#: The manifest to come: written before files are renamed, so that a kill in between leaves none that is unknown.
NEXT: Final = "tables.next.json"

RUNS_A_FILE: Final = 100
RUNS_A_GROUP: Final = 1_000
#: A row group of a frame is closed with the run that reaches so many rows.
ROWS_A_GROUP: Final = 65_536
#: Fixed, since every byte counts; page checksums tell which rows are damaged.
PARQUET: Final[Mapping[str, Any]] = {"compression": "zstd", "write_page_checksum": True}


#: Names of files of frames.
BLOCK: Final = re.compile(r"runs-\d{6,}-\d{6,}\.parquet")


def block_of(run: int) -> int:
    """First run of the file that a run's frames are in."""
    return run - run % RUNS_A_FILE


def block_name(frame: str, first: int) -> str:
    """Name of a file of frames, under the batch's folder."""
    return f"{FRAMES}/{frame}/runs-{first:06d}-{first + RUNS_A_FILE - 1:06d}.parquet"


# -------------------------------------------------------------------- written


class RowFile:
    """A table of one row a run, written in groups of runs so that little of it is in memory."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._names = set(schema.names)
        self._rows: list[Mapping[str, Any]] = []
        self._writer = pq.ParquetWriter(path, schema, **PARQUET)

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a row; what it does not say is empty."""
        if not row.keys() <= self._names:
            new = ", ".join(sorted(row.keys() - self._names))
            raise InputError(f"run {row['run']} has {new}, which the runs before it have not: all must be alike")
        self._rows.append(row)

    def end_group(self) -> None:
        """Write what has come in."""
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows = []

    def close(self) -> None:
        """Finish the file."""
        self.end_group()
        self._writer.close()


class FrameFile:
    """One frame of many runs, in the order of the runs; a run is never cut in two."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._empty: pa.Table | None = None
        self._tables: list[pa.Table] = []
        self._columns: pa.Schema | None = None

    def add(self, run: int, table: pa.Table) -> None:
        """Take a run's frame."""
        if not table.num_rows:
            self._empty = self._empty or table
            return
        if self._columns is None:
            self._columns = table.schema
        elif table.schema != self._columns:
            table = self._alike(run, table)
        numbers = pa.array([run], pa.int64()).take(pa.array([0] * table.num_rows, pa.int64()))
        self._tables.append(table.add_column(0, "run", numbers))
        if sum(one.num_rows for one in self._tables) >= ROWS_A_GROUP:
            self._end_group()

    def _alike(self, run: int, table: pa.Table) -> pa.Table:
        try:
            return table.cast(self._columns)
        except (pa.ArrowInvalid, ValueError) as error:
            raise InputError(
                f"run {run}: columns of '{self._path.parent.name}' are not those of the runs before: all must be alike"
            ) from error

    def _end_group(self) -> None:
        group = named(pa.concat_tables(self._tables).combine_chunks())
        self._tables = []
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, group.schema, **PARQUET)
        self._writer.write_table(group)

    def close(self) -> None:
        """Finish the file; there is none if no run gave the frame."""
        if self._columns is None and self._empty is not None:
            self._tables = [self._empty.add_column(0, "run", pa.array([], pa.int64()))]
        if self._tables:
            self._end_group()
        if self._writer is not None:
            self._writer.close()


def worded(table: pa.Table) -> pa.Table:
    """Categories as words, so that tables with different ones fit together."""
    return table.cast(
        pa.schema([pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema])
    )


def named(table: pa.Table) -> pa.Table:
    """Words as categories, in the order in which they come, so that a column of names is small in memory too."""
    kind = pa.dictionary(pa.int32(), pa.string())
    for number, field in enumerate(table.schema):
        if field.type == pa.string():
            table = table.set_column(number, field.name, table[field.name].dictionary_encode().cast(kind))
    return table


# -------------------------------------------------------------------- trusted


def checksum(path: Path) -> dict[str, Any]:
    """Size and hash of a file."""
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def read_manifests(folder: Path) -> list[Mapping[str, Any]]:
    """Files and checksums of the tables as they are, or may be if a kill came in between; none if there are none."""
    found: list[Mapping[str, Any]] = []
    for name in (MANIFEST, NEXT):
        try:
            files = json.loads((folder / name).read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if isinstance(files, dict):
            found.append(files)
    return found


def is_sound(path: Path, name: str, manifests: list[Mapping[str, Any]], *, thorough: bool) -> bool:
    """Whether a table is what was written; without a manifest its own page checksums must do."""
    if not path.is_file():
        return False
    if not manifests:
        return thorough is False or _is_readable(path)
    entries = [files[name] for files in manifests if name in files]
    if not thorough:
        return path.stat().st_size in [entry.get("bytes") for entry in entries if isinstance(entry, Mapping)]
    return checksum(path) in entries


def _is_readable(path: Path) -> bool:
    try:
        file = _open(path)
        for group in range(file.num_row_groups):
            file.read_row_group(group)
    except (OSError, ValueError):
        return False
    return True


def _open(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, page_checksum_verification=True)


def salvaged(path: Path) -> tuple[pa.Table | None, bool]:
    """All row groups of a table that can be read, and whether that is all of it."""
    try:
        file = _open(path)
    except (OSError, ValueError):
        return None, False
    found, whole = [file.schema_arrow.empty_table()], True
    for group in range(file.num_row_groups):
        try:
            found.append(file.read_row_group(group))
        except (OSError, ValueError):
            whole = False
    return pa.concat_tables(found), whole


@dataclass(frozen=True)
class RowTable:
    """A table of one row a run, looked up by run; ``whole`` if none of it was lost."""

    table: pa.Table
    place: Mapping[int, int]
    whole: bool

    @classmethod
    def read(cls, path: Path) -> RowTable | None:
        """All that can be read of it."""
        table, whole = salvaged(path)
        if table is None or "run" not in table.column_names:
            return None
        return cls(table, {run: number for number, run in enumerate(table["run"].to_pylist())}, whole)

    def row(self, run: int) -> dict[str, Any] | None:
        """A run's row."""
        if run not in self.place:
            return None
        found: dict[str, Any] = self.table.slice(self.place[run], 1).to_pylist()[0]
        return found


class Block:
    """A file of frames that was written before, read run by run in order, one row group at a time."""

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        self._groups = self._read()
        self._group = next(self._groups, None)

    def _read(self) -> Iterator[tuple[list[int], pa.Table]]:
        for number in range(self._file.num_row_groups):
            table = self._file.read_row_group(number)
            yield table["run"].to_pylist(), worded(table).drop_columns(["run"])

    def table(self, run: int) -> pa.Table:
        """A run's rows; none if it has none."""
        while self._group is not None and self._group[0] and self._group[0][-1] < run:
            following = next(self._groups, None)
            if following is None:
                break
            self._group = following
        if self._group is None:
            return worded(self._file.schema_arrow.empty_table()).drop_columns(["run"])
        numbers, table = self._group
        first, last = bisect_left(numbers, run), bisect_right(numbers, run)
        return table.slice(first, last - first)
