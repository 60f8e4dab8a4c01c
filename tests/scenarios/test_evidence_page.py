"""The page of the scorecard says what the checked-in runs say, under the ranges as they stand."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from scenarios.studies.scorecard.sellers import sellers
from scenarios.studies.scorecard.statements import STATEMENTS

STUDIES = Path(__file__).parents[2] / "docs" / "studies"


def module_of(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, STUDIES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return module_of("evidence")


def test_the_table_is_of_the_runs(script: ModuleType) -> None:
    runs = pd.read_csv(script.RUNS)
    assert runs["seed"].nunique() == script.SEEDS
    assert script.scorecard(runs) in script.PAGE.read_text(encoding="utf-8")


def test_what_sellers_did_is_of_the_runs(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(STUDIES))
    block = module_of("sellers")
    runs = pd.read_csv(block.RUNS)
    assert runs["seed"].nunique() == script.SEEDS
    assert block.block(runs) in script.PAGE.read_text(encoding="utf-8")


def test_every_check_is_on_the_page_hit_or_miss(script: ModuleType) -> None:
    rows = [line for line in script.PAGE.read_text(encoding="utf-8").splitlines() if line.endswith(("hit |", "MISS |"))]
    assert len(rows) == sum(len(statement.checks) for statement in (*STATEMENTS, sellers()))


def test_a_page_without_its_place_is_not_written_over(script: ModuleType) -> None:
    assert script.put("<!-- a -->\nold\n<!-- end of a -->\n", "a", "new\n") == "<!-- a -->\nnew\n<!-- end of a -->\n"
    with pytest.raises(SystemExit, match="has 0 places"):
        script.put("nothing", "a", "new\n")
