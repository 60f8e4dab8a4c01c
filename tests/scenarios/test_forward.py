"""The command ``forward``: what was expected, what came, and what is off."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from capacity.errors import InputError
from market.simulation.quoting import AHEAD
from scenarios.cli import main as cli
from scenarios.library import SCENARIOS
from scenarios.results import run_folder
from scenarios.results.measures.machines import H100_PER_RACK
from scenarios.runs.run import run
from scenarios.runs.settings import Settings
from scenarios.studies.forward import forward


def told(rises_by=0.0, expects=300.0, days=150):
    """Frames of a run in which spot rises from 300 by so much a day, and is always expected at some price."""
    times = pd.date_range("2026-01-01", periods=days, freq="D")
    spot = 300.0 + rises_by * np.arange(days)
    ticks = pd.DataFrame({"tick": np.arange(days), "time": times, "spot_price": spot, "on_demand_price": 1.5 * spot})
    rows = pd.DataFrame(
        {
            "tick": np.repeat(np.arange(days), len(AHEAD)),
            "time": np.repeat(times, len(AHEAD)),
            "ahead": pd.Categorical(list(AHEAD) * days, categories=list(AHEAD)),
            "spot": expects,
            "term": expects,
        }
    )
    return {"ticks": ticks, "forward": rows}


def test_who_expects_what_comes_is_never_off():
    found = forward([told()])
    assert (found.errors["rms"] < 1e-12).all()
    assert set(found.errors["ahead"].astype(str)) == {"now", "1 month", "3 months"}  # the run ends before the others


def test_errors_are_of_what_came_about_the_date():
    """A dollar a day: three months later spot is 91.3 dearer than it was expected to be, and is told of each date."""
    found = forward([told(rises_by=1.0)])
    error = found.errors.set_index(found.errors["ahead"].astype(str)).loc["3 months"]
    dates = [1.0 + 30.4375 * k for k in range(5) if 1.0 + 30.4375 * k + 365.25 / 4 <= 149]
    answer = np.mean([300.0 / (300.0 + date + 365.25 / 4) - 1.0 for date in dates])
    assert error["told"] == len(dates)
    assert error["mean"] == pytest.approx(answer, abs=0.004)


def test_several_runs_give_ranges_in_the_unit_of_rental_lists():
    curve = forward([told(expects=182.0), told(expects=364.0)], per_h100=True).curve
    unit = 182.0 / H100_PER_RACK
    assert curve[["spot", "spot_min", "spot_max"]].iloc[0].tolist() == pytest.approx([1.5 * unit, unit, 2 * unit])


def test_the_list_of_the_hour_stands_beside_what_is_expected():
    curve = forward([told(rises_by=1.0)]).curve
    assert curve["listed"].iloc[0] == pytest.approx(1.5 * 301.0)


def test_a_run_that_is_given_twice_is_refused():
    with pytest.raises(InputError, match="runs 1 and 3 are the same run"):
        forward([told(), told(expects=200.0), told()])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    scenario = SCENARIOS["rack-market"].with_changes({"time.mode": "hourly", "time.days": 3.0})
    settings = Settings(scenario, 3.0, 1, 30)
    return run_folder.write(run(settings), tmp_path_factory.mktemp("runs") / "short")


def test_the_command_prints_draws_and_writes_json(folder, tmp_path, capsys, monkeypatch):
    picture = tmp_path / "forward.png"
    command = ["tokenmarket", "forward", str(folder), "--every", "1", "--plot", str(picture)]
    for more in ([], ["--json"]):
        monkeypatch.setattr(sys, "argv", command + more)
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert not stopped.value.code
        out = capsys.readouterr().out
        assert str(picture) in out
    assert picture.stat().st_size > 10_000
    found = json.loads(out)
    assert found["unit"] == "USD per H100-hour"
    assert found["curve"][-1]["came"] is None
    assert 0.5 < found["curve"][0]["spot"] < 10.0


def test_runs_of_different_dates_are_refused(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["tokenmarket", "forward", str(folder), str(tmp_path / "none")])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    assert "there is no result folder" in capsys.readouterr().err
