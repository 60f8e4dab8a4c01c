"""Results on disk: whole or not at all, read back with one line."""

import json
import resource
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from market_runs import SMALL, small_run

from capacity import InputError
from scenarios.reference import results_page
from scenarios.results import run_folder
from scenarios.runs.run import run


def folders(path):
    return sorted(found.name for found in path.iterdir())


def test_frames_hold_the_columns_that_are_documented():
    frames = small_run().frames
    assert list(frames) == list(run_folder.ALL_COLUMNS)
    for name, columns in run_folder.ALL_COLUMNS.items():
        assert [c for c in frames[name].columns if c not in ("tick", "time")][-len(columns) :] == [
            c.name for c in columns
        ]


def test_a_result_is_read_back_as_it_was(tmp_path):
    run_folder.write(small_run(), tmp_path / "run")
    again = run_folder.read(tmp_path / "run")
    assert again.about == json.loads(json.dumps(small_run().about))
    for name, frame in small_run().frames.items():
        pd.testing.assert_frame_equal(again.frames[name], frame, check_categorical=False)


def test_pandas_reads_a_frame_with_one_line(tmp_path):
    run_folder.write(small_run(), tmp_path / "run")
    offers = pd.read_parquet(tmp_path / "run" / "offers.parquet")
    assert len(offers) == 168 * 25
    assert offers["time"].iloc[0] == pd.Timestamp("2026-01-05")


def test_run_json_says_how_it_was_made():
    about = small_run().about
    assert (about["scenario"], about["seed"], about["users"], about["ticks"]) == ("baseline-2026", 3, 300, 168)
    assert about["question"].endswith("?")
    assert about["command"] == "a test"
    assert about["wall_time_s"] > 0
    assert len(about["code"]["hash"]) == 16
    assert set(about["versions"]) >= {"python", "tokenmarket", "numpy", "pandas"}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name, result in (("one", small_run()), ("two", run(SMALL))):
        run_folder.write(result, tmp_path / name)
    for path in sorted((tmp_path / "one").glob("*.parquet")):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_an_existing_result_is_replaced_only_by_force(tmp_path):
    run_folder.write(small_run(), tmp_path / "run")
    (tmp_path / "run" / "dashboard.png").touch()
    with pytest.raises(InputError, match="exists already: replace it with --force"):
        run_folder.write(small_run(), tmp_path / "run")
    run_folder.write(small_run(), tmp_path / "run", force=True)
    assert not (tmp_path / "run" / "dashboard.png").exists()
    assert folders(tmp_path) == ["run"]


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "run").mkdir()
    run_folder.write(small_run(), tmp_path / "run")
    assert (tmp_path / "run" / "run.json").is_file()
    assert folders(tmp_path) == ["run"]


@pytest.mark.parametrize("force", [False, True])
def test_what_is_no_result_is_never_replaced(tmp_path, force):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(InputError, match="holds no result"):
        run_folder.check_target(tmp_path, force=force)
    with pytest.raises(InputError, match="is a file"):
        run_folder.check_target(tmp_path / "thesis.tex", force=force)
    with pytest.raises(InputError, match=r"thesis\.tex' is a file, not a folder"):
        run_folder.check_target(tmp_path / "thesis.tex" / "deep" / "run", force=force)


def test_a_folder_without_permission_is_refused_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(run_folder.os, "access", lambda *_: False)  # the tests may run as root, who may do anything
    with pytest.raises(InputError, match="no permission"):
        run_folder.check_target(tmp_path / "run")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError, ValueError])
def test_a_stop_half_way_leaves_nothing(tmp_path, stop):
    def begin_and_stop():
        with run_folder.new_folder(tmp_path / "deep" / "run") as temporary:
            (temporary / "half").write_text("half")
            raise stop

    with pytest.raises(stop):
        begin_and_stop()
    assert folders(tmp_path) == []


def test_a_full_disk_is_one_clear_sentence_and_nothing_is_left(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(InputError, match=r"cannot be written: .*; nothing was left behind"):
            run_folder.write(small_run(), tmp_path / "run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert folders(tmp_path) == []


def test_a_replacement_that_fails_leaves_the_old_result(tmp_path, monkeypatch):
    run_folder.write(small_run(), tmp_path / "run")
    before = (tmp_path / "run" / "run.json").read_bytes()

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_files", no_space)
    with pytest.raises(InputError, match="No space left on device"):
        run_folder.write(small_run(), tmp_path / "run", force=True)
    assert (tmp_path / "run" / "run.json").read_bytes() == before
    assert folders(tmp_path) == ["run"]


def test_a_frame_that_is_missing_is_named(tmp_path):
    run_folder.write(small_run(), tmp_path / "run")
    (tmp_path / "run" / "pools.parquet").unlink()
    with pytest.raises(InputError, match=r"run' is damaged: pools\.parquet is not there"):
        run_folder.read(tmp_path / "run")


def test_reading_what_is_no_result_says_what_is_missing(tmp_path):
    run_folder.write(small_run(), tmp_path / "run")
    with pytest.raises(InputError, match=r"no result folder '.*ran'; results in .*run"):
        run_folder.read(tmp_path / "ran")
    with pytest.raises(InputError, match=r"there is no run\.json"):
        run_folder.read(tmp_path)
    (tmp_path / "run" / "offers.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match=r"offers\.parquet is no table any more"):
        run_folder.read(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text("{")
    with pytest.raises(InputError, match=r"run\.json' cannot be read"):
        run_folder.read(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text('{"format": 0}')
    with pytest.raises(InputError, match="not a run of format 2"):
        run_folder.read(tmp_path / "run")


def test_listings_and_accounts_explain_the_names():
    frames = small_run().frames
    listings, accounts = frames["listings"], frames["accounts"]
    assert set(listings["offer"]) == set(frames["offers"]["offer"])
    assert set(listings["pool"]) <= set(frames["pools"]["pool"])
    assert set(listings["kind"]) == {"frontier", "open"}
    assert set(frames["sellers"]["seller"]) == {*frames["providers"]["provider"], *frames["wholesale"]["hyperscaler"]}
    assert np.isclose(accounts["balance"].sum(), 0.0, atol=1e-9 * accounts["balance"].abs().sum())


def test_the_reference_page_is_printed_from_the_columns():
    page = Path(__file__).parents[2] / "docs" / "reference" / "results.md"
    assert page.read_text() == results_page.page(), (
        "run python -m scenarios.reference.results_page > docs/reference/results.md"
    )
