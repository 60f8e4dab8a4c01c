"""``tokenmarket export``, ``--version``, ``python -m tokenmarket`` and completion."""

import errno
import importlib.util
import subprocess
import sys
from dataclasses import replace
from functools import cache
from importlib.metadata import version

import pandas as pd
import pytest
from market_runs import small_run

from scenarios.cli import exported
from scenarios.cli import main as cli
from scenarios.results import run_folder
from scenarios.results.frames import ALL_COLUMNS

#: Rows of each table: a workbook takes its time for each.
ROWS = 100


@cache
def short_run():
    """The first rows of a week."""
    return replace(small_run(), frames={name: frame.head(ROWS) for name, frame in small_run().frames.items()})


@pytest.fixture
def folder(tmp_path):
    return run_folder.write(short_run(), tmp_path / "run")


@pytest.fixture
def tokenmarket(monkeypatch, capfd):
    """Run a command; give its exit status, stdout and stderr."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["tokenmarket", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return ended.value.code or 0, out, err

    return call


def test_csv_has_every_table(folder, tokenmarket):
    assert tokenmarket("export", folder, "--csv")[0] == 0
    assert {path.stem for path in (folder / "csv").iterdir()} == set(ALL_COLUMNS)
    read = pd.read_csv(folder / "csv" / "ticks.csv")
    assert read["spot_price"].tolist() == pytest.approx(short_run().frames["ticks"]["spot_price"].tolist())


def test_a_workbook_has_a_sheet_a_table(folder, tmp_path, tokenmarket):
    pytest.importorskip("openpyxl")
    assert tokenmarket("export", folder, "--xlsx", "--out", tmp_path / "all.xlsx")[0] == 0
    sheets = pd.read_excel(tmp_path / "all.xlsx", sheet_name=None)
    assert set(sheets) == set(ALL_COLUMNS)
    assert sheets["listings"]["offer"].tolist() == short_run().frames["listings"]["offer"].tolist()


def test_without_the_extra_it_says_how_to_get_it(folder, tokenmarket, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    status, _, err = tokenmarket("export", folder, "--xlsx")
    assert (status, err) == (2, f"tokenmarket: --xlsx needs openpyxl, which is not installed: {exported.INSTALL}\n")
    assert not (folder / "tables.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "needs one of --csv and --xlsx"),
        (("--csv", "--xlsx"), "needs one of --csv and --xlsx"),
        (("--csv", "--out", "no/where/csv"), "the folder 'no/where' does not exist"),
        (("--csv", "--out", "."), "is there already"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(folder, tokenmarket, words, said):
    status, out, err = tokenmarket("export", folder, *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_folder_without_a_result_leaves_nothing(tmp_path, tokenmarket):
    status, _, err = tokenmarket("export", tmp_path, "--csv")
    assert (status, "holds no result" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_version(tokenmarket):
    assert tokenmarket("--version") == (0, f"tokenmarket {version('tokenmarket')}\n", "")


def test_it_runs_as_a_module():
    made = subprocess.run(
        [sys.executable, "-m", "tokenmarket", "--version"], capture_output=True, text=True, check=True
    )
    assert made.stdout.startswith("tokenmarket ")


def test_shells_can_complete_it(tokenmarket):
    assert "--install-completion" in tokenmarket("--help")[1]


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("what", ["--csv", "--xlsx"])
def test_a_full_disk_leaves_nothing_and_says_so(folder, tokenmarket, monkeypatch, what):
    pytest.importorskip("openpyxl")
    before = {*folder.rglob("*")}
    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    monkeypatch.setattr("openpyxl.workbook.workbook.Workbook.save", full)
    status, out, err = tokenmarket("export", folder, what)
    target = folder / ("csv" if what == "--csv" else "tables.xlsx")
    assert (status, out) == (2, "")
    assert err == f"tokenmarket: '{target}' cannot be written: No space left on device\n"
    assert {*folder.rglob("*")} == before


@pytest.mark.parametrize("name", ["ticks.parquet", "run.json", "offers.parquet"])
def test_a_damaged_folder_is_not_exported(folder, tokenmarket, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    status, out, err = tokenmarket("export", folder, "--csv")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert name in err
    assert not (folder / "csv").exists()


@pytest.mark.parametrize("target", ["/proc/made", "/dev/null/made", "/proc/made/of/nothing"])
def test_a_place_that_takes_no_files_is_named(folder, tokenmarket, target):
    status, out, err = tokenmarket("export", folder, "--csv", "--out", target)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"'{target}' cannot be written" in err


@pytest.mark.parametrize("target", ["/proc/made.csv", "/dev/null/made.csv", "/proc/made/of.csv"])
def test_a_comparison_cannot_be_written_there_either(tmp_path, tokenmarket, target):
    table = tmp_path / "runs.csv"
    table.write_text("label,seed,paid-price\na,1,3.5\na,2,3.6\nb,1,4.5\nb,2,4.7\n")
    status, out, err = tokenmarket("compare", table, "--csv", target)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"'{target}' cannot be written" in err
