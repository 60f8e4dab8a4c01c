"""Who gains: the money parts are the ledger's, and an efficient market gives more."""

import json
from functools import cache

import pandas as pd
import pytest
from market_runs import small_run
from typer.testing import CliRunner

from scenarios.cli.main import app
from scenarios.library import SCENARIOS
from scenarios.loading.checking import checked
from scenarios.loading.scenarios import load
from scenarios.pictures.chart_options import chart_options
from scenarios.pictures.registry import CHARTS
from scenarios.reports import report, run_report, subject
from scenarios.results import run_folder, summary_tables
from scenarios.results.welfare import (
    beside_efficient,
    gains_a_day,
    own_use_cost,
    owners_rent,
    said_of_efficient,
    welfare,
)
from scenarios.runs.efficient import efficient
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

SCENARIO = SCENARIOS["baseline-2026"]


@cache
def pair():
    """A day as it is, and as an efficient market."""
    return tuple(run(Settings(one, 1, seed=1, users=100)).frames for one in (SCENARIO, efficient(SCENARIO)))


def test_the_money_parts_are_what_the_ledger_says():
    frames = small_run().frames
    gains = welfare(frames).groupby("side")["gain"].sum()
    money = gains["sellers"] + gains["owners"] - own_use_cost(frames)
    inside = frames["accounts"].query("side == 'inside'")["balance"].sum()
    beside = frames["providers"].eval("funding - burn - research").sum()
    assert money + beside == pytest.approx(inside - frames["sellers"]["start_cash"].sum(), rel=1e-9)


def test_every_part_is_told_once():
    frames = small_run().frames
    table = welfare(frames)
    assert not table.duplicated(["side", "kind"]).any()
    gains = table.groupby("side")["gain"].sum()
    assert gains["users"] == pytest.approx(frames["ticks"]["surplus"].sum(), rel=1e-6)
    assert gains["sellers"] == pytest.approx(summary_tables.margins(frames)["profit"].sum())
    paid, cost = frames["wholesale"]["income"].sum(), frames["wholesale"]["running_cost"].sum()
    assert paid - cost < owners_rent(frames) < paid, (
        "the power of what is rented out is counted, that of own use is not"
    )


def test_an_efficient_market_gives_more_in_all():
    now, best = (welfare(frames)["gain"].sum() for frames in pair())
    assert best > now * 1.002


def test_at_cost_sellers_keep_next_to_nothing():
    _, best = pair()
    gains = welfare(best).groupby("side")["gain"].sum()
    # What is left to them is that machines under contract cost less than those on the spot market.
    assert abs(gains["sellers"]) < 0.02 * gains["users"]


def test_the_same_machines():
    now, best = pair()
    assert now["wholesale"]["racks"].to_numpy() == pytest.approx(best["wholesale"]["racks"].to_numpy())


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A run with its efficient companion, as the command leaves it; and what it said."""
    folder = tmp_path_factory.mktemp("welfare") / "run"
    words = ["run", "--days", "1", "--users", "100", "--efficient", "--json", "--out", str(folder)]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 0, said.output
    return folder, json.loads(said.stdout)


def test_the_command_runs_both_and_keeps_both(beside):
    folder, said = beside
    now, best = pair()
    kept = run_folder.read(folder)
    for frames, expected in ((kept.frames, now), (kept.efficient.frames, best)):
        pd.testing.assert_frame_equal(frames["ticks"], expected["ticks"])
    assert {row["kind"]: row["best"] for row in said["gains"]} == pytest.approx(
        dict(gains_a_day(best)[["kind", "gain"]].to_numpy())
    )
    assert load(folder / "efficient" / run_folder.PARAMETERS).market.clearing.kind == "auction"


def test_pictures_and_report_show_both(beside, monkeypatch):
    folder, _ = beside
    name = "welfare-split"
    monkeypatch.setattr(run_report, "CHARTS", {name: run_report.CHARTS[name]})  # others take their time
    kept = run_folder.read(folder)
    assert chart_options(kept, None)[name]["efficient"] is kept.efficient.frames
    page = report.html([subject.read(folder)], "a test")
    assert "gain in an efficient market, a day" in page
    _, best = pair()
    assert f"the ${gains_a_day(best)['gain'].sum() / 1e9:.3g}B of the same users" in page


def test_without_it_there_is_nothing_to_compare_with():
    table = beside_efficient(small_run().frames, None)
    assert table["best"].isna().all()
    assert said_of_efficient(table.assign(best=0.0)).endswith("scarcity is worth.")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_has_an_efficient_companion(name):
    for scenario in (SCENARIOS[name], *map(SCENARIOS[name].variant, SCENARIOS[name].variants)):
        assert checked(efficient(scenario), name).market.clearing.kind == "auction"


def test_the_picture_says_what_is_lost():
    now, best = pair()
    axes = CHARTS["welfare-split"].draw(now, efficient=best)
    note = next(text.get_text() for text in axes.texts if text.get_gid() == "note")
    assert "efficient market, $" in note
    diamonds = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    days = len(best["ticks"]) / 24
    assert sum(diamonds) == pytest.approx(welfare(best)["gain"].sum() / days)
