"""A file of one's own in a batch: every worker imports it, its folder keeps it, and a resume holds it to its hash."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from fresh import tokenmarket
from own_file import NUMBERS, POLICY

MINE = (
    POLICY
    + NUMBERS
    + """
from scenarios.library import SCENARIOS

MINE = SCENARIOS["baseline-2026"].with_changes({
    "name": "my-scenario", "question": "Mine?", "labs.*.pricing": {"kind": "doubled", "stickiness": 0.0},
})
"""
)
BATCH = (
    "batch",
    "my-scenario",
    "--with",
    "mine.py",
    "--vary",
    "labs.*.pricing.factor=2,3",
    "--seeds",
    "2",
    "--days",
    "0.25",
    "--users",
    "50",
    "--keep",
    "providers",
    "--quiet",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file, and two batches made with it: by one worker, and by two."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "mine.py").write_text(MINE, encoding="utf-8")
    for workers in ("1", "2"):
        said = tokenmarket(*BATCH, "--workers", workers, "--out", f"b{workers}", cwd=folder)
        assert said.returncode == 0, said.stderr
    return folder


def test_measures_and_columns_of_a_file_are_in_the_tables_of_a_batch(home: Path) -> None:
    summaries = pd.read_parquet(home / "b1" / "summaries.parquet")
    assert (summaries["twice-tokens"] > 0).all()
    providers = pd.read_parquet(home / "b1" / "frames" / "providers")
    assert (providers["twice_cash"] == 2.0 * providers["cash"]).all()


def test_tables_are_the_same_bytes_for_any_number_of_workers(home: Path) -> None:
    one, two = ([path.relative_to(home / name) for path in _tables(home / name)] for name in ("b1", "b2"))
    assert one == two
    for path in one:
        assert (home / "b1" / path).read_bytes() == (home / "b2" / path).read_bytes(), path


def _tables(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.parquet")) if path.name != "timing.parquet")


def test_the_folder_keeps_the_file_and_its_hash(home: Path) -> None:
    assert (home / "b1" / "study" / "own-1" / "mine.py").read_text(encoding="utf-8") == MINE
    plan = tomllib.loads((home / "b1" / "study" / "study.toml").read_text(encoding="utf-8"))
    assert plan["own_files"][0]["name"] == "mine.py"
    assert len(plan["own_files"][0]["sha256"]) == 64


def test_a_batch_is_resumed_with_the_copy_in_its_folder(home: Path, tmp_path: Path) -> None:
    """The file itself need not be there any more."""
    begun = shutil.copytree(home / "b1", tmp_path / "b")
    for name in ("runs", "summaries", "timing"):
        (begun / f"{name}.parquet").unlink()
    said = tokenmarket("batch", "--resume", "b", "--workers", "1", "--quiet", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    for name in ("runs", "summaries"):
        assert (begun / f"{name}.parquet").read_bytes() == (home / "b1" / f"{name}.parquet").read_bytes()


def test_another_file_is_refused_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(f"{MINE}# changed\n", encoding="utf-8")
    before = _state(home / "b1")
    said = tokenmarket("batch", "--resume", str(home / "b1"), "--with", "mine.py", cwd=tmp_path)
    assert said.returncode == 2
    assert said.stderr.startswith("tokenmarket: mine.py: its sha256 begins with")
    assert len(said.stderr.strip().splitlines()) == 1
    assert _state(home / "b1") == before


def test_a_copy_that_was_changed_or_is_gone_is_refused(home: Path, tmp_path: Path) -> None:
    begun = shutil.copytree(home / "b1", tmp_path / "b")
    copy = begun / "study" / "own-1" / "mine.py"
    for words in ("is not the file that the batch was begun with", "cannot be read: No such file"):
        copy.write_text(f"{MINE}# changed\n", encoding="utf-8") if "not the file" in words else copy.unlink()
        before = _state(begun)
        said = tokenmarket("batch", "--resume", "b", cwd=tmp_path)
        assert said.returncode == 2
        assert words in said.stderr
        assert "put the file back whose sha256 begins with" in said.stderr
        assert len(said.stderr.strip().splitlines()) == 1
        assert _state(begun) == before


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_plan_of_a_batch_is_tried_with_the_file(home: Path) -> None:
    words = [word for word in BATCH if word != "--quiet"]
    said = tokenmarket(*words, "--dry-run", "--workers", "1", "--out", "new", cwd=home)
    assert said.returncode == 0, said.stderr
    assert "cases     2: my-scenario" in said.stdout
    assert not (home / "new").exists()


def test_a_study_file_names_what_a_file_defines(home: Path) -> None:
    (home / "study.toml").write_text('scenarios = ["my-scenario"]\nseeds = 1\ndays = 0.25\nusers = 50\n')
    said = tokenmarket(
        "batch", "--study", "study.toml", "--with", "mine.py", "--workers", "1", "--quiet", "--out", "s", cwd=home
    )
    assert said.returncode == 0, said.stderr
    about = json.loads((home / "s" / "batch.json").read_text(encoding="utf-8"))
    assert (about["name"], about["runs"]) == ("study", 1)


def test_a_measure_that_fails_is_named_with_its_place(tmp_path: Path) -> None:
    fails = "register(Measure('oops', 'USD', 'it fails', lambda run: run.frames['none']))\n"
    (tmp_path / "mine.py").write_text(NUMBERS + fails, encoding="utf-8")
    words = ("--days", "0.05", "--users", "20", "--seeds", "1", "--workers", "1", "--quiet", "--out", "b")
    said = tokenmarket("batch", "baseline-2026", "--with", "mine.py", *words, cwd=tmp_path)
    assert said.returncode == 1
    line = len((NUMBERS + fails).splitlines())
    assert f"failed: mine.py:{line}: in <lambda>: measure 'oops': KeyError: 'none'" in said.stderr
