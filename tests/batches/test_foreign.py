"""Locks that a file system has not, locks that vanish, files of other people, full disks, and the umask."""

import errno
import fcntl
import os

import cheap_work
import pandas as pd
import pytest
from cheap_work import a_study
from in_line import resume, run
from matplotlib import pyplot as plt

from capacity.errors import InputError
from scenarios.batches.store.folder import owned
from scenarios.cli.compare import _write
from scenarios.pictures.style import save


@pytest.fixture
def folder(tmp_path):
    run(a_study(), tmp_path / "b", cheap_work.draw)
    return tmp_path / "b"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS, errno.EIO])
def test_a_file_system_without_locks_is_said_to_have_none(folder, monkeypatch, number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with owned(folder):
        assert f"process {os.getpid()}" in (folder / "owner").read_text()
        with pytest.raises(InputError, match="its file system has no locks") as caught, owned(folder):
            pass
        assert os.strerror(number) in str(caught.value)
        assert "remove" in str(caught.value)
    assert not (folder / "owner").exists()
    resume(folder)


def test_another_owner_is_said_to_be_one(folder):
    with owned(folder), pytest.raises(InputError, match=f"is being run by process {os.getpid()} on"), owned(folder):
        pass


def test_a_lock_file_that_is_deleted_meanwhile_lets_nobody_in(folder):
    with owned(folder):
        (folder / "lock").unlink()
        with pytest.raises(InputError, match="is being run by another process"), owned(folder):
            pass


def test_files_of_others_are_kept(folder):
    mine = [
        folder / "frames" / "ticks" / "mine.parquet",
        folder / ".draft.tmp-old",
        folder / "frames" / ".notes.tmp-1",
        folder / "parts" / "run-999999.part",
        folder / "notes.md",
    ]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    ours = folder / ".runs.parquet.tmp-4"
    ours.write_text("begun")
    (folder / "summaries.parquet").unlink()  # so that there is something to do
    resume(folder)
    assert [path for path in mine if not path.exists()] == []
    assert not ours.exists()


def test_the_umask_is_respected(tmp_path):
    before = os.umask(0o077)
    try:
        run(a_study(), tmp_path / "b", cheap_work.draw)
    finally:
        os.umask(before)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700


def test_a_full_disk_leaves_no_empty_picture_and_no_empty_table(tmp_path):
    """/dev/full lets a file be opened, and refuses what is written; as do disks."""
    figure, _ = plt.subplots()
    for path in (tmp_path / "one.png", tmp_path / "two.csv"):
        (tmp_path / f".{path.name}.tmp-{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(InputError, match="No space left"):
        save(figure, tmp_path / "one.png")
    with pytest.raises(InputError, match="No space left"):
        _write(pd.DataFrame({"a": [1]}), tmp_path / "two.csv")
    plt.close(figure)
    assert list(tmp_path.iterdir()) == []
