"""One file a finished run: ``parts/run-000123.part``, whole or not at all, and telling when it is damaged.

A line with a checksum of the next; a line of JSON that says how the run went; then its kept frames (Arrow streams).
Parts live until all runs are done and the tables are put together from them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa

from capacity.errors import InputError
from scenarios.text.files import reason

if TYPE_CHECKING:
    import pandas as pd

FOLDER: Final = "parts"
MAGIC: Final = b"tokenmarket-part-1"
NAME: Final = re.compile(r"run-(\d{6,})\.part")
#: A first line longer than this is no first line of ours.
LONGEST_LINE: Final = 200

DONE: Final = "done"
FAILED: Final = "failed"
MISSING: Final = "missing"


class DamagedError(InputError):
    """A file of a batch that is not what was written."""


@dataclass(frozen=True)
class Part:
    """How one run went, and what it left.

    Attributes:
        run: its number.
        status: done or failed.
        digest: hash of the resolved scenario.
        error: what was raised, in one line.
        traceback: where.
        summary: measure to value.
        timing: wall time, peak memory, worker, versions.
        frames: name to Arrow stream.
    """

    run: int
    status: str
    digest: str = ""
    error: str = ""
    traceback: str = ""
    summary: Mapping[str, float] = field(default_factory=dict)
    timing: Mapping[str, Any] = field(default_factory=dict)
    frames: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def encoded(self) -> bytes:
        """As bytes of a file."""
        body = b"".join(self.frames.values())
        head = vars(self) | {
            "summary": dict(self.summary),
            "timing": dict(self.timing),
            "frames": {name: len(data) for name, data in self.frames.items()},
            "body": _hash(body),
        }
        line = json.dumps(head).encode() + b"\n"
        return b"%s %s %d\n" % (MAGIC, _hash(line).encode(), len(line)) + line + body

    def table(self, name: str) -> pa.Table:
        """One of its frames."""
        return pa.ipc.open_stream(self.frames[name]).read_all()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -------------------------------------------------------------------- frames


def packed(frame: pd.DataFrame) -> bytes:
    """A frame as an Arrow stream, words as plain text, so that no run depends on what another has seen."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    plain = pa.schema([pa.field(one.name, _plain_type(one.type)) for one in table.schema])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table.cast(plain))
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _plain_type(kind: pa.DataType) -> pa.DataType:
    words = pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    return pa.string() if words else kind


# -------------------------------------------------------------------- files


def path_of(folder: Path, run: int) -> Path:
    """Where a run's part is."""
    return folder / FOLDER / f"run-{run:06d}.part"


def read(path: Path, *, frames: bool = True) -> Part:
    """Read a part; without its frames if they are not needed."""
    try:
        with path.open("rb") as file:
            part, lengths, checksum = _head(file)
            body = file.read() if frames else b""
    except OSError as error:
        raise DamagedError(f"'{path}' cannot be read: {reason(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"'{path}' is damaged") from error
    if not frames:
        return part
    if _hash(body) != checksum:
        raise DamagedError(f"'{path}' is damaged")
    found, at = {}, 0
    for name, length in lengths.items():
        found[name] = body[at : at + length]
        at += length
    return replace(part, frames=found)


def _head(file: BinaryIO) -> tuple[Part, dict[str, int], str]:
    magic, checksum, length = file.readline(LONGEST_LINE).split()
    line = file.read(int(length))
    if magic != MAGIC or _hash(line).encode() != checksum:
        raise ValueError("not a part")
    head = json.loads(line)
    body, lengths = head.pop("body"), head.pop("frames")
    return Part(**head), lengths, body


def numbers(folder: Path) -> Iterator[int]:
    """Numbers of the runs whose parts are there, in no order."""
    if not (folder / FOLDER).is_dir():
        return
    for entry in os.scandir(folder / FOLDER):
        found = NAME.fullmatch(entry.name)
        if found:
            yield int(found[1])
