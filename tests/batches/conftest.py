"""A finished batch to look at, and a copy of it to spoil."""

import multiprocessing
import shutil

import pytest
from cheap_work import a_study
from in_line import run


@pytest.fixture
def quick_workers(monkeypatch):
    """Workers that are forks of a process that has imported all, for tests in which many begin.

    Each new interpreter would take two seconds to import the model. They are as apart from each other as those, and die
    as they do; that new interpreters begin is tested beside (the tests of real workers, and of Python from anywhere).
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cheap_work", "scenarios.batches.work.worker", "scenarios.runs.run"])
    monkeypatch.setattr("scenarios.batches.work.processes.multiprocessing.get_context", lambda method: context)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A batch of several files: 3 cases, 70 seeds."""
    folder = tmp_path_factory.mktemp("finished") / "batch"
    run(a_study(3, 70), folder)
    return folder


@pytest.fixture
def copy(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "batch")
    return tmp_path / "batch"
