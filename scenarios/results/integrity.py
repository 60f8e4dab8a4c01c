"""Whether a run's folder is what was written: size, checksum, rows and columns of every file, kept in ``run.json``.

``run.json`` seals itself: its ``seal`` is a checksum of all else in it. Pictures and reports do not count, since they
can be drawn again from the frames.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from capacity.errors import InputError
from capacity.reading import check_shape, is_there, read_bytes

FILES: Final = "files"
SEAL: Final = "seal"
#: A file larger than what was written by more than this is not even read [bytes].
SLACK: Final = 1_000_000


def record(name: str, data: bytes) -> dict[str, Any]:
    """What is kept of a file: its size and checksum; of a table also its rows and columns."""
    made: dict[str, Any] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return made | (_shape(data) if name.endswith(".parquet") else {})


def _shape(data: bytes) -> dict[str, Any]:
    file = pq.ParquetFile(io.BytesIO(data))
    return {"rows": file.metadata.num_rows, "columns": {one.name: str(one.type) for one in file.schema_arrow}}


def sealed(about: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """``run.json``: how a run was made, what its files are, and a checksum of both."""
    text = json.dumps({**about, FILES: {name: record(name, data) for name, data in files.items()}}, allow_nan=False)
    plain = json.loads(text)
    return (json.dumps({**plain, SEAL: _seal(plain)}, indent=2, allow_nan=False) + "\n").encode()


def _seal(plain: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in plain.items() if name != SEAL}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def unsealed(raw: bytes, path: Path, made_by: int) -> dict[str, Any]:
    """What ``run.json`` says, if it is what was written by this format."""
    where = f"'{path}'"
    try:
        text = raw.decode("utf-8")
        check_shape(text, where)
        about = json.loads(text)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{where} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(about, dict) or about.get("format") != made_by:
        raise InputError(f"{where} is not a run of format {made_by}: run the scenario again with --force")
    if about.get(SEAL) != _seal(about):
        raise InputError(f"{where} is damaged: it is not what was written, its checksum is another; {AGAIN}")
    return about


#: What to do about a damaged run.
AGAIN: Final = "put it back, or run the scenario again with --force"


def sound(folder: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    """A file of a run, if it is what was written; else which file differs, and in what."""
    path = folder / name
    damaged = f"result '{folder}' is damaged: {name}"
    if not is_there(path, f"'{path}'"):
        raise InputError(f"{damaged} is not there; {AGAIN}")
    raw = read_bytes(path, f"'{path}'", "what was written", entry["bytes"] + SLACK)
    if len(raw) == entry["bytes"] and hashlib.sha256(raw).hexdigest() == entry["sha256"]:
        return raw
    raise InputError(f"{damaged} {_difference(raw, entry)}; {AGAIN}")


def _difference(raw: bytes, entry: Mapping[str, Any]) -> str:
    """What differs, in words."""
    if "rows" in entry:
        try:
            found = _shape(raw)
        except (OSError, ValueError, pa.ArrowException):
            return "is no table any more"
        before, now = entry["columns"], found["columns"]
        for name, kind in before.items():
            if name not in now:
                return f"lacks the column '{name}'"
            if now[name] != kind:
                return f"has {now[name]} in the column '{name}', but {kind} was written"
        if found["rows"] != entry["rows"]:
            return f"has {found['rows']:,} rows, but {entry['rows']:,} were written"
    if len(raw) != entry["bytes"]:
        return f"has {len(raw):,} bytes, but {entry['bytes']:,} were written"
    return "is not what was written: its checksum is another"
