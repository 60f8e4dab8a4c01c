"""What happens in a worker: some runs one after the other, each written as soon as it is done.

A worker on another machine that does not see the folder hands the bytes back, and the parent writes them.
"""

from __future__ import annotations

import functools
import json
import os
import pickle
import re
import resource
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from capacity.errors import InputError
from scenarios.batches.store import parts
from scenarios.batches.store.folder import ABOUT
from scenarios.batches.store.parts import DONE, FAILED, Part
from scenarios.batches.work.processes import look_for_garbage
from scenarios.definition.scenario import Scenario
from scenarios.loading.own_files import OwnSource, in_own_code, in_words, load_own
from scenarios.runs.provenance import code_hash, numeric_versions
from scenarios.text import files

if TYPE_CHECKING:
    from scenarios.batches.plan.study import Run
    from scenarios.batches.work.work import Work

#: Longest error in the index [characters], and longest traceback.
ERROR_LENGTH: Final = 1_000
TRACEBACK_LENGTH: Final = 20_000


@dataclass(frozen=True)
class Order:
    """What all tasks of a batch have in common.

    Attributes:
        folder: the batch's folder, as the parent knows it.
        batch: the batch's own identity, to see whether a worker sees the same folder.
        code: hash of the code that must run.
        versions: of the libraries that must be there.
        work: what is done, pickled.
        days: length [days]; None for each scenario's own.
        users: simulated users.
        keep: frames to keep.
        own_files: files of one's own, to be imported before anything is run.
    """

    folder: str
    batch: str
    code: str
    versions: tuple[tuple[str, str], ...]
    work: bytes
    days: float | None
    users: int
    keep: tuple[str, ...]
    own_files: tuple[OwnSource, ...] = ()


@dataclass(frozen=True)
class Task:
    """Some runs.

    Attributes:
        order: what all tasks have in common.
        scenarios: what the runs' cases start from, pickled, by key.
        runs: what is run.
        seconds: what has not begun by then is handed back [s].
    """

    order: Order
    scenarios: Mapping[str, bytes]
    runs: tuple[Run, ...]
    seconds: float


@dataclass(frozen=True)
class Report:
    """How a run went; ``data`` is its part, where the worker could not see the folder."""

    run: int
    status: str
    seconds: float
    data: bytes | None = None


def perform(task: Task) -> list[Report]:
    """Do a task's runs. An InputError is for the whole batch: wrong code, or a folder that cannot be written."""
    order = task.order
    work = _work(order.work)  # before the clock starts: it imports the market
    look_for_garbage()
    for own in order.own_files:
        load_own(own)
    _check_same(order.code, order.versions)
    folder, shared = Path(order.folder), _is_shared(order.folder, order.batch)
    begin = time.perf_counter()
    made: list[Report] = []
    for run in task.runs:
        if made and time.perf_counter() - begin > task.seconds:
            break
        part = _one(order, work, task.scenarios[run.case.key], run)
        data = part.encoded()
        if shared:
            write(folder, run.number, data)
        made.append(Report(run.number, part.status, part.timing["wall_s"], None if shared else data))
    return made


def write(folder: Path, run: int, data: bytes) -> None:
    """Write a part, or stop the batch."""
    try:
        files.write_whole(parts.path_of(folder, run), data)
    except OSError as error:
        raise InputError(f"run {run} cannot be written into '{folder}': {files.reason(error)}") from error


def failed(run: Run, digest: str, error: str, trace: str = "", timing: Mapping[str, Any] | None = None) -> Part:
    """A run that did not work."""
    return Part(run.number, FAILED, digest, error, trace, timing=timing or {"wall_s": None})


def _one(order: Order, work: Work, pickled: bytes, run: Run) -> Part:
    begin = time.perf_counter()
    _forget_peak()
    digest = ""
    try:
        scenario, digest = _resolved(pickled, run.case.label, pickle.dumps(dict(run.case.changes)))
        result = work(scenario, run.seed, order.days, order.users, order.keep)
        frames = {name: parts.packed(result.frames[name]) for name in order.keep}
        summary = {name: float(value) for name, value in result.summary.items()}
    except BaseException as error:  # whatever it is, it is this run's own
        text = in_own_code(error) or in_words(error)
        trace = "".join(traceback.format_exception(error))
        return failed(
            run,
            digest,
            _same_everywhere(text)[:ERROR_LENGTH],
            _same_everywhere(trace)[-TRACEBACK_LENGTH:],
            _timing(begin),
        )
    return Part(run.number, DONE, digest, summary=summary, timing=_timing(begin), frames=frames)


def _same_everywhere(text: str) -> str:
    """Addresses of objects differ from process to process; the tables must not."""
    return re.sub(r"\b0x[0-9a-f]{6,}\b", "0x...", text)


@functools.lru_cache(maxsize=256)
def _resolved(pickled: bytes, label: str, changes: bytes) -> tuple[Scenario, str]:
    base: Scenario = pickle.loads(pickled)
    paths = pickle.loads(changes)
    scenario = base.with_changes(paths, f"case '{label}'") if paths else base
    return scenario, scenario.digest


@functools.lru_cache(maxsize=4)
def _work(pickled: bytes) -> Work:
    try:
        made: Work = pickle.loads(pickled)
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        here = socket.gethostname()
        raise InputError(
            f"the worker on '{here}' cannot load the work ({error}): it must be able to import it"
        ) from error
    return made


@functools.lru_cache(maxsize=4)
def _check_same(code: str, versions: tuple[tuple[str, str], ...]) -> None:
    """Stop the batch if a worker would run something else than the parent said: its tables would be a mixture."""
    here = socket.gethostname()
    found = code_hash()
    if found != code:
        raise InputError(f"the worker on '{here}' has other code ({found}) than the batch was begun with ({code})")
    mine = dict(numeric_versions())
    for name, version in versions:
        if mine.get(name) != version:
            raise InputError(f"the worker on '{here}' has {name} {mine.get(name)}, but the batch needs {version}")


def _is_shared(folder: str, batch: str) -> bool:
    try:
        made = json.loads((Path(folder) / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(made, dict) and made.get("id") == batch


# -------------------------------------------------------------------- what it took


def _timing(begin: float) -> dict[str, Any]:
    return {
        "wall_s": round(time.perf_counter() - begin, 6),
        "peak_mb": _peak_mb(),
        "worker": f"{socket.gethostname()}:{os.getpid()}",
        "versions": _versions(),
    }


@functools.cache
def _versions() -> str:
    return ", ".join(f"{name} {version}" for name, version in numeric_versions())


def _forget_peak() -> None:
    """Linux can start counting anew; elsewhere the peak is that of the process so far."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:", 1)[1].split(None, 1)[0]) / 1024.0
    except (OSError, IndexError, ValueError):
        scale = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
