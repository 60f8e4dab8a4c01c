"""Running a batch, from the first time or from where it was left.

from scenarios.batches import run_batch, study_of
study = study_of("off-peak:*", seeds=8, days=7, users=500)
batch = run_batch(study, "results/off-peak", workers=2)
batch.summaries.groupby("label")["price-peak-ratio"].mean()
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capacity.errors import InputError
from scenarios.batches.plan.study import Study
from scenarios.batches.store import parts
from scenarios.batches.store.batch import Batch, open_batch
from scenarios.batches.store.compaction import compact
from scenarios.batches.store.folder import beside, check_new, create, owned, resume_hint
from scenarios.batches.store.parts import DONE, FAILED, MISSING
from scenarios.batches.store.recall import check_same, check_same_study, read_about, read_study
from scenarios.batches.store.state import State, examine, examine_parts
from scenarios.batches.work import engines
from scenarios.batches.work.engine import Loop, Tally
from scenarios.batches.work.progress import Watch, watching
from scenarios.batches.work.simulation import simulate
from scenarios.batches.work.work import Work, name_of
from scenarios.batches.work.worker import Order
from scenarios.text.commands import given_command


@dataclass(frozen=True)
class Means:
    """What a batch is run with; none of it changes a number.

    Attributes:
        workers: worker processes; of an executor that is handed over, how many tasks it does at a time.
        engine: one of ``ENGINES``, or any Executor.
        address: of a Dask scheduler.
        work: what is done for a run.
        quiet: no progress.
        watch: told how far the batch is, in place of a bar.
    """

    workers: int
    engine: str | Executor = "processes"
    address: str | None = None
    work: Work = simulate
    quiet: bool = False
    watch: Watch | None = None

    def check(self) -> None:
        """Say what is wrong before anything is written."""
        engines.check(self.engine, self.workers, self.address)
        try:
            pickle.dumps(self.work)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise InputError(f"work cannot be sent to workers ({error}): use a function of a module") from error
        engines.reach(self.engine, self.address)


def run_batch(
    study: Study,
    out: str | Path,
    *,
    workers: int | None = None,
    engine: str | Executor = "processes",
    address: str | None = None,
    work: Work = simulate,
    resume: bool = False,
    force_new: bool = False,
    quiet: bool = False,
    watch: Watch | None = None,
    command: str = "",
) -> Batch:
    """Run a study into a folder.

    Args:
        study: what is run.
        out: the folder, which must be new.
        workers: worker processes; as many as there are cores if nothing is said.
        engine: "processes", "dask", or any ``concurrent.futures.Executor``.
        address: of a Dask scheduler; without one a cluster is started on this machine.
        work: what is done for a run.
        resume: go on if the folder is there already.
        force_new: write beside the folder if it is there already.
        quiet: no progress.
        watch: told now and then how far it is, in place of a bar.
        command: what to write into batch.json as the command.
    """
    means = Means(cores() if workers is None else workers, engine, address, work, quiet, watch)
    means.check()
    folder = beside(Path(out)) if force_new else Path(out)
    if resume and not force_new and folder.is_dir() and any(folder.iterdir()):
        about = read_about(folder)
        check_same_study(folder, read_study(folder, about), study)
        return _go_on(folder, means)
    check_new(folder)
    create(folder, study, name_of(work), command or given_command())
    return _go_on(folder, means)


def resume_batch(
    folder: str | Path,
    *,
    workers: int | None = None,
    engine: str | Executor = "processes",
    address: str | None = None,
    work: Work = simulate,
    quiet: bool = False,
    watch: Watch | None = None,
) -> Batch:
    """Do what is missing of a batch, what failed, and what is damaged; finished runs are kept."""
    means = Means(cores() if workers is None else workers, engine, address, work, quiet, watch)
    means.check()
    return _go_on(Path(folder), means)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _go_on(folder: Path, means: Means) -> Batch:
    about = read_about(folder)
    study = read_study(folder, about)
    check_same(folder, about, name_of(means.work))
    with owned(folder):
        state = examine(folder, study, thorough=True)
        _clear(state, means.quiet)
        if state.count(MISSING):
            _run(study, state, about, means)
            examine_parts(state, thorough=False)
        if not state.finished:
            compact(study, state, about["code"]["hash"])
    return open_batch(folder)


def _clear(state: State, quiet: bool) -> None:
    """What failed or is damaged counts as missing."""
    if state.damage and not quiet:
        sys.stderr.write(f"damaged: {'; '.join(state.damage)}\n")
    for run in state.runs(FAILED):
        state.set(run, MISSING, in_part=False)
        parts.path_of(state.folder, run).unlink(missing_ok=True)
    for run in state.damaged_parts:
        parts.path_of(state.folder, run).unlink(missing_ok=True)
    state.finished = state.finished and not state.count(MISSING)


def _run(study: Study, state: State, about: Mapping[str, Any], means: Means) -> None:
    order = Order(
        str(state.folder.resolve()),
        about["id"],
        about["code"]["hash"],
        tuple(about["versions"].items()),
        pickle.dumps(means.work),
        study.days,
        study.users,
        study.keep,
        study.own_files,
    )
    tally = Tally(state.total, done=state.count(DONE))
    hide_main = name_of(means.work).split(":")[0] != "__main__"
    try:
        with (
            watching(study.name, means.watch, quiet=means.quiet) as watch,
            engines.engine(means.engine, means.workers, means.address, hide_main=hide_main) as engine,
        ):
            Loop(study, order, engine, iter(state.runs(MISSING)), tally, watch).run()
    except InputError as error:
        raise InputError(f"{error}; finished runs are kept, {resume_hint(state.folder)}") from error
