"""Kill batches at chosen points again and again, and resume them, until so many kills are done.

A point lies before or after a file operation (a part or a table takes its place, is removed, is flushed) of whatever
process of the batch. At which point, and whether the parent or one of its workers is killed there, is drawn from the
seed, so that a slow machine sees the same kills as a quick one. Whoever comes to the point kills: itself between two
operations, or another wherever that happens to be.

A process of its own, with one thread: it imports once and forks each parent of a batch, so that a kill costs little.
Each parent has two forked workers. Prints a line of JSON: how many kills hit whom, and which batches were finished.
Run: python kill_chain.py FOLDER KILLS SEED
"""

import contextlib
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import cheap_work
from family import children

from capacity.errors import InputError
from scenarios.batches import run_batch
from scenarios.runs import provenance


@dataclass(frozen=True)
class Kill:
    """Who is to be killed, and when.

    Attributes:
        notes: a file of one byte for each point that was passed, by whichever process; beside it, who was killed.
        point: at the how manieth; None for never.
        whom: "parent" or "worker"; the parent where no worker was born yet.
        which: the how manieth worker, counted round.
    """

    notes: Path
    point: int | None = None
    whom: str = "parent"
    which: int = 0

    @property
    def passed(self):
        """How many points were passed."""
        return self.notes.stat().st_size

    @property
    def hit(self):
        """Who was killed; None where the point was not reached."""
        found = self.notes.with_suffix(".hit")
        return found.read_text() if found.exists() else None

    def pass_by(self, parent):
        """A point: note it without a lock, which who is killed could hold, and kill if it is the one."""
        handle = os.open(self.notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, b".")
        size = os.fstat(handle).st_size
        os.close(handle)
        if self.point is not None and size >= self.point:
            with contextlib.suppress(FileExistsError):
                self._strike(parent, os.open(self.notes.with_suffix(".hit"), os.O_WRONLY | os.O_CREAT | os.O_EXCL))

    def _strike(self, parent, handle):
        workers = children(parent) if self.whom == "worker" else []
        os.write(handle, b"worker" if workers else b"parent")
        os.kill(workers[self.which % len(workers)] if workers else parent, signal.SIGKILL)

    def watch(self):
        """Put a point before and after every file operation of this process and of those that it will fork."""
        parent = os.getpid()

        def watched(operation):
            @wraps(operation)
            def done(*args, **kwargs):
                self.pass_by(parent)
                made = operation(*args, **kwargs)
                self.pass_by(parent)
                return made

            return done

        for name in ("replace", "rename", "unlink", "mkdir"):
            setattr(Path, name, watched(getattr(Path, name)))
        os.fsync = watched(os.fsync)


def live(folder, study):
    """One life of a parent: begin or go on."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        run_batch(study, folder, engine=pool, workers=2, work=cheap_work.draw, resume=True, quiet=True)


def born(folder, study, kill):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()
        sys.stderr = open(folder.with_suffix(".log"), "a")  # noqa: SIM115, PTH123
        kill.watch()
        live(folder, study)
        status = 0
    except InputError as error:
        # A worker is dead, and this executor makes no new one; or an orphan, just forked, still has the lock.
        sys.stderr.write(f"{error}\n")
        status = 3 if "executor" in str(error) or "is being run by" in str(error) else 1
    finally:
        sys.stderr.flush()
        os._exit(status)


def end_of(pid):
    """How a parent ends.

    The executor of this file shares one queue: if a worker dies with the queue's lock in its hand, the other one and
    the executor wait for ever (CPython). Then the parent is killed as well. The batch's own processes share nothing.
    """
    for _ in range(2000):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def main(folder, kills, seed):
    random.seed(seed)
    warnings.simplefilter("ignore")  # forks with Arrow's threads about
    provenance.code()
    provenance.numeric_versions()
    study = cheap_work.a_study(3, 6)
    whole = Kill(folder / "life-0")
    end_of(born(folder / "batch-0", study, whole))
    hits, statuses, finished, lives = {"parent": 0, "worker": 0}, [], [str(folder / "batch-0")], 0
    while sum(hits.values()) < kills:
        lives += 1
        point, whom, which = random.randint(1, whole.passed), random.choice(sorted(hits)), random.randrange(2)
        kill = Kill(folder / f"life-{lives}", point, whom, which)
        batch = folder / f"batch-{len(finished)}"
        pid = born(batch, study, kill)
        status = end_of(pid)
        if kill.hit == "parent":
            time.sleep(random.uniform(0.0, 0.02))  # its workers live on for a moment
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if kill.hit:
            hits[kill.hit] += 1
        statuses.append(os.waitstatus_to_exitcode(status))
        if statuses[-1] == 0:
            finished.append(str(batch))
    batch = folder / f"batch-{len(finished)}"
    live(batch, study)
    report = {"hits": hits, "finished": [*finished, str(batch)], "lives": lives, "points": whole.passed}
    sys.stdout.write(json.dumps(report | {"statuses": sorted(set(statuses))}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
