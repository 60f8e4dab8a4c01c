"""Kill batches at random points again and again, and resume them, until so many kills are done.

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
from pathlib import Path

import cheap_work

from capacity.errors import InputError
from scenarios.batches import run_batch
from scenarios.runs import provenance

#: Longest time before a kill [s] at most; otherwise it is as long as a batch takes that nobody kills.
LONGEST = 0.8


def live(folder, study):
    """One life of a parent: begin or go on."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        run_batch(study, folder, engine=pool, workers=2, work=cheap_work.draw, resume=True, quiet=True)


def born(folder, study):
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()
        sys.stderr = open(folder.with_suffix(".log"), "a")  # noqa: SIM115, PTH123
        live(folder, study)
        status = 0
    except InputError as error:
        # A worker is dead, and this executor makes no new one; or an orphan, just forked, still has the lock.
        sys.stderr.write(f"{error}\n")
        status = 3 if "executor" in str(error) or "is being run by" in str(error) else 1
    finally:
        sys.stderr.flush()
        os._exit(status)


def workers_of(pid):
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid):
    """Kill a parent, or one of its workers; a dead parent's workers live on for a moment."""
    victims = workers_of(pid) if random.random() < 0.5 else []
    if victims:
        os.kill(random.choice(victims), signal.SIGKILL)
        return "worker"
    os.kill(pid, signal.SIGKILL)
    time.sleep(random.uniform(0.0, 0.02))
    return "parent"


def end_of(pid):
    """How a parent ends after a kill.

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
    hits, statuses = {"parent": 0, "worker": 0}, []
    begin = time.monotonic()
    os.waitpid(born(folder / "batch-0", study), 0)
    longest = min(time.monotonic() - begin, LONGEST)
    finished, number = [str(folder / "batch-0")], 1
    while sum(hits.values()) < kills:
        batch = folder / f"batch-{number}"
        pid = born(batch, study)
        ends = time.monotonic() + random.uniform(0.0, longest)
        ended = 0
        while not ended and time.monotonic() < ends:
            ended, status = os.waitpid(pid, os.WNOHANG)
            time.sleep(0.002)
        if not ended:
            hits[kill(pid)] += 1
            status = end_of(pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        statuses.append(os.waitstatus_to_exitcode(status))
        if statuses[-1] == 0:
            finished.append(str(batch))
            number += 1
    live(folder / f"batch-{number}", study)
    finished.append(str(folder / f"batch-{number}"))
    report = {"hits": hits, "finished": finished, "statuses": sorted(set(statuses))}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
