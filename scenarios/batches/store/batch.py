"""A batch on disk, read: finished, interrupted, or while it runs.

    batch = open_batch("results/off-peak")
    batch.runs                  # one row a run: inputs, status, error, seconds
    batch.summaries             # one row a run that is done: inputs and measures
    batch.frame("ticks")        # the tidy frame of all runs, with a leading column `run`
    batch.summary()             # means with intervals over seeds; also differences, sobol_indices, to_ema

A finished batch needs none of this: ``pandas.read_parquet("results/off-peak/summaries.parquet")``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from capacity.errors import InputError, UnknownNameError, nearest
from scenarios.batches.analysis.analysed import Analysed
from scenarios.batches.store import columns, parts, table_files
from scenarios.batches.store.folder import resume_hint
from scenarios.batches.store.parts import DONE, MISSING, Part
from scenarios.batches.store.recall import read_about, read_study
from scenarios.batches.store.state import State, examine
from scenarios.batches.store.table_files import block_name, block_of

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Run, Study

OPTIONS: Final = {"page_checksum_verification": True}


@dataclass(frozen=True)
class Batch(Analysed):
    """A batch as its folder shows it at the moment it was opened.

    Attributes:
        folder: where it is.
        about: how it was begun: name, question, command, code, versions.
        study: what is run.
        state: which runs are done.
    """

    folder: Path
    about: dict[str, Any]
    study: Study
    state: State

    def __repr__(self) -> str:
        counts = ", ".join(f"{self.state.count(s)} {s}" for s in ("done", "failed", "missing") if self.state.count(s))
        return f"batch '{self.folder}': {counts} of {self.state.total} runs"

    @property
    def damage(self) -> list[str]:
        """Files that are damaged, with the runs that are lost."""
        return self.state.damage

    @property
    def runs(self) -> pd.DataFrame:
        """The index: which run, its inputs, how it went, and what it took."""
        self._refuse_damage((table_files.RUNS, table_files.TIMING))
        schema = columns.index_schema(self.study)
        if self.state.finished:
            index, timing = (self._read(name) for name in (table_files.RUNS, table_files.TIMING))
        else:
            made = [self._part(run) for run in self.study.runs]
            code = self.about["code"]["hash"]
            pairs = zip(self.study.runs, made, strict=True)
            index = _frame([columns.index_row(self.study, run, schema, part, code) for run, part in pairs], schema)
            timing = _frame([columns.timing_row(part) for part in made], columns.timing_schema())
        return index.merge(timing, on="run", how="left", validate="1:1")

    @property
    def summaries(self) -> pd.DataFrame:
        """One row a run that is done: which run, its inputs, and all measures. Damage is refused, not left out."""
        self._refuse_damage(
            (table_files.SUMMARIES, table_files.FRAMES, *([] if self.state.finished else [parts.FOLDER]))
        )
        schema = columns.index_schema(self.study)
        done = self.state.runs(DONE)
        names = [*columns.KEYS, *self.study.inputs]
        rows = [columns.inputs_of(self.study, self.study.runs[run], schema) for run in done]
        inputs = _frame(rows, _part_of(schema, names))
        if self.state.finished:
            measures = self._read(table_files.SUMMARIES)
        else:
            made = [self._part(self.study.runs[run]) for run in done]
            found = columns.summary_schema(dict.fromkeys(name for part in made for name in part.summary))
            measures = _frame([dict(columns.summary_row(part)) for part in made], found)
        return inputs.merge(measures, on="run", how="left", validate="1:1")

    def frame(self, name: str, runs: Sequence[int] | None = None) -> pd.DataFrame:
        """A tidy frame of all runs that are done, or of some, with a leading column ``run``."""
        wanted = self._wanted(name, runs)
        from_parts = [run for run in wanted if self.state.in_part(run)]
        rest = [run for run in wanted if not self.state.in_part(run)]
        made = [self._block(name, first, rest) for first in sorted({block_of(run) for run in rest})]
        for run in from_parts:
            table = self._whole_part(run).table(name)
            made.append(table.add_column(0, "run", pa.array([run] * table.num_rows, pa.int64())))
        if not made:
            raise InputError(f"no run of '{self.folder}' is done yet, so there is no frame '{name}'")
        joined = pa.concat_tables(
            [table_files.named(table_files.worded(table)) for table in made], promote_options="permissive"
        )
        frame: pd.DataFrame = joined.unify_dictionaries().to_pandas()
        return frame.sort_values("run", kind="stable", ignore_index=True) if from_parts and rest else frame

    # -------------------------------------------------------------------- read

    def _wanted(self, name: str, runs: Sequence[int] | None) -> list[int]:
        keep = self.study.keep
        if name not in keep:
            kept = f"kept are {', '.join(keep)}" if keep else "none was kept; `--keep` keeps some"
            raise UnknownNameError(f"batch '{self.folder}' has no frame '{name}'{nearest(name, keep)}: {kept}")
        self._refuse_damage((f"{table_files.FRAMES}/{name}/", parts.FOLDER))
        if runs is None:
            return self.state.runs(DONE)
        for run in runs:
            if not 0 <= run < self.state.total or self.state.status(run) != DONE:
                said = self.state.status(run) if 0 <= run < self.state.total else f"not one of {self.state.total}"
                raise InputError(f"run {run} of '{self.folder}' is {said}, so it has no frame")
        return sorted(set(runs))

    def _refuse_damage(self, beginnings: Sequence[str]) -> None:
        lost = [one for one in self.damage if one.startswith(tuple(beginnings))]
        if lost:
            raise InputError(f"batch '{self.folder}' is damaged: {'; '.join(lost[:3])}; {resume_hint(self.folder)}")

    def _part(self, run: Run) -> Part:
        """A run without its frames, from its own file or from the tables."""
        status = self.state.status(run.number)
        if self.state.in_part(run.number):
            return self._guarded(lambda: parts.read(parts.path_of(self.folder, run.number), frames=False))
        if status == MISSING:
            return Part(run.number, status)
        index, summaries, timing = (
            (table.row(run.number) or {}) if table is not None else {}
            for table in (self.state.index, self.state.summaries, self.state.timing)
        )
        summary = {name: value for name, value in summaries.items() if name != "run"}
        took = {name: value for name, value in timing.items() if name != "run"}
        digest, error, trace = (index.get(name) or "" for name in ("digest", "error", "traceback"))
        return Part(run.number, status, digest, error, trace, summary, took)

    def _whole_part(self, run: int) -> Part:
        return self._guarded(lambda: parts.read(parts.path_of(self.folder, run)))

    def _block(self, name: str, first: int, runs: Sequence[int]) -> pa.Table:
        inside = [run for run in runs if block_of(run) == first]
        file = block_name(name, first)
        path = self.folder / file
        if not table_files.is_sound(path, file, table_files.read_manifests(self.folder), thorough=True):
            raise InputError(f"batch '{self.folder}' is damaged: {file}; {resume_hint(self.folder)}")
        return self._guarded(lambda: pq.read_table(path, filters=[("run", "in", inside)], partitioning=None, **OPTIONS))

    def _read(self, name: str) -> pd.DataFrame:
        return self._guarded(lambda: _table_of(self.folder / name))

    def _guarded[T](self, read: Callable[[], T]) -> T:
        """Read; say what is wrong if that does not work."""
        try:
            return read()
        except (OSError, ValueError) as error:
            text = " ".join(str(error).split())
            again = "if it still runs, open it again; " if not self.state.finished else ""
            message = f"batch '{self.folder}' cannot be read: {text}; {again}{resume_hint(self.folder)}"
            raise InputError(message) from error


def _table_of(path: Path) -> pd.DataFrame:
    try:
        table: pd.DataFrame = pq.read_table(path, partitioning=None, **OPTIONS).to_pandas()
    except (OSError, ValueError) as error:
        raise InputError(f"'{path}' is damaged ({' '.join(str(error).split())[:200]})") from error
    return table


def _frame(rows: list[dict[str, Any]], schema: pa.Schema) -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_pylist(rows, schema).to_pandas()
    return frame


def _part_of(schema: pa.Schema, names: Sequence[str]) -> pa.Schema:
    return pa.schema([schema.field(name) for name in names])


def open_batch(folder: str | Path) -> Batch:
    """Open a batch, finished or not."""
    path = Path(folder)
    about = read_about(path)
    study = read_study(path, about)
    return Batch(path, about, study, examine(path, study, thorough=False))
