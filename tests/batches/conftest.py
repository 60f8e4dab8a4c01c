"""A finished batch to look at, and a copy of it to spoil."""

import shutil

import pytest
from cheap_work import a_study
from in_line import run


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
