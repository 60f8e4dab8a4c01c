"""A run's folder is what was written, or is refused with which file differs, and in what."""

import errno
import json
import os
import random
import shutil

import pandas as pd
import pytest
from market_runs import copy_of, small_run

from capacity.errors import InputError
from scenarios.results import run_folder
from scenarios.results.run_folder import RunResult


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    result = small_run()
    folder = tmp_path_factory.mktemp("whole") / "run"
    companion = RunResult(result.frames, result.about, "name = 'companion'\n")
    return run_folder.write(RunResult(result.frames, result.about, "name = 'mine'\n", companion), folder)


@pytest.fixture
def run(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "run")
    return tmp_path / "run"


def refused(folder):
    with pytest.raises(InputError) as caught:
        run_folder.read(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_it_reads_back_as_it_was(run):
    again, first = run_folder.read(run), small_run()
    assert again.about == first.about
    assert again.parameters == "name = 'mine'\n"
    assert again.efficient is not None
    for name, frame in first.frames.items():
        pd.testing.assert_frame_equal(again.frames[name], frame, check_dtype=False, check_categorical=False)


def test_no_flipped_bit_goes_unnoticed(run):
    """Every one of 120 random flips in any file is refused by the file's name."""
    draw = random.Random(13)
    files = [path for path in sorted(run.rglob("*")) if path.is_file()]
    for _ in range(120):
        path = draw.choice(files)
        before = path.read_bytes()
        data = bytearray(before)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
        if path.name == "run.json" and json_of(data) == json_of(before):
            path.write_bytes(before)  # a space became another one
            continue
        assert path.name in refused(run)
        path.write_bytes(before)
    run_folder.read(run)


def json_of(data):
    try:
        return json.loads(bytes(data))
    except ValueError:
        return None


def rewritten(run, name, change):
    path = run / f"{name}.parquet"
    change(pd.read_parquet(path)).to_parquet(path, index=False, compression="zstd")


def test_a_missing_column_is_named(run):
    rewritten(run, "ticks", lambda frame: frame.drop(columns="used"))
    assert "ticks.parquet lacks the column 'used'" in refused(run)


def test_a_renamed_column_is_named(run):
    rewritten(run, "offers", lambda frame: frame.rename(columns={"served": "sersed"}))
    assert "offers.parquet lacks the column 'served'" in refused(run)


def test_text_in_a_column_of_numbers_is_named(run):
    rewritten(run, "ticks", lambda frame: frame.assign(used="much"))
    assert "in the column 'used', but double was written" in refused(run)


def test_removed_rows_are_counted(run):
    rows = len(pd.read_parquet(run / "ticks.parquet"))
    rewritten(run, "ticks", lambda frame: frame.iloc[:-4])
    assert f"ticks.parquet has {rows - 4} rows, but {rows} were written" in refused(run)


def test_another_number_is_noticed(run):
    rewritten(run, "ticks", lambda frame: frame.assign(used=frame["used"] * 1.0000001))
    assert "ticks.parquet" in refused(run)


def test_a_missing_file_and_what_is_no_file(run):
    (run / "segments.parquet").unlink()
    assert "segments.parquet is not there" in refused(run)
    os.mkfifo(run / "segments.parquet")
    assert "is a pipe" in refused(run)


def test_the_companion_counts(run):
    shutil.rmtree(run / "efficient")
    assert "efficient/run.json is not there" in refused(run)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[" * 200_000, "nested deeper"),
        ('{"format": 2, "seed": ' + "1" * 5_000 + "}", "5,000 digits"),
        ("{}", "not a run of format 2"),
        ('{"format": 2}', "is damaged"),
        ("", "cannot be read"),
        ("\0", "cannot be read"),
        (" " * 2_000_000, "larger than"),
    ],
)
def test_run_json_that_says_nothing_of_use(run, text, complaint):
    (run / "run.json").write_text(text)
    assert complaint in refused(run)


def test_a_person_may_add_columns_and_files(tmp_path):
    frames = copy_of(small_run())
    frames["ticks"]["mood"] = "fine"
    frames["diary"] = pd.DataFrame({"day": [1]})
    run_folder.write(RunResult(frames, small_run().about), tmp_path / "run")
    (tmp_path / "run" / "notes.md").write_text("mine")
    assert run_folder.read(tmp_path / "run").frames["ticks"]["mood"].eq("fine").all()


def test_what_somebody_put_into_the_folder_outlives_the_next_run(run):
    (run / "notes.md").write_text("mine")
    (run / "figures").mkdir()
    (run / "figures" / "one.txt").write_text("mine, too")
    (run / "dashboard.png").write_bytes(b"of the old run")
    run_folder.write(small_run(), run, force=True)
    assert (run / "notes.md").read_text() == "mine"
    assert (run / "figures" / "one.txt").read_text() == "mine, too"
    assert not (run / "dashboard.png").exists()
    assert not (run / "efficient").exists()
    run_folder.read(run)


def test_the_umask_is_respected(tmp_path):
    before = os.umask(0o077)
    try:
        run_folder.write(small_run(), tmp_path / "run")
    finally:
        os.umask(before)
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "run" / "run.json").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(result, folder):
        (folder / "ticks.parquet").write_bytes(b"")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(run_folder, "write_files", full)
    with pytest.raises(InputError, match="No space left on device; nothing was left behind"):
        run_folder.write(small_run(), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
