"""What a batch leaves on disk: readable by pandas, whole, and the same bytes whatever happened on the way."""

import errno
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import warnings

import cheap_work
import numpy as np
import pandas as pd
import pytest
from cheap_work import KEEP, a_study, leftovers, tables_of
from family import until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_line import InLine

from capacity.errors import InputError
from scenarios.batch import Study, open_batch, parts, provenance, resume_batch, run_batch, tables
from scenarios.batch.folder import create, owned
from scenarios.batch.parts import Part
from scenarios.batch.state import spans


def run(study, out, work=cheap_work.draw, **options):
    return run_batch(study, out, engine=InLine(), work=work, quiet=True, **options)


def resume(out, work=cheap_work.draw, **options):
    return resume_batch(out, engine=InLine(), work=work, quiet=True, **options)


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


# -------------------------------------------------------------------- what is there


def test_pandas_reads_every_table_in_one_line(finished):
    runs = pd.read_parquet(finished / "runs.parquet")
    assert runs["run"].tolist() == list(range(210))
    assert runs["seed"].tolist() == [seed for seed in range(1, 71) for _ in range(3)]
    assert set(runs["status"]) == {"done"}
    assert runs["supply.growth"].tolist()[:4] == [2.0, 3.0, 4.0, 2.0]
    assert runs["demand.casual.shape"].tolist()[:3] == ["chat", "code", "chat"]
    assert runs["supply.acquires"].tolist()[:2] == [None, True]
    summaries = pd.read_parquet(finished / "summaries.parquet")
    assert summaries.columns.tolist() == ["run", "mean", "hole"]
    assert summaries["hole"].isna().all()
    timing = pd.read_parquet(finished / "timing.parquet")
    assert (timing["wall_s"] > 0).all()
    assert (timing["peak_mb"] > 10).all()
    assert timing["versions"].str.contains(f"numpy {np.__version__}").all()
    ticks = pd.read_parquet(finished / "frames" / "ticks")
    assert ticks.columns.tolist() == ["run", "tick", "time", "price"]
    assert ticks["run"].is_monotonic_increasing
    assert len(list((finished / "frames/ticks").iterdir())) == 3


def test_every_run_is_what_its_work_gave(finished):
    study, batch = a_study(3, 70), open_batch(finished)
    summaries = batch.summaries.set_index("run")
    for number in (0, 1, 99, 100, 209):
        one = study.runs[number]
        expected = cheap_work.draw(study.scenario(one.case), one.seed, 1.0, 10, KEEP)
        assert summaries.loc[number, "mean"] == expected.summary["mean"]
        assert summaries.loc[number, "label"] == one.case.label
        for name, frame in expected.frames.items():
            found = batch.frame(name, [number]).drop(columns="run")
            pd.testing.assert_frame_equal(
                found.astype({"offer": str}) if name == "offers" else found,
                frame.astype({"offer": str}) if name == "offers" else frame,
                check_dtype=len(frame) > 0,
            )


def test_the_index_names_the_resolved_scenario_and_the_code(finished):
    study, runs = a_study(3, 70), open_batch(finished).runs
    assert runs["digest"].tolist()[:3] == [study.scenario(case).digest for case in study.cases]
    assert set(runs["code"]) == {provenance.code_hash()}


def test_all_frames_at_once_are_the_frames_of_each(finished):
    batch = open_batch(finished)
    whole = batch.frame("offers")
    some = batch.frame("offers", [205, 3, 101])
    assert some["run"].unique().tolist() == [3, 101, 205]
    assert some["offer"].tolist() == whole.loc[whole["run"].isin([3, 101, 205]), "offer"].tolist()
    with pytest.raises(InputError, match=r"no frame 'tick' \(did you mean 'ticks'\?\)"):
        batch.frame("tick")
    with pytest.raises(InputError, match=r"run 210 .* not one of 210"):
        batch.frame("ticks", [210])


def test_a_finished_batch_has_no_leftovers_and_resume_does_nothing(copy):
    before = tables_of(copy)
    executor = InLine()
    resume_batch(copy, engine=executor, work=cheap_work.draw, quiet=True)
    assert executor.tasks == 0
    assert tables_of(copy) == before
    assert leftovers(copy) == []


# -------------------------------------------------------------------- the same bytes


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), done=st.integers(0, 209), kept=st.booleans())
def test_any_subset_of_finished_runs_leads_to_the_same_bytes(finished, tmp_path_factory, seed, done, kept):
    """Parts written in any order by anyone; with or without an earlier compaction in which some runs failed."""
    rng, study = np.random.default_rng(seed), a_study(3, 70)
    folder = tmp_path_factory.mktemp("any") / "batch"
    unlucky = set(rng.choice(np.arange(1, 71), 4).tolist()) if kept else set()
    flag = folder.parent / "flag"
    work = Unlucky(flag, unlucky)
    if kept:
        run(study, folder, work)
    else:
        from scenarios.batch.work import name_of

        create(folder, study, name_of(work), "test")
        digests = {case.label: study.scenario(case).digest for case in study.cases}
        for number in rng.permutation(210)[:done]:
            one = study.runs[int(number)]
            made = cheap_work.draw(study.scenario(one.case), one.seed, 1.0, 10, KEEP)
            frames = {name: parts.packed(made.frames[name]) for name in KEEP}
            part = Part(one.number, "done", digests[one.case.label], summary=dict(made.summary), frames=frames)
            parts.write_whole(parts.path_of(folder, one.number), part.encoded())
    flag.touch()
    resume(folder, work)
    assert tables_of(folder) == tables_of(finished)


class Unlucky:
    """Raises for some seeds until a file is there."""

    def __init__(self, path, seeds):
        self.path, self.seeds = str(path), seeds

    def __call__(self, scenario, seed, days, users, keep):
        if seed in self.seeds and not os.path.exists(self.path):  # noqa: PTH110
            raise RuntimeError("not yet")
        return cheap_work.draw(scenario, seed, days, users, keep)


def test_a_run_is_never_cut_in_two_and_long_frames_make_several_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROWS_A_GROUP", 50)
    run(a_study(2, 20), tmp_path / "a")
    path = tmp_path / "a/frames/ticks/runs-000000-000099.parquet"
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    groups = [set(file.read_row_group(n)["run"].to_pylist()) for n in range(file.num_row_groups)]
    assert len(groups) > 5
    assert sum(len(group) for group in groups) == len(set().union(*groups))


# -------------------------------------------------------------------- runs that fail


def test_a_run_that_raises_is_a_row_and_the_others_go_on(tmp_path):
    batch = run(a_study(2, 4), tmp_path / "b", cheap_work.raises)
    runs = batch.runs
    failed = runs[runs["status"] == "failed"]
    assert failed["seed"].tolist() == [2, 2]
    assert failed["error"].tolist() == ["ValueError: no luck with <object object at 0x...>"] * 2
    assert failed["traceback"].str.contains("in raises").all()
    assert len(batch.summaries) == 6
    assert 2 not in set(batch.frame("ticks")["run"])
    with pytest.raises(InputError, match=r"run 2 of .* is failed"):
        batch.frame("ticks", [2])


def test_leaving_and_stopping_are_failures_of_the_run_alone(tmp_path):
    runs = run(a_study(1, 2, keep=()), tmp_path / "b", cheap_work.leaves).runs
    assert runs["error"].tolist() == ["SystemExit: 3", "KeyboardInterrupt"]


def test_a_frame_that_is_to_be_kept_but_was_not_made_is_a_failure(tmp_path):
    runs = run(a_study(1, 1), tmp_path / "b", cheap_work.lacks_a_frame).runs
    assert runs["error"].tolist() == ["KeyError: 'ticks'"]


def test_resume_tries_failed_runs_again_and_the_tables_are_as_if_they_had_not_failed(tmp_path):
    flag = tmp_path / "flag"
    work = cheap_work.MendedLater(flag)
    assert open_batch(run(a_study(), tmp_path / "b", work).folder).state.count("failed") == 3
    assert resume(tmp_path / "b", work).state.count("failed") == 3
    flag.touch()
    assert resume(tmp_path / "b", work).state.count("done") == 12
    run(a_study(), tmp_path / "c", work)
    assert tables_of(tmp_path / "b") == tables_of(tmp_path / "c")


# -------------------------------------------------------------------- while it runs, or was interrupted


def half_done(folder):
    """Seven of twelve runs, one of them failed, then an executor that takes no more."""

    class Breaks(InLine):
        def submit(self, fn, /, *args, **kwargs):
            if self.tasks == 7:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return super().submit(fn, *args, **kwargs)

    with pytest.raises(InputError, match=r"takes no more work: .* `tokenmarket batch --resume"):
        run_batch(a_study(), folder, engine=Breaks(), workers=1, work=cheap_work.raises, quiet=True)
    return open_batch(folder)


def test_what_is_finished_can_be_read_before_all_is(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.batch.engine.MOST_RUNS", 1)
    batch = half_done(tmp_path / "b")
    assert batch.state.count("missing") == 5
    assert batch.runs["status"].tolist() == ["done"] * 3 + ["failed"] * 3 + ["done"] + ["missing"] * 5
    assert batch.summaries["run"].tolist() == [0, 1, 2, 6]
    assert set(batch.frame("offers")["run"]) <= {0, 1, 2, 6}
    assert batch.frame("offers", [1])["run"].unique().tolist() == [1]
    whole = run(a_study(), tmp_path / "c", cheap_work.draw)
    expected = whole.summaries.set_index("run")
    pd.testing.assert_frame_equal(batch.summaries.set_index("run"), expected.loc[[0, 1, 2, 6]])
    assert repr(batch).endswith("4 done, 3 failed, 5 missing of 12 runs")


def test_a_batch_that_has_moved_on_since_it_was_opened_is_to_be_opened_again(tmp_path):
    before = half_done(tmp_path / "b")
    resume(tmp_path / "b", cheap_work.raises)
    with pytest.raises(InputError, match="if it still runs, open it again"):
        before.frame("ticks")
    assert set(open_batch(tmp_path / "b").frame("ticks")["run"]) > {1}


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


@pytest.mark.parametrize("where", [0.0, 0.2, 0.6, 0.99])
def test_a_damaged_part_is_named_and_done_again(tmp_path, monkeypatch, capfd, where):
    monkeypatch.setattr("scenarios.batch.engine.MOST_RUNS", 1)
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
from scenarios.batch.folder import owned
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
    monkeypatch.setattr("scenarios.batch.engine.MOST_RUNS", 1)
    whole, written = parts.write_whole, []

    def full(path, data):
        if path.suffix == ".part" and len(written) == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        whole(path, data)

    monkeypatch.setattr(parts, "write_whole", full)
    with pytest.raises(InputError, match=r"run 5 cannot be written .* No space left on device; finished runs are kept"):
        run_batch(a_study(), tmp_path / "b", engine=InLine(), workers=1, work=cheap_work.draw, quiet=True)
    assert open_batch(tmp_path / "b").state.count("done") == 5
    monkeypatch.setattr(parts, "write_whole", whole)
    resume(tmp_path / "b")
    run(a_study(), tmp_path / "c")
    assert tables_of(tmp_path / "b") == tables_of(tmp_path / "c")


def test_a_real_limit_of_the_system_leaves_no_half_of_anything(tmp_path):
    """RLIMIT_FSIZE makes the system itself refuse a write in the midst of a table."""
    folder = tmp_path / "b"
    text = f"""
import resource, signal, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
import cheap_work
from in_line import InLine
from scenarios.batch import run_batch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
study = cheap_work.a_study(3, 70)
import scenarios.batch.running as running
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


# -------------------------------------------------------------------- small things


def test_numbers_of_runs_in_few_words():
    assert spans([0, 1, 2, 5, 7, 8]) == "runs 0-2, 5, 7-8"
    assert spans([4]) == "run 4"
    assert spans(list(range(0, 40, 2))).endswith("14, ...")


def test_a_study_without_frames_has_none_on_disk(tmp_path):
    batch = run(a_study(keep=()), tmp_path / "b", cheap_work.empty)
    assert not (tmp_path / "b/frames").exists()
    with pytest.raises(InputError, match="none was kept"):
        batch.frame("ticks")
    assert isinstance(batch.study, Study)
