"""Loading: files that extend scenarios, options on the command line, and the commands that show them."""

from __future__ import annotations

import json
import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.cli import scenarios as scenarios_command
from scenarios.library import SCENARIOS
from scenarios.loading.scenarios import from_file, load, with_sets
from scenarios.text.toml import parse_value

BASE = SCENARIOS["baseline-2026"]


def test_options_are_typed_and_in_order() -> None:
    options = ["supply.growth=5", "supply.growth = 6.5", "market.whole=true", "time.start=2027-01-04"]
    options += ["labs.*.pricing.kind=surge", 'question="why = not"', "demand.casual.patience_h=inf"]
    changed = with_sets(BASE, options)
    assert changed.supply.growth == 6.5
    assert changed.market.whole
    assert changed.time.start == date(2027, 1, 4)
    assert changed.labs[0].pricing.kind == "surge"
    assert changed.question == "why = not"
    assert changed.demand.casual.patience_h == math.inf
    assert with_sets(BASE, ["time.end=2026-02-04"]).time.days == 30.0
    # Two that fit only together.
    both = with_sets(BASE, ["supply.contracts.term_days=20", "supply.contracts.renews=false"])
    assert not both.supply.contracts.renews


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-2.5e3", -2500.0),
        ("inf", math.inf),
        ("true", True),
        ("2026-01-05", date(2026, 1, 5)),
        ("[1, 2]", [1, 2]),
        ("'a'", "a"),
        ("fast", "fast"),
        ("{a = 1}", {"a": 1}),
        ("1 = 2", "1 = 2"),
        ("", ""),
    ],
)
def test_values_are_parsed_as_in_toml(text: str, value: Any) -> None:
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


def test_a_file_extends_another(tmp_path: Path) -> None:
    (tmp_path / "parent.toml").write_text(
        'extends = "compute-crunch"\n[supply]\ngrowth = 5\n[labs.Aster]\ncash = 1e9\n'
    )
    (tmp_path / "child.toml").write_text('extends = "parent.toml"\nquestion = "Why?"\n[labs."*"]\nedge = 0.0\n')
    child = from_file(tmp_path / "child.toml")
    assert (child.name, child.question, child.extends) == ("child", "Why?", "parent.toml")
    assert child.supply.growth == 5.0
    assert child.demand.growth == 10.0
    assert child.labs[0].cash == 1e9
    assert {lab.edge for lab in child.labs} == {0.0}
    plain = tmp_path / "plain.toml"
    plain.write_text("[supply]\ngrowth = 2\n")
    assert from_file(plain).differences(BASE) == {"supply.growth": (2.0, 3.4)}


def test_load_by_name_or_file(tmp_path: Path) -> None:
    assert load("compute-crunch") == SCENARIOS["compute-crunch"]
    path = tmp_path / "mine.toml"
    path.write_text(SCENARIOS["compute-crunch"].to_toml(), encoding="utf-8")
    assert load(path) == SCENARIOS["compute-crunch"]
    assert load(str(path), ["supply.growth=5"]) == load("compute-crunch", ["supply.growth=5"])


def test_end_in_place_of_days(tmp_path: Path) -> None:
    path = tmp_path / "spring.toml"
    path.write_text("[time]\nend = 2026-04-05\n")
    assert load(path).time.days == 90.0


def test_variants_and_outcomes_of_the_parent_are_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "compute-crunch"\n[variants.slow]\n"supply.growth" = 2\n')
    mine = load(path)
    assert set(mine.variants) == {"slow"}
    assert mine.variant("slow").supply.growth == 2.0
    assert mine.outcomes == ()


# ------------------------------------------------------------------------------------------------ the commands

ROOT = typer.Typer()


@ROOT.callback()
def _root() -> None:
    """All commands."""


scenarios_command.register(ROOT)


def said(*words: str) -> str:
    result = CliRunner().invoke(ROOT, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list() -> None:
    output = " ".join(said("scenarios").split())
    for one in SCENARIOS.values():
        assert one.name in output
    listed = json.loads(said("scenarios", "--json"))
    assert [one["question"] for one in listed] == [one.question for one in SCENARIOS.values()]


def test_show() -> None:
    output = said("scenarios", "show", "compute-crunch", "--set", "supply.growth=5")
    for text in ("supply.ceilings", "growth", "1/year", "3.4", "Epoch", "tenfold", "supply-leads"):
        assert text in output
    changed = said("scenarios", "show", "compute-crunch", "--changes")
    assert "growth" in changed
    assert "quarter" not in changed
    rows = json.loads(said("scenarios", "show", "baseline-2026", "--json"))
    assert all(row["unit"] or not isinstance(row["value"], float) for row in rows)
    assert all(row["source"] and row["meaning"] for row in rows)
    # What is shown can be set.
    assert {row["path"] for row in rows} >= {"supply.growth", "labs.Aster.tiers.batch.deadline_h", "open.Ferry.price"}


def test_show_toml_is_the_resolved_scenario(tmp_path: Path) -> None:
    text = said("scenarios", "show", "broker", "--toml", "--set", "brokers.Junction.cut=0.1")
    assert tomllib.loads(text)["brokers"][0]["cut"] == 0.1
    path = tmp_path / "resolved.toml"
    path.write_text(text, encoding="utf-8")
    assert load(path) == load("broker", ["brokers.Junction.cut=0.1"])


def test_a_narrow_terminal_shows_all_and_brackets_are_brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    (tmp_path / "mine.toml").write_text('question = "what [/x] [red]?"\nsupply.growth = 5.25\n')
    shown = said("scenarios", "show", str(tmp_path / "mine.toml"), "--changes")
    assert "mine  what [/x] [red]?" in shown
    assert all(part in shown for part in ("supply", "5.25", "1/year", "3.4"))
    assert max(map(len, shown.splitlines())) <= 40
    listed = said("scenarios")
    assert "question" in listed
    assert "…" not in listed


@pytest.mark.parametrize("stem", ["my scenario", "a.b", "2026", "a - b", "A_1-x"])
def test_a_file_without_a_name_is_called_as_the_file(tmp_path: Path, stem: str) -> None:
    (tmp_path / f"{stem}.toml").write_text('question = "?"\n')
    assert load(tmp_path / f"{stem}.toml").name == stem


@pytest.mark.parametrize("stem", ["", " ", "-x", "..", "caf\u00e9", "a:b", "a\nb", "a\\b", "*", "it's", "l" * 61])
def test_a_file_whose_own_name_is_none_must_say_one(tmp_path: Path, stem: str) -> None:
    """No folder of results could be called so, nor be found again on the command line."""
    path = tmp_path / f"{stem}.toml"
    path.write_text('question = "?"\n')
    with pytest.raises(InputError, match=r"says no name, so it would be called .* write name = 'mine' into it"):
        load(path)
    path.write_text('name = "mine"\nquestion = "?"\n')
    assert load(path).name == "mine"
