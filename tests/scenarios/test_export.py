"""``tokenmarket export``, ``--version``, ``python -m tokenmarket`` and completion."""

import importlib.util
import subprocess
import sys
from importlib.metadata import version

import pandas as pd
import pytest
from market_runs import small_run

from scenarios.cli import exported
from scenarios.cli import main as cli
from scenarios.results import run_folder
from scenarios.results.frames import ALL_COLUMNS


@pytest.fixture
def folder(tmp_path):
    return run_folder.write(small_run(), tmp_path / "run")


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
    assert read["spot_price"].tolist() == pytest.approx(small_run().frames["ticks"]["spot_price"].tolist())


def test_a_workbook_has_a_sheet_a_table(folder, tmp_path, tokenmarket):
    pytest.importorskip("openpyxl")
    assert tokenmarket("export", folder, "--xlsx", "--out", tmp_path / "all.xlsx")[0] == 0
    sheets = pd.read_excel(tmp_path / "all.xlsx", sheet_name=None)
    assert set(sheets) == set(ALL_COLUMNS)
    assert sheets["listings"]["offer"].tolist() == small_run().frames["listings"]["offer"].tolist()


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
