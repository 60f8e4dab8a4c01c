"""Forecasts: joint draws, what is drawn, fans and first months by hand, and a short run of the command."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.cli.main import app
from scenarios.library import SCENARIOS
from scenarios.studies.bands import ALONE, draw_bands, quantiles
from scenarios.studies.forecast.fans import Event, chances, event_of, fans
from scenarios.studies.forecast.picture import draw
from scenarios.studies.forecast.task import as_fitted, monthly, task_of
from scenarios.studies.kept_runs import RUNS, all_runs, kept
from scenarios.studies.moments.sets import fitted_sets, fitted_values, joint_draws, nearest, rows_of

SMALL = ["--draws", "2", "--users", "20", "--days", "1", "--workers", "1", "--quiet"]


def test_what_is_known_jointly_is_drawn_jointly() -> None:
    """A moment that goes with the sum of two parameters leaves their difference open."""
    middle, wide = np.array([0.5, 0.5]), np.array([[100.0, 100.0]])
    drawn = joint_draws(middle, np.zeros(2), np.ones(2), wide, 4_000, np.random.default_rng(1))
    assert drawn.sum(axis=1).std() < 0.03
    assert drawn[:, 0].std() > 0.15
    assert ((drawn >= 0.0) & (drawn <= 1.0)).all()


def test_without_slopes_draws_are_as_wide_as_their_ranges() -> None:
    low, high = np.array([0.4]), np.array([0.6])
    drawn = joint_draws(np.array([0.5]), low, high, np.zeros((1, 1)), 4_000, np.random.default_rng(1))
    assert drawn.std() == pytest.approx(0.2 / 12.0**0.5, rel=0.2)


def test_the_nearest_are_kept_in_the_order_of_the_draws() -> None:
    assert nearest([np.array([3.0]), np.array([1.0, -1.0]), np.array([0.0])], 2) == [1, 2]


def test_the_sets_lie_within_the_fitted_ranges() -> None:
    rows = {row["path"]: row for row in rows_of("baseline_2026.csv")}
    sets = fitted_sets()
    assert len(sets) >= 8
    for values in sets:
        assert set(values) == set(rows)
        for path, value in values.items():
            assert float(rows[path]["from"]) * 0.999 <= value <= float(rows[path]["to"]) * 1.001


def test_what_a_scenario_sets_itself_is_its_premise() -> None:
    free = as_fitted(SCENARIOS["baseline-2026"])
    assert set(free) == set(fitted_values())
    other = SCENARIOS["baseline-2026"].with_changes({"supply.first_party": 0.5})
    assert set(free) - set(as_fitted(other)) == {"supply.first_party"}


def test_a_scenario_without_anything_fitted_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.studies.forecast.task.fitted_values", lambda: {"demand.scale": 0.123})
    with pytest.raises(InputError, match="scenario 'off-peak' has nothing as the baseline is fitted"):
        task_of(SCENARIOS["off-peak"], 2, 20)


def test_catalogues_are_left_to_the_hindcast() -> None:
    with pytest.raises(InputError, match=r"'hindcast' has sellers with catalogues.*tokenmarket hindcast"):
        task_of(SCENARIOS["hindcast"], 2, 20)


def runs_by_hand() -> list[dict[str, dict[str, dict[str, float]]]]:
    lines = ([1.0, 2.0, 1.0], [1.0, 1.4, 1.6], [2.0, 2.0, 2.0], [1.0, 1.0, 4.0])
    return [{"series": {"spot": {str(k + 1): value for k, value in enumerate(line)}}} for line in lines]


def test_what_has_come_to_pass_stays_so() -> None:
    found = chances(runs_by_hand(), [Event("spot", 2.0), Event("spot", 2.0, "unit"), Event("wait", 1.0)])
    by_event = {name: part["share"].tolist() for name, part in found.groupby("event", sort=False)}
    assert by_event["spot 2x its start"] == [0.0, 0.25, 0.5]
    assert by_event["spot 2 (USD per rack-h)"] == [0.25, 0.5, 0.75]
    assert by_event["wait 1x its start"] == [0.0, 0.0, 0.0]


def test_fans_are_quantiles_over_the_runs() -> None:
    found = fans(runs_by_hand())
    last = found[(found["series"] == "spot") & (found["month"] == 3)].iloc[0]
    assert last["p50"] == pytest.approx(1.8)
    assert found["p05"].le(found["p50"]).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spto=2x", "did you mean 'spot'"),
        ("spot=soon", "must be a number above 0"),
        ("spot=-1", "above 0"),
        ("spot", "above 0"),
    ],
)
def test_an_event_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        event_of(text)


def frames() -> dict[str, pd.DataFrame]:
    """Two hours, in two months."""
    time = pd.to_datetime(["2026-01-31 23:00", "2026-02-01 00:00"])
    ticks = pd.DataFrame({"tick": [0, 1], "time": time, "spot_price": [300.0, 450.0]})
    listings = pd.DataFrame(
        {
            "offer": ["best", "fast", "o"],
            "kind": ["frontier", "frontier", "open"],
            "tier": ["standard", "priority", "standard"],
            "model": ["frontier", "frontier", "kimi-k2"],
        }
    )
    offers = pd.DataFrame(
        {
            "tick": [0, 0, 0, 1, 1, 1],
            "offer": ["best", "fast", "o"] * 2,
            "price": [20.0, 30.0, 2.0, 40.0, 99.0, 6.0],
            "waiting": [0.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            "ordered": [1.0, 1.0, 1.0, 2.0, 1.0, 1.0],
        }
    )
    asked = {"asked": [10.0, 10.0], "nothing": [1.0, 2.0], "unaffordable": [0.0, 1.0], "turned_away": [0.0, 1.0]}
    return {"ticks": ticks, "offers": offers, "listings": listings, "segments": pd.DataFrame({"tick": [0, 1], **asked})}


def test_series_by_month_by_hand() -> None:
    found = {name: line.tolist() for name, line in monthly(frames()).items()}
    assert found == {
        "spot": [300.0, 450.0],
        "standard list": [20.0, 40.0],
        "open list": [2.0, 6.0],
        "refused": [0.1, 0.4],
        "wait": [0.0, 15.0],
    }


def test_runs_are_the_same_whatever_does_them_and_are_kept(tmp_path: Path, quick_workers: None) -> None:
    task = task_of(SCENARIOS["off-peak"].with_changes({"time.days": 0.5}), 2, 20)
    told: list[int] = []
    one = all_runs(task, tmp_path / "one", 1, lambda done, of: told.append(done))
    two = all_runs(task, tmp_path / "two", 2, lambda done, of: None)
    assert one == two
    assert told == [0, 1, 2]
    assert one[0]["values"] != one[1]["values"]
    with (tmp_path / "one" / RUNS).open("a") as file:
        file.write('{"key": "half a li')
    assert list(kept(task.keys, tmp_path / "one" / RUNS)) == [1, 2]


def test_the_command_says_when_and_draws(tmp_path: Path) -> None:
    picture = tmp_path / "fans.png"
    asked = ["forecast", "off-peak", *SMALL, "--out", str(tmp_path / "runs"), "--plot", str(picture)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    assert "Share of the runs that have come to it" in result.output
    assert picture.exists()
    found = json.loads(CliRunner().invoke(app, [*asked[:-2], "--json", "--when", "spot=0.5x"]).output)
    assert found["runs"] == 2
    assert found["events"] == [{"event": "spot 0.5x its start", "month": 1, "runs": 2, "share": 1.0}]


def test_a_picture_of_runs_by_hand(tmp_path: Path) -> None:
    made = runs_by_hand()
    events = [Event("spot", 2.0), Event("spot", 2.0, "unit")]
    written = draw(fans(made), chances(made, events), "crunch: two runs", tmp_path / "fans.svg").read_text()
    assert all(text in written for text in ("crunch: two runs", "spot 2x", "Runs that have come to it"))


def test_a_forecast_of_one_month_can_be_seen() -> None:
    """A line of one point cannot: it is drawn around its month, with both bands."""
    figure, ax = plt.subplots()
    draw_bands(ax, pd.DataFrame([quantiles(np.array([1.0, 2.0, 3.0]))]), "black")
    assert ax.lines[0].get_xdata().tolist() == [-ALONE, ALONE]
    assert ax.lines[0].get_ydata().tolist() == [2.0, 2.0]
    assert [area.get_datalim(ax.transData).width for area in ax.collections] == [2 * ALONE, 2 * ALONE]
    plt.close(figure)
