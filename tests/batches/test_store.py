"""What a batch leaves on disk: readable by pandas, whole, and the same bytes whatever happened on the way."""

import os

import cheap_work
import numpy as np
import pandas as pd
import pytest
from cheap_work import KEEP, a_study, leftovers, tables_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from in_line import InLine, half_done, resume, run

from capacity.errors import InputError
from scenarios.batches import Study, open_batch, resume_batch
from scenarios.batches.store import parts, table_files
from scenarios.batches.store.folder import create
from scenarios.batches.store.parts import Part
from scenarios.batches.store.state import spans
from scenarios.runs import provenance
from scenarios.text.files import write_whole

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
        from scenarios.batches.work.work import name_of

        create(folder, study, name_of(work), "test")
        digests = {case.label: study.scenario(case).digest for case in study.cases}
        for number in rng.permutation(210)[:done]:
            one = study.runs[int(number)]
            made = cheap_work.draw(study.scenario(one.case), one.seed, 1.0, 10, KEEP)
            frames = {name: parts.packed(made.frames[name]) for name in KEEP}
            part = Part(one.number, "done", digests[one.case.label], summary=dict(made.summary), frames=frames)
            write_whole(parts.path_of(folder, one.number), part.encoded())
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
    monkeypatch.setattr(table_files, "ROWS_A_GROUP", 50)
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


def test_what_is_finished_can_be_read_before_all_is(tmp_path, monkeypatch):
    monkeypatch.setattr("scenarios.batches.work.engine.MOST_RUNS", 1)
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
