"""The worked study in the docs: its table is what the command prints, and its sentences are true of the numbers."""

import importlib.util
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from scenarios.batches.analysis.over_seeds import differences
from scenarios.batches.plan.options import study_from

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "studies"
SPEC = importlib.util.spec_from_file_location("refresh", FOLDER / "refresh.py")
refresh = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(refresh)


@pytest.fixture(scope="module")
def runs():
    return pd.read_csv(refresh.RUNS, keep_default_na=False)


def test_the_numbers_are_of_the_study_in_the_file(runs):
    study = study_from(study_file=FOLDER / "pricing.toml")
    assert len(runs) == len(study.runs) == 24
    assert set(zip(runs["label"], runs["seed"], strict=True)) == {(run.case.label, run.seed) for run in study.runs}


def test_the_plan_in_the_page_is_the_file():
    block = refresh.PAGE.read_text().split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(block) == tomllib.loads((FOLDER / "pricing.toml").read_text())


def test_the_table_in_the_page_is_what_the_command_prints():
    assert refresh.BLOCK.search(refresh.PAGE.read_text())[0] == refresh.table(refresh.RUNS)


@pytest.mark.parametrize(
    ("variant", "measure", "sign"),
    [
        ("dynamic", "price-peak-ratio", 1),
        ("dynamic", "unserved", -1),
        ("dynamic", "queue-hours", -1),
        ("dynamic", "paid-price", 1),
        ("time-of-day", "price-peak-ratio", 1),
        ("time-of-day", "unserved", -1),
    ],
)
def test_what_the_page_says_in_words_is_in_the_numbers(runs, variant, measure, sign):
    found = differences(runs, "off-peak", [measure]).set_index("label").loc[f"off-peak: {variant}"]
    assert min(sign * found["low"], sign * found["high"]) > 0


@pytest.mark.parametrize(
    ("variant", "measure"),
    [
        ("dynamic", "load-peak-ratio"),
        ("dynamic", "surplus"),
        ("dynamic", "closed-margin"),
        ("dynamic", "open-margin"),
        ("time-of-day", "load-peak-ratio"),
        ("time-of-day", "queue-hours"),
        ("time-of-day", "surplus"),
        ("time-of-day", "closed-margin"),
        ("time-of-day", "open-margin"),
    ],
)
def test_what_the_page_says_not_to_differ_does_not(runs, variant, measure):
    found = differences(runs, "off-peak", [measure]).set_index("label").loc[f"off-peak: {variant}"]
    assert found["low"] < 0 < found["high"]
