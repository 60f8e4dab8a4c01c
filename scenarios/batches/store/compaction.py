"""Putting the tables of a batch together from its parts, and from the tables of an earlier time.

A kill at any point loses nothing: tables are written under temporary names, and parts go only when all are in place.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from capacity.errors import InputError
from scenarios.batches.store import columns, parts, table_files
from scenarios.batches.store.folder import is_temporary, resume_hint
from scenarios.batches.store.parts import DONE, Part
from scenarios.batches.store.table_files import BLOCK, Block, FrameFile, RowFile, block_name
from scenarios.text.files import reason, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from scenarios.batches.plan.study import Run, Study
    from scenarios.batches.store.state import State

FORMAT: Final = 1


def compact(study: Study, state: State, code: str) -> None:
    """Write the tables, in the order of the runs, with little of them in memory; then remove the parts."""
    folder = state.folder
    try:
        made = _Compaction(study, state, code).write()
        _put_in_place(folder, made)
    except OSError as error:
        kept = f"all finished runs are kept, {resume_hint(folder)}"
        raise InputError(f"the tables of '{folder}' cannot be written: {reason(error)}; {kept}") from error
    finally:
        for path in (*folder.glob(".*.tmp-*"), *folder.glob(f"{table_files.FRAMES}/*/.*.tmp-*")):
            if is_temporary(path):
                path.unlink(missing_ok=True)
    for run in list(parts.numbers(folder)):
        if run < state.total:  # others are not of this batch
            parts.path_of(folder, run).unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp-{os.getpid()}")


class _Compaction:
    """One writing of all tables."""

    def __init__(self, study: Study, state: State, code: str) -> None:
        self.study, self.state, self.code, self.folder = study, state, code, state.folder
        self._index_schema = columns.index_schema(study)
        self._digest = functools.lru_cache(maxsize=4096)(lambda at: study.scenario(study.cases[at]).digest)
        self._names: list[str] = []
        self._kept: dict[str, Any] = {}
        self._files: dict[str, RowFile] = {}

    def write(self) -> dict[str, Any]:
        """Write all under temporary names; return the manifest to be."""
        schemas = {
            table_files.RUNS: self._index_schema,
            table_files.SUMMARIES: columns.summary_schema(self._measures()),
            table_files.TIMING: columns.timing_schema(),
        }
        self._files = {name: RowFile(self._new(name), schema) for name, schema in schemas.items()}
        self._names += schemas
        for first in range(0, self.state.total, table_files.RUNS_A_FILE):
            self._block(range(first, min(first + table_files.RUNS_A_FILE, self.state.total)))
            if (first + table_files.RUNS_A_FILE) % table_files.RUNS_A_GROUP == 0:
                for file in self._files.values():
                    file.end_group()
        for file in self._files.values():
            file.close()
        made = {name: table_files.checksum(_temporary(self.folder / name)) for name in self._names}
        return dict(sorted((self._kept | made).items()))

    def _new(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return _temporary(path)

    def _measures(self) -> list[str]:
        """Names of the measures, from the first run that is done."""
        for run in range(self.state.total):
            if self.state.status(run) != DONE:
                continue
            if self.state.in_part(run):
                return list(parts.read(parts.path_of(self.folder, run), frames=False).summary)
            if self.state.summaries is not None:
                return [name for name in self.state.summaries.table.column_names if name != "run"]
        return []

    def _block(self, block: range) -> None:
        names = {frame: block_name(frame, block[0]) for frame in self.study.keep}
        fresh = any(self.state.in_part(run) for run in block) or any(n in self.state.bad_blocks for n in names.values())
        done = [run for run in block if self.state.status(run) == DONE]
        before: dict[str, Block] = {}
        files: dict[str, FrameFile] = {}
        if fresh and done:
            old = [run for run in done if not self.state.in_part(run)]
            before = {frame: Block(self.folder / name) for frame, name in names.items()} if old else {}
            files = {frame: FrameFile(self._new(name)) for frame, name in names.items()}
        elif done:
            self._kept |= {name: table_files.checksum(self.folder / name) for name in names.values()}
        for number in block:
            part = self._part(self.study.runs[number], bool(files))
            for frame, file in files.items() if part.status == DONE else ():
                file.add(number, self._frame(part, frame, before))
        for file in files.values():
            file.close()
        self._names += [name for frame, name in names.items() if frame in files and self._new(name).exists()]

    def _frame(self, part: Part, frame: str, before: Mapping[str, Block]) -> pa.Table:
        return part.table(frame) if part.frames else before[frame].table(part.run)

    def _part(self, run: Run, frames: bool) -> Part:
        """Put a run into the tables of one row a run."""
        index, summaries, timing = (
            self._files[name] for name in (table_files.RUNS, table_files.SUMMARIES, table_files.TIMING)
        )
        if self.state.in_part(run.number):
            part = parts.read(parts.path_of(self.folder, run.number), frames=frames)
            timing.add(columns.timing_row(part))
        else:
            part = self._earlier(run)
            found = self.state.timing.row(run.number) if self.state.timing is not None else None
            timing.add(found or {"run": run.number})
        index.add(columns.index_row(self.study, run, self._index_schema, part, self.code))
        if part.status == DONE:
            summaries.add(columns.summary_row(part))
        return part

    def _earlier(self, run: Run) -> Part:
        """A run as it was in the tables before."""
        status = self.state.status(run.number)
        row = self.state.index.row(run.number) if self.state.index is not None else None
        digest = row["digest"] if row else self._digest(run.number % len(self.study.cases))
        if status != DONE:
            return Part(run.number, status, digest, row["error"] if row else "", row["traceback"] if row else "")
        assert self.state.summaries is not None
        summary = self.state.summaries.row(run.number) or {}
        summary.pop("run")
        return Part(run.number, status, digest, summary=summary)


def _put_in_place(folder: Path, files: Mapping[str, Any]) -> None:
    for name in files:
        temporary = _temporary(folder / name)
        if temporary.exists():
            _sync(temporary)
    text = json.dumps({"format": FORMAT, "files": dict(files)}, indent=1) + "\n"
    write_whole(folder / table_files.NEXT, text.encode())
    _sync(folder / table_files.NEXT)
    for name in files:
        temporary = _temporary(folder / name)
        if temporary.exists():
            temporary.replace(folder / name)
    for path in (folder / table_files.FRAMES).glob("*/*.parquet"):
        if BLOCK.fullmatch(path.name) and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    (folder / table_files.NEXT).replace(folder / table_files.MANIFEST)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
