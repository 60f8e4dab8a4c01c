"""An executor that does its tasks at once, in this process: for tests of what is written.

A worker process takes seconds to import the model. That workers start, die and end is tested where it is the question
(tests/batches/test_kills.py, test_engines.py); a file that asks something else says ``pytestmark = WITHOUT_PROCESSES``.
"""

import multiprocessing
from concurrent.futures import Executor, Future

import cheap_work
import pytest

from capacity.errors import InputError
from scenarios.batches import open_batch, resume_batch, run_batch


class InLine(Executor):
    def __init__(self):
        self.tasks = 0

    def submit(self, fn, /, *args, **kwargs):
        self.tasks += 1
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class InPlaceOfProcesses(InLine):
    """What a command would start."""

    def __init__(self, workers, **means):
        super().__init__()

    def kill(self):
        pass


#: Commands of these tests do their batches in this process.
WITHOUT_PROCESSES = pytest.mark.usefixtures("without_processes")


@pytest.fixture
def without_processes(monkeypatch):
    """No worker processes; ``tests/conftest.py`` makes it known to all."""
    for user in ("engines", "pilot"):
        monkeypatch.setattr(f"scenarios.batches.work.{user}.Processes", InPlaceOfProcesses)


@pytest.fixture
def quick_workers(monkeypatch):
    """Workers that are forks of a process that has imported all, for tests in which many begin.

    Each new interpreter would take two seconds to import the model. They are as apart from each other as those, and die
    as they do; that new interpreters begin is tested beside (the tests of real workers, and of Python from anywhere).
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cheap_work", "scenarios.batches.work.worker", "scenarios.runs.run"])
    monkeypatch.setattr(multiprocessing, "get_context", lambda method=None: context)


def run(study, out, work=cheap_work.draw, **options):
    return run_batch(study, out, engine=InLine(), work=work, quiet=True, **options)


def resume(out, work=cheap_work.draw, **options):
    return resume_batch(out, engine=InLine(), work=work, quiet=True, **options)


def half_done(folder):
    """Seven of twelve runs, one of them failed, then an executor that takes no more."""

    class Breaks(InLine):
        def submit(self, fn, /, *args, **kwargs):
            if self.tasks == 7:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return super().submit(fn, *args, **kwargs)

    with pytest.raises(InputError, match=r"takes no more work: .* `tokenmarket batch --resume"):
        run_batch(cheap_work.a_study(), folder, engine=Breaks(), workers=1, work=cheap_work.raises, quiet=True)
    return open_batch(folder)
