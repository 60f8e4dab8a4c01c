"""Engines by name: processes on this machine, a Dask cluster, or any Executor that is handed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Final

from capacity.errors import InputError, nearest, require_whole
from scenarios.batches.optional import optional
from scenarios.batches.work.engine import Engine
from scenarios.batches.work.processes import Processes, starting

ENGINES: Final = {
    "processes": "worker processes on this machine",
    "dask": "a Dask cluster: --address of its scheduler, or one started here to try",
}
MOST_WORKERS: Final = 1_024
#: How long a scheduler may take to answer [s].
PATIENCE: Final = 15
#: How often the size of a cluster is asked for [s].
REFRESH: Final = 5.0


def check(engine: str | Executor, workers: int, address: str | None) -> None:
    """Say what is wrong before anything runs."""
    require_whole("--workers", workers, at_least=1, at_most=MOST_WORKERS)
    if isinstance(engine, Executor) or engine in ENGINES:
        if address is not None and engine != "dask":
            raise InputError(f"--address is '{address}', but only --engine dask has one")
        if engine == "dask":
            _distributed()
        return
    known = "; ".join(f"{name} ({what})" for name, what in ENGINES.items())
    raise InputError(f"--engine is '{engine}'{nearest(str(engine), ENGINES)}, but must be one of {known}")


def reach(engine: str | Executor, address: str | None) -> None:
    """Say so if a cluster does not answer, before anything is written."""
    if engine == "dask" and address is not None:
        _client(_distributed(), address).close()


@contextmanager
def engine(
    which: str | Executor, workers: int, address: str | None = None, *, hide_main: bool = True
) -> Iterator[Engine]:
    """An engine; what was started for it ends with it, at once if something goes wrong."""
    check(which, workers, address)
    if isinstance(which, Executor):
        yield Engine(which, lambda: workers)
    elif which == "dask":
        yield from _dask(workers, address, hide_main)
    else:
        yield from _processes(workers, hide_main)


def _processes(workers: int, hide_main: bool) -> Iterator[Engine]:
    executor = Processes(workers, hide_main=hide_main)
    try:
        yield Engine(executor, lambda: workers, ahead=1)
        executor.shutdown()
    except BaseException:
        executor.kill()
        raise


def _distributed() -> Any:
    return optional("distributed", "--engine dask needs Dask: pip install 'tokenmarket[cluster]'")


def _dask(workers: int, address: str | None, hide_main: bool) -> Iterator[Engine]:
    distributed = _distributed()
    cluster = None
    try:
        if address is None:
            with starting(hide_main):
                cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
                )
        client = _client(distributed, cluster or address)
        try:
            yield Engine(client.get_executor(), _threads(client))
        except distributed.comm.CommClosedError as error:
            raise InputError("the Dask scheduler is gone") from error
        finally:
            client.close()
    finally:
        if cluster is not None:
            cluster.close()


def _client(distributed: Any, target: Any) -> Any:
    try:
        return distributed.Client(target, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"no Dask scheduler answers at '{target}': {' '.join(str(error).split())[:200]}") from error


def _threads(client: Any) -> Callable[[], int]:
    """How many tasks the cluster does at a time; workers come and go."""
    asked, count = -REFRESH, 0

    def slots() -> int:
        nonlocal asked, count
        if time.monotonic() - asked >= REFRESH:
            asked, count = time.monotonic(), sum(client.nthreads().values())
        return count

    return slots
