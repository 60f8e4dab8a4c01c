"""Calls side by side in processes of their own, each result handed on as it comes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from itertools import islice
from typing import Any

from capacity.errors import InputError
from scenarios.batches.work.processes import Processes, look_for_garbage
from scenarios.loading.own_files import OwnSource, given, in_own_code, load_own


def with_own_files(own: tuple[OwnSource, ...], call: bytes) -> Any:
    """Make a call that was pickled, in a process that may not know the files of one's own yet.

    An error in one of them is said in a line here, where it can be told: no traceback is sent to another process.
    """
    for source in own:
        load_own(source)
    try:
        work = pickle.loads(call)  # which imports what it takes
        look_for_garbage()
        return work()
    except Exception as error:
        if said := in_own_code(error):
            raise InputError(said) from error
        raise


def side_by_side[Key, T](calls: Mapping[Key, Callable[[], T]], workers: int, keep: Callable[[Key, T], None]) -> None:
    """Make all calls, so many at once, and tell ``keep`` of each as soon as it is done.

    Workers end with this process, however that ends, and at once when it is interrupted. Calls and results are sent
    from process to process, and so are the files of one's own that this process knows.
    """
    todo = iter(calls.items())
    waiting: dict[Future[T], Key] = {}
    with Processes(min(workers, len(calls))) as pool:
        try:
            while True:
                for key, call in islice(todo, pool.workers - len(waiting)):
                    waiting[pool.submit(with_own_files, given(), pickle.dumps(call))] = key
                if not waiting:
                    return
                finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for one in finished:
                    keep(waiting.pop(one), one.result())
        except BrokenExecutor as error:
            pool.kill()
            raise InputError(
                "a worker process was ended from outside (out of memory?): what was done is kept; try fewer --workers"
            ) from error
        except BaseException:
            pool.kill()
            raise
