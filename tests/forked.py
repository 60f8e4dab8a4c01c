"""Processes of the app that begin in no time: forks of one that has imported all (see ``quick_processes``)."""

import contextlib
import multiprocessing
import os
import subprocess
import sys
from multiprocessing.connection import Connection
from types import ModuleType, SimpleNamespace

import pytest

from scenarios.app import live
from scenarios.app.worker import main


def become(words, orders, reports):
    """In the fork: the process that was asked for, with its stdin and stdout."""
    os.setsid()
    os.dup2(orders.fileno(), 0)
    os.dup2(reports.fileno(), 1)
    orders.close()
    reports.close()
    sys.stdin = os.fdopen(0, encoding="utf-8")  # in place of the one that such a process is given, which is empty
    main(*words)


class Forked:
    """What the app does with a ``subprocess.Popen``, of a fork."""

    def __init__(self, command, **means):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            ["forked", "scenarios.app.worker", "scenarios.runs.run", "pandas", "pyarrow.parquet"]
        )
        (asked, orders), (reports, said) = os.pipe(), os.pipe()
        ends = Connection(asked, writable=False), Connection(said, readable=False)
        self.process = context.Process(target=become, args=(command[3:], *ends), daemon=True)
        page, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")  # or a fork would draw it, too
        try:
            self.process.start()
        finally:
            sys.modules["__main__"] = page
        for end in ends:
            end.close()
        self.stdin = os.fdopen(orders, "w", encoding="utf-8")
        self.stdout = os.fdopen(reports, encoding="utf-8")
        self.pid, self.kill = self.process.pid, self.process.kill

    def poll(self):
        return self.process.exitcode

    def wait(self, timeout=None):
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired("a fork", timeout)
        return self.process.exitcode


@pytest.fixture(scope="module")
def quick_processes():
    """The app's processes as forks: each new interpreter would take two seconds to import the model.

    They take orders, report, stop and are killed as those do; that a new interpreter begins is tested in the browser.
    """
    with pytest.MonkeyPatch.context() as patch:
        means = {name: getattr(subprocess, name) for name in ("PIPE", "TimeoutExpired")}
        patch.setattr(live, "subprocess", SimpleNamespace(Popen=Forked, **means))
        yield
    for one in live.all_markets():
        with contextlib.suppress(OSError):
            one.put_away()
