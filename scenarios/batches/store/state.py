"""Which runs of a batch are done, which failed, which are missing, and what is damaged: from the files alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenarios.batches.store import parts, table_files
from scenarios.batches.store.parts import DONE, FAILED, MISSING, DamagedError
from scenarios.batches.store.table_files import RowTable, block_name, is_sound

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Study

_STATUS: Final = (MISSING, DONE, FAILED)


@dataclass
class State:
    """What a folder holds.

    Attributes:
        folder: the batch's folder.
        total: number of runs of the study.
        damage: sentences, each a file and the runs that are lost with it.
        damaged_parts: numbers of the runs whose parts are damaged.
        index: earlier index, as far as it can be read.
        summaries: earlier summaries, as far as they can be read.
        timing: earlier times, as far as they can be read.
        bad_blocks: files of frames that cannot be trusted, by name.
        finished: all tables are there, and no part.
    """

    folder: Path
    total: int
    damage: list[str] = field(default_factory=list)
    damaged_parts: set[int] = field(default_factory=set)
    index: RowTable | None = None
    summaries: RowTable | None = None
    timing: RowTable | None = None
    bad_blocks: set[str] = field(default_factory=set)
    finished: bool = False
    _codes: bytearray = field(default_factory=bytearray)
    _in_part: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._codes, self._in_part = bytearray(self.total), bytearray(self.total)

    def status(self, run: int) -> str:
        """How a run went."""
        return _STATUS[self._codes[run]]

    def in_part(self, run: int) -> bool:
        """Whether a run's own file is there and good."""
        return bool(self._in_part[run])

    def set(self, run: int, status: str, *, in_part: bool) -> None:
        """Note how a run went, and whether its own file says so."""
        self._codes[run], self._in_part[run] = _STATUS.index(status), in_part

    def count(self, status: str) -> int:
        """How many runs went so."""
        return self._codes.count(_STATUS.index(status))

    def runs(self, status: str) -> list[int]:
        """Which runs went so."""
        code = _STATUS.index(status)
        return [run for run, one in enumerate(self._codes) if one == code]


def examine(folder: Path, study: Study, *, thorough: bool) -> State:
    """Look at a folder; thoroughly is with the checksums of frames, too."""
    state = State(folder, len(study.runs))
    _examine_tables(state, study, thorough)
    there = examine_parts(state, thorough=thorough)
    state.finished = not there and not state.count(MISSING) and not state.damage and state.index is not None
    return state


def examine_parts(state: State, *, thorough: bool) -> bool:
    """Look at the runs' own files, which count before the tables; say whether there are any."""
    unfinished = (state.folder / table_files.NEXT).exists()
    there = False
    for run in sorted(run for run in parts.numbers(state.folder) if run < state.total):
        there = True
        path = parts.path_of(state.folder, run)
        try:
            part = parts.read(path, frames=thorough)
        except DamagedError:
            if not path.exists():  # the batch runs on, and has just put its tables together
                continue
            state.damaged_parts.add(run)
            if unfinished or state.status(run) != DONE:
                state.set(run, MISSING, in_part=False)
                state.damage.append(f"{parts.FOLDER}/{path.name} (run {run})")
            continue
        state.set(run, part.status, in_part=True)
    return there


def _examine_tables(state: State, study: Study, thorough: bool) -> None:
    folder, manifests = state.folder, table_files.read_manifests(state.folder)
    names = (table_files.RUNS, table_files.SUMMARIES, table_files.TIMING)
    if not manifests and not any((folder / name).is_file() for name in names):
        return
    read = [RowTable.read(folder / name) for name in names]
    sound = [is_sound(folder / name, name, manifests, thorough=True) for name in names]
    # Where every page is as it was written and the file is not, its columns may be called something else.
    read = [None if table and table.whole and not good else table for table, good in zip(read, sound, strict=True)]
    state.index, state.summaries, state.timing = read
    place = state.summaries.place if state.summaries is not None else {}
    for first in range(0, state.total, table_files.RUNS_A_FILE):
        done = [run for run in range(first, first + table_files.RUNS_A_FILE) if run in place]
        files = [block_name(frame, first) for frame in study.keep] if done else []
        bad = [name for name in files if not is_sound(folder / name, name, manifests, thorough=thorough)]
        state.bad_blocks.update(bad)
        state.damage += [f"{name} ({spans(done)})" for name in bad]
        for run in [] if bad else done:
            state.set(run, DONE, in_part=False)
    failed = _examine_index(state, place)
    lost = {
        table_files.RUNS: "no run is lost",
        table_files.SUMMARIES: spans([run for run in range(state.total) if run not in place and run not in failed]),
        table_files.TIMING: "only times are lost",
    }
    whole = [table is not None and table.whole for table in read]
    state.damage += [f"{name} ({lost[name]})" for name, good in zip(names, whole, strict=True) if not good]


def _examine_index(state: State, place: Mapping[int, int]) -> set[int]:
    """Note the runs that failed."""
    if state.index is None:
        return set()
    rows = zip(state.index.table["run"].to_pylist(), state.index.table["status"].to_pylist(), strict=True)
    failed = {run for run, status in rows if status == FAILED and run < state.total and run not in place}
    for run in failed:
        state.set(run, FAILED, in_part=False)
    return failed


def spans(runs: list[int]) -> str:
    """Numbers in few words: runs 0-99, 104."""
    if not runs:
        return "no run is lost"
    found: list[list[int]] = []
    for run in runs:
        if found and run == found[-1][1] + 1:
            found[-1][1] = run
        else:
            found.append([run, run])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in found[:8]]
    more = ", ..." if len(found) > len(shown) else ""
    return f"run{'s' if len(runs) > 1 else ''} {', '.join(shown)}{more}"
