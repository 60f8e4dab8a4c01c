"""Damaged files, full disks, and folders that must be refused: what is lost is named, and nothing else is."""

import errno
import json
import multiprocessing
import os
import subprocess
import sys
import time
import warnings

import cheap_work
import numpy as np
import pandas as pd
import pytest
from cheap_work import a_study, leftovers, tables_of
from family import until
from in_line import InLine, half_done, resume, run

from capacity.errors import InputError
from scenarios.batches import open_batch, resume_batch, run_batch
from scenarios.batches.store import parts
from scenarios.batches.store.folder import owned
from scenarios.pictures import batch_dashboard
from scenarios.text import files

# -------------------------------------------------------------------- damage


def flip(path, where=0.5):
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("how", ["flip", "cut", "empty", "remove"])
@pytest.mark.parametrize(
    ("name", "lost", "again"),
    [
        ("frames/ticks/runs-000100-000199.parquet", "runs 100-199", 100),
        ("frames/offers/runs-000200-000299.parquet", "runs 200-209", 10),
        ("summaries.parquet", "runs 0-209", 210),
        ("runs.parquet", "no run is lost", 0),
        ("timing.parquet", "only times are lost", 0),
    ],
)
def test_a_damaged_table_is_named_and_just_what_is_lost_is_done_again(copy, finished, capfd, name, lost, again, how):
    path = copy / name
    if how == "flip":
        flip(path)
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    executor = Counting()
    resume_batch(copy, engine=executor, work=cheap_work.draw)
    assert executor.runs == again
    assert f"damaged: {name} ({lost})" in capfd.readouterr().err
    assert tables_of(copy) == tables_of(finished)


@pytest.mark.parametrize("name", ["frames/ticks/runs-000100-000199.parquet", "summaries.parquet"])
def test_nobody_is_given_a_part_of_the_runs_for_all(copy, name):
    """A table of half of the runs looks like one of all of them: what is damaged is named in its place."""
    (copy / name).unlink()
    batch = open_batch(copy)
    with pytest.raises(InputError, match=rf"is damaged: .*{name}.*--resume"):
        _ = batch.summaries
    with pytest.raises(InputError, match=rf"is damaged: .*{name}.*--resume"):
        batch_dashboard.draw(batch, copy / "page.png")
    assert not (copy / "page.png").exists()


class Counting(InLine):
    """Counts runs."""

    runs = 0

    def submit(self, fn, /, *args, **kwargs):
        self.runs += len(args[0].runs)
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_a_flipped_byte_is_never_read_as_a_result(copy, where):
    flip(copy / "frames/ticks/runs-000000-000099.parquet", where)
    with pytest.raises(InputError, match=r"runs-000000-000099|--resume"):
        open_batch(copy).frame("ticks")
    flip(copy / "summaries.parquet", where)
    with pytest.raises(InputError, match=r"summaries\.parquet.*--resume"):
        _ = open_batch(copy).summaries


def places(data, word):
    """Where a word begins."""
    return [at for at in range(len(data)) if data.startswith(word, at)]


@pytest.mark.parametrize("name", ["runs", "summaries", "timing", "frames/ticks/runs-000100-000199"])
def test_a_column_renamed_by_one_flipped_bit_is_found(copy, name):
    """Page checksums do not cover the names of columns: the whole file's does."""
    path = copy / f"{name}.parquet"
    written = path.read_bytes()
    for column in pd.read_parquet(path).columns:
        for at in places(written, column.encode()):
            data = bytearray(written)
            data[at] ^= 1
            path.write_bytes(data)
            with pytest.raises(InputError, match=rf"is damaged.*{path.name}"):
                everything(open_batch(copy))
    path.write_bytes(written)
    everything(open_batch(copy))


def everything(batch):
    return batch.runs, batch.summaries, batch.frame("ticks")


def test_what_a_flipped_bit_renamed_is_done_again(copy, finished, capfd):
    """Not kept under its new name."""
    path = copy / "summaries.parquet"
    data = bytearray(path.read_bytes())
    data[places(data, b"mean")[-1]] ^= 1
    path.write_bytes(data)
    resume_batch(copy, engine=InLine(), work=cheap_work.draw)
    assert "damaged: summaries.parquet (runs 0-209)" in capfd.readouterr().err
    assert tables_of(copy) == tables_of(finished)


@pytest.mark.parametrize("where", [0.0, 0.2, 0.6, 0.99])
def test_a_damaged_part_is_named_and_done_again(tmp_path, monkeypatch, capfd, where):
    monkeypatch.setattr("scenarios.batches.work.engine.MOST_RUNS", 1)
    half_done(tmp_path / "b")
    flip(parts.path_of(tmp_path / "b", 1), where)
    batch = open_batch(tmp_path / "b")
    with pytest.raises(InputError, match=r"run.000001|run 1"):
        batch.frame("ticks", [1])
    resume_batch(tmp_path / "b", engine=InLine(), work=cheap_work.raises)
    assert "parts/run-000001.part (run 1)" in capfd.readouterr().err
    run(a_study(), tmp_path / "c", cheap_work.raises)
    assert tables_of(tmp_path / "b") == tables_of(tmp_path / "c")


def test_a_lost_manifest_is_made_again_from_what_can_be_read(copy, finished):
    (copy / "tables.json").unlink()
    flip(copy / "frames/ticks/runs-000200-000299.parquet")
    executor = Counting()
    resume_batch(copy, engine=executor, work=cheap_work.draw, quiet=True)
    assert executor.runs == 10
    assert tables_of(copy) == tables_of(finished)


def test_a_manifest_without_what_it_should_say_is_no_manifest(copy, finished):
    said = json.loads((copy / "tables.json").read_text())
    said["files"] |= {name: {"byts": 3} for name in said["files"] if name.startswith("frames/")}
    (copy / "tables.json").write_text(json.dumps(said))
    with pytest.raises(InputError, match="is damaged"):
        _ = open_batch(copy).summaries
    resume_batch(copy, engine=InLine(), work=cheap_work.draw, quiet=True)
    assert tables_of(copy) == tables_of(finished)


def test_damaged_papers_are_named(copy):
    (copy / "batch.json").write_text("{")
    with pytest.raises(InputError, match=r"batch\.json' is damaged"):
        open_batch(copy)


# -------------------------------------------------------------------- refusals


def test_a_folder_that_is_there_is_refused_with_the_way_on(copy, tmp_path):
    with pytest.raises(InputError, match=r"exists already: `tokenmarket batch --resume .*--force-new"):
        run(a_study(), copy)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty and holds no batch"):
        run(a_study(), tmp_path / "other")
    assert run(a_study(), copy, force_new=True).folder.name == "batch-2"
    assert run(a_study(), copy, force_new=True).folder.name == "batch-3"


def test_other_code_libraries_study_or_work_are_refused_with_what_changed(copy, monkeypatch):
    about = json.loads((copy / "batch.json").read_text())
    for change, words in {
        ("code", "hash", "0123"): "the code is not what it was",
        ("versions", "numpy", "1.0"): f"numpy was 1.0 and is {np.__version__}",
    }.items():
        section, key, value = change
        (copy / "batch.json").write_text(json.dumps(about | {section: about[section] | {key: value}}))
        with pytest.raises(InputError, match=f"begun with something else: {words}.*--force-new"):
            resume(copy)
    (copy / "batch.json").write_text(json.dumps(about))
    with pytest.raises(InputError, match="the work was cheap_work:draw and is cheap_work:empty"):
        resume(copy, cheap_work.empty)
    with pytest.raises(InputError, match=r"another study: users was 10 and is 20; --force-new"):
        run(a_study(3, 70, users=20), copy, resume=True)
    toml = next((copy / "study").glob("scenario-*.toml"))
    toml.write_text(toml.read_text().replace("growth = ", "growth = 1", 1))
    with pytest.raises(InputError, match="not the one that the batch was begun with"):
        resume(copy)


def test_run_batch_with_resume_begins_or_goes_on(tmp_path):
    run(a_study(), tmp_path / "b", resume=True)
    assert run(a_study(), tmp_path / "b", resume=True).state.count("done") == 12


def test_two_batches_on_one_folder_refuse_each_other_until_the_first_is_dead(copy):
    """The lock is the system's: it goes with the process, even with one that is killed."""
    text = f"""
import sys, time
from pathlib import Path
from scenarios.batches.store.folder import owned
with owned(Path({str(copy)!r})):
    print("mine", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"mine\n"
        with pytest.raises(InputError, match=f"is being run by process {other.pid} on "):
            resume(copy)
        other.kill()
        other.wait()
    resume(copy)


def is_free(folder):
    try:
        with owned(folder):
            return True
    except InputError:
        return False


def test_the_lock_does_not_live_on_in_a_forked_worker(copy):
    """A worker of the user's own pool may outlive its parent; the folder must be free then."""
    with owned(copy):
        begun = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork with threads about
            begun.start()
    try:
        until(lambda: is_free(copy), 10.0)
        assert begun.is_alive()
    finally:
        begun.kill()
        begun.join()


def test_work_that_cannot_be_sent_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="use a function of a module"):
        run(a_study(), tmp_path / "b", lambda *_: None)
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- a full disk


def test_a_full_disk_stops_cleanly_and_resume_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.batches.work.engine.MOST_RUNS", 1)
    whole, written = files.write_whole, []

    def full(path, data):
        if path.suffix == ".part" and len(written) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        whole(path, data)

    monkeypatch.setattr(files, "write_whole", full)
    with pytest.raises(InputError, match=r"run 5 cannot be written .* No space left on device; finished runs are kept"):
        run_batch(a_study(), tmp_path / "b", engine=InLine(), workers=1, work=cheap_work.draw, quiet=True)
    assert open_batch(tmp_path / "b").state.count("done") == 5
    monkeypatch.setattr(files, "write_whole", whole)
    resume(tmp_path / "b")
    run(a_study(), tmp_path / "c")
    assert tables_of(tmp_path / "b") == tables_of(tmp_path / "c")


def test_a_real_limit_of_the_system_leaves_no_half_of_anything(tmp_path):
    """RLIMIT_FSIZE makes the system itself refuse a write in the midst of a table."""
    folder = tmp_path / "b"
    text = f"""
import resource, signal, sys
sys.path.insert(0, {os.path.dirname(os.path.dirname(__file__))!r})
import cheap_work
from in_line import InLine, half_done, resume, run
from scenarios.batches import run_batch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
study = cheap_work.a_study(3, 70)
import scenarios.batches.work.running as running
whole = running.compact
def limited(*args):
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
    whole(*args)
running.compact = limited
run_batch(study, {str(folder)!r}, engine=InLine(), work=cheap_work.draw, quiet=True)
"""  # noqa: PTH120
    ended = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "cannot be written: File too large; all finished runs are kept" in ended.stderr
    assert open_batch(folder).state.count("done") == 210
    assert tables_of(folder) == {}
    assert [name for name in leftovers(folder) if ".tmp-" in name] == []
