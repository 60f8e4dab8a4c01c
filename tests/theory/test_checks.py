"""Every exact check comes out, and a wrong answer is not passed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from capacity.errors import UnknownNameError
from market import TokenMarket
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.pricing.marginal_cost import MarginalCost
from scenarios.cli.verify import verify_command
from scenarios.verification import capacity
from scenarios.verification.check import CHECKS, Check, exact, stochastic
from scenarios.verification.run import verify

app = typer.Typer()
app.command()(verify_command)
ROOT = Path(__file__).parents[2]
SLOW = {"kreps-scheinkman", "backlog-simulated"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in CHECKS]
)
def test_check(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes out, and says rightly whether it sets up the market."""
    made: list[TokenMarket] = []
    build = TokenMarket.__init__

    def counted(self: TokenMarket, *arguments: Any, **named: Any) -> None:
        made.append(self)
        build(self, *arguments, **named)

    monkeypatch.setattr(TokenMarket, "__init__", counted)
    rows = verify([name], progress=False)
    assert rows
    assert CHECKS[name].tests == ("market" if made else "formula")
    missed = [f"{row.quantity}: expected {row.expected!r}, found {row.found!r}" for row in rows if not row.passed]
    assert not missed, "\n".join(missed)


def test_the_readme_counts_the_checks() -> None:
    count = Counter(check.tests for check in CHECKS.values())
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"{len(CHECKS)} checks: {count['market']} set the market up as textbook cases" in readme
    assert f"{count['formula']} test a formula by itself" in readme


@pytest.mark.parametrize(
    ("expected", "found"), [(1.0, 1.0 + 1e-8), (0.0, 1e-8), (1.0, float("nan")), (2.0, float("inf"))]
)
def test_wrong_answers_are_missed(expected: float, found: float) -> None:
    (row,) = Check("x", "x", "x", lambda: [exact("x", expected, found)]).rows()
    assert not row.passed


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("PostedPrices", ScarcityAuction),  # lifts what is posted to what clears: then 4 and 8 earn as much as 12
        ("ScarcityAuction", PostedPrices),  # does not lift the rival's: then who is dearer sells nothing
        ("FixedPrice", MarginalCost),  # who deviates does not
    ],
)
def test_a_market_in_which_deviating_is_not_what_it_should_be_is_missed(
    name: str, broken: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, name, broken)
    assert not all(row.passed for row in verify(["no-deviation"], progress=False))


def test_chance_is_allowed_the_tighter_of_two_bounds() -> None:
    assert stochastic("x", 100.0, 101.0, 0.1).tolerance == pytest.approx(0.003)
    assert stochastic("x", 100.0, 101.0, 5.0).tolerance == 0.02


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown check 'bertrant'.*'bertrand'"):
        verify(["bertrant"], progress=False)


def test_command_prints_a_table_and_json() -> None:
    table = CliRunner().invoke(app, ["--only", "mm10", "--only", "monopoly"])
    assert table.exit_code == 0
    assert "0.40918" in table.stdout
    assert "2 checks (2 set up the market, 0 test a formula)" in table.stdout
    assert "pass" in table.stdout
    rows = json.loads(CliRunner().invoke(app, ["--only", "mm10", "--json"]).stdout)
    assert rows[0]["passed"] is True
    assert rows[0]["expected"] == pytest.approx(0.409180, abs=1e-6)


def test_a_narrow_terminal_has_all_of_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    told = CliRunner().invoke(app, ["--only", "mm10"]).stdout
    assert max(len(line) for line in told.splitlines()) <= 40
    assert "0.40918, expected 0.40918" in told
    assert "…" not in told


def test_a_miss_is_exit_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS, "wrong", Check("wrong", "wrong", "none", lambda: [exact("one", 1.0, 2.0)]))
    result = CliRunner().invoke(app, ["--only", "wrong"])
    assert result.exit_code == 1
    assert "MISS" in result.stdout
