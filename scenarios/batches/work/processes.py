"""Processes on this machine as an Executor that outlives its workers.

Each worker is a ``ProcessPoolExecutor`` of one: when it is killed, only its own task is lost, and which one is known.
A new worker takes its place with the next task. Workers end with their parent, however that ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

from scenarios.text.threads import SINGLE_THREADED


class Processes(Executor):
    """So many workers, each replaced when it dies."""

    def __init__(self, workers: int, *, hide_main: bool = True) -> None:
        """Workers are started when there is something to do.

        Args:
            workers: how many.
            hide_main: do not let workers import the caller's script, so that it needs no
                ``if __name__ == "__main__"``; they must if a function of it is sent to them.
        """
        self._lanes = [_Lane(hide_main) for _ in range(workers)]
        self._closed = False

    @property
    def workers(self) -> int:
        """How many."""
        return len(self._lanes)

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Give a task to the worker with the least to do."""
        if self._closed:
            raise RuntimeError("cannot submit after shutdown")
        return min(self._lanes, key=lambda lane: lane.load).submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let workers finish what they have begun, and end them."""
        self._closed = True
        for lane in self._lanes:
            lane.end(wait=wait, cancel=cancel_futures)

    def kill(self) -> None:
        """End the workers at once; what they had begun is lost."""
        self._closed = True
        for lane in self._lanes:
            lane.kill()
        for lane in self._lanes:
            lane.end(wait=True, cancel=True)


class _Lane:
    """One worker, or none yet."""

    def __init__(self, hide_main: bool) -> None:
        self._hide_main = hide_main
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._futures: list[Future[Any]] = []

    @property
    def load(self) -> int:
        self._futures = [future for future in self._futures if not future.done()]
        return len(self._futures)

    def submit[T](self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        try:
            future = self._submit(fn, *args, **kwargs)
        except BrokenExecutor:  # its worker died: a new one
            self.kill()
            self.end(wait=True, cancel=True)
            future = self._submit(fn, *args, **kwargs)
        self._futures.append(future)
        return future

    def _submit[T](self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        with starting(self._hide_main):
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                reader, self._lifeline = context.Pipe(duplex=False)
                self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(reader,))
            return self._pool.submit(fn, *args, **kwargs)

    def kill(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None

    def end(self, *, wait: bool, cancel: bool) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=cancel)
            self._pool = None
        self.kill() if wait else None


def _begin(lifeline: Connection) -> None:
    """In a new worker: end as soon as the parent lets go of the lifeline, or is gone itself; Ctrl-C is its affair.

    Garbage is not looked for until its work is imported (``look_for_garbage``): there is none, and it takes a tenth of
    the start.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()

    def watch() -> None:
        try:
            lifeline.recv_bytes()
        except (EOFError, OSError):
            os._exit(1)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()


def look_for_garbage() -> None:
    """In a worker, once its work is imported: what is there stays, and from now on garbage is looked for.

    Whatever a worker is given to do calls it first: a market that was run is garbage in circles, of some hundred MB.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def starting(hide_main: bool) -> Iterator[None]:
    """Start processes with one thread each, deaf to Ctrl-C (the parent ends them), and without the caller's script."""
    before = {name: os.environ.get(name) for name in SINGLE_THREADED}
    main = sys.modules["__main__"]
    resource_tracker.ensure_running()  # or it would be started below, and lift the mask
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        os.environ.update(dict.fromkeys(SINGLE_THREADED, "1"))
        if hide_main:
            sys.modules["__main__"] = ModuleType("__main__")
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
