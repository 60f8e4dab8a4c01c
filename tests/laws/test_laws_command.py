"""`tokenmarket laws` as people and machines use it, each in a process of its own, as a file is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fresh import tokenmarket

from scenarios.laws.tick import BOOKS

HEAD = """
from dataclasses import dataclass
import numpy as np
from market.exchange.rationing.base import Rationing
from market.exchange.tariff import TariffComponent
from market.supply.quotas import QuotaPolicy
"""
GENEROUS = """
@dataclass(frozen=True)
class Generous(Rationing):
    kind = "generous"

    def allot(self, claims, capacity, rng):
        return claims.work.copy()
"""
HALF = """
@dataclass(frozen=True)
class Half(QuotaPolicy):
    kind = "half"

    def __call__(self, of):
        return 0.5
"""
FEE = """
@dataclass(frozen=True)
class Fee(TariffComponent):
    kind = "fee"

    def tokens(self, workload):
        return 100.0
"""
#: Few examples, which find what is wrong here, and time for them on a busy machine.
FEW = ("--examples", "2", "--seconds", "900")
COMMAND = "from scenarios.cli.main import main; main()"


def laws(folder: Path, text: str | None, *arguments: str, before: str = "") -> tuple[int, str, str]:
    """Exit status, stdout and stderr of the command on a file with this text; ``before``: code that comes first."""
    if text is not None:
        (folder / "mine.py").write_text(text)
    env = os.environ | {"COLUMNS": "100"}
    if before:
        command = [sys.executable, "-c", before + COMMAND, "laws", "mine.py", *arguments]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    else:
        done = tokenmarket("laws", "mine.py", *arguments, cwd=folder, env=env)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, str]:
    """What is said, for people, of a rule that is too generous and a quota that is right."""
    return laws(tmp_path_factory.mktemp("told"), HEAD + GENEROUS + HALF, *FEW)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, str]:
    """The same for machines."""
    return laws(tmp_path_factory.mktemp("listed"), HEAD + GENEROUS + HALF, *FEW, "--json")


def test_a_broken_law_is_told_in_words(told: tuple[int, str, str]) -> None:
    status, out, err = told
    assert (status, err) == (1, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "nobody gets more than was asked, and all together no more than there is BROKEN" in lines
    assert "what is granted is a share, from 0 to the most that the policy says kept" in lines
    assert any("rationing rule 'generous' serves 1 rack-h of the" in line for line in lines)
    assert "share: 0.5" in lines
    assert lines[-1] == "mine.py: 11 of 22 laws broken"


def test_a_loop_without_an_end_is_ended_and_breaks_its_law(tmp_path: Path) -> None:
    """Also one that catches whatever is raised in it."""
    body = "while True:\n            try: pass\n            except Exception: pass"
    endless = HALF.replace("return 0.5", f"if of.utilisation > 1.0:\n          {body}\n        return 0.5")
    status, out, err = laws(tmp_path, HEAD + endless, "--examples", "5", "--seconds", "1", "--json")
    assert (status, err) == (1, "")
    broken = [row for row in json.loads(out)["laws"] if not row["kept"]]
    assert broken
    assert {row["came_out"] for row in broken} == {"did not end within 1 s"}


def test_an_import_without_an_end_is_refused(tmp_path: Path) -> None:
    status, out, err = laws(tmp_path, "while True: pass", "--seconds", "2")
    assert (status, out) == (2, "")
    assert err == "tokenmarket: mine.py: its import did not end within 2 s: allowed are --seconds 2\n"


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e30", "0.5", "-1"])
def test_a_time_that_no_clock_can_be_set_to_is_refused(tmp_path: Path, seconds: str) -> None:
    status, out, err = laws(tmp_path, HEAD + HALF, "--seconds", seconds)
    assert (status, out) == (2, "")
    assert err.startswith(f"tokenmarket: --seconds is {float(seconds):g}, but must be at least 1 and at most 86400")
    assert err.count("\n") == 1


def test_laws_for_machines(listed: tuple[int, str, str]) -> None:
    status, out, _ = listed
    answer = json.loads(out)
    rows = answer["laws"]
    assert (status, answer["broken"], len(rows)) == (1, 11, 22)
    quotas = [row for row in rows if row["name"] == "half"]
    assert {(row["kind"], row["kept"]) for row in quotas} == {("quota policy", True)}
    assert rows[0]["given"]["share"] == "0.5"
    assert all((row["came_out"] is None) == row["kept"] for row in rows)


def test_another_process_finds_the_same(told: tuple[int, str, str], listed: tuple[int, str, str]) -> None:
    """The same verdicts, and the same smallest examples but of whole markets, which are looked for while time lasts."""
    words = "".join(told[1].split())
    for row in json.loads(listed[1])["laws"]:
        assert "".join(f"{row['law']} {'kept' if row['kept'] else 'BROKEN'}".split()) in words
        if not row["kept"] and row["law"] != BOOKS:
            for text in (row["came_out"], *row["given"].values()):
                assert "".join(text.split()) in words


def test_a_file_whose_laws_are_kept_is_no_failure(tmp_path: Path) -> None:
    status, out, _ = laws(tmp_path, HEAD + FEE, "--examples", "5", "--json")
    answer = json.loads(out)
    assert (status, answer["broken"]) == (0, 0)
    assert {(row["name"], row["kept"]) for row in answer["laws"]} == {("fee", True)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "mine.py"),
        ("x = (", "mine.py"),
        ("raise RuntimeError('no such luck')", "no such luck"),
        ("x = 1\n", "adds nothing to hold to a law: a class below one of these would be: clearing, "),
    ],
    ids=["missing", "syntax", "exception", "nothing of its own"],
)
def test_what_cannot_be_tried_is_one_line(tmp_path: Path, text: str | None, words: str) -> None:
    status, out, err = laws(tmp_path, text)
    assert (status, out) == (2, "")
    assert err.startswith("tokenmarket: ")
    assert words in err
    assert err.count("\n") == 1


def test_without_hypothesis_a_line_says_how_to_get_it(tmp_path: Path) -> None:
    hidden = (
        "import importlib.util as u; f = u.find_spec; "
        "u.find_spec = lambda name, *more: None if name == 'hypothesis' else f(name, *more); "
    )
    status, out, err = laws(tmp_path, HEAD + HALF, before=hidden)
    assert (status, out) == (2, "")
    assert err.endswith("it is not installed: pip install 'tokenmarket[laws]'\n")
    assert err.count("\n") == 1


def test_help_has_examples(tmp_path: Path) -> None:
    status, out, _ = laws(tmp_path, None, "--help")
    assert status == 0
    assert "tokenmarket laws mine.py --examples 500" in out
