"""Runs whose users are grouped: what is asked for, what is refused, and what the run says of its error."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scenarios.cli import main as cli
from scenarios.library import SCENARIOS
from scenarios.reports.answer import doubts
from scenarios.reports.subject import Run
from scenarios.results.grouped import said_of_cells
from scenarios.results.key_figures import subtitle
from scenarios.runs.run import result_so_far, run, start
from scenarios.runs.settings import Settings

#: What leaves nothing that a single user would remember, as in docs/studies/by-the-token.toml.
NOTHING_OF_ONES_OWN = {
    "demand.casual.attachment": 0.0,
    "demand.coders.attachment": 0.0,
    "demand.agentic.attachment": 0.0,
    "labs.*.tiers.free.quota_per_day": float("inf"),
    "labs.*.offers.plan.closed_to": ("casual", "coders"),
    "labs.*.offers.pro.closed_to": ("casual", "coders"),
}
PLAIN = SCENARIOS["baseline-2026"].with_changes(NOTHING_OF_ONES_OWN)
GROUPED = PLAIN.with_changes({"demand.resolution": "grouped", "demand.cells": 64})


@pytest.fixture(scope="module")
def grouped():
    return run(Settings(GROUPED, 0.25, 1, 400))


def test_a_run_tells_how_far_its_orders_are_from_individuals(grouped):
    found = grouped.about["grouped"]
    assert found["cells"] == {"casual": 64, "coders": 66, "agentic": 64}
    for name in found["cells"]:
        assert found["orders_off_finer"][name] < 0.1
        assert found["orders_off_finer"][name] <= found["orders_off"][name] + 1e-9 < 1.0
    assert 0 < found["orders_by_chance"]["coders"] < 1.0
    assert "of coders (by chance" in said_of_cells(grouped.about)
    assert "grouped" not in run(Settings(PLAIN, 1 / 24, 1, 100)).about


def test_a_run_that_goes_on_knows_its_cells_alone():
    settings = Settings(GROUPED, 1 / 24, 1, 100)
    model = start(settings)
    model.step()
    about = result_so_far(settings, model, 0.0).about
    assert about["grouped"] == {"cells": {"casual": 64, "coders": 66, "agentic": 64}}
    assert said_of_cells(about) == ""
    assert "194 weighted cells stand for" in subtitle(about)


def test_the_report_says_it_too(grouped, tmp_path):
    assert said_of_cells(grouped.about) in doubts(Run(tmp_path, grouped, GROUPED))


def test_draws_change_nothing_where_users_are_grouped(grouped):
    other = run(Settings(GROUPED, 0.25, 2, 200))
    for name in ("offers", "segments", "ticks"):
        numbers = [result.frames[name].select_dtypes("number").to_numpy() for result in (grouped, other)]
        np.testing.assert_array_equal(*numbers)


def test_the_command_says_it_and_refuses_in_a_line(tmp_path, monkeypatch, capsys):
    written = {
        path: "inf" if value == float("inf") else json.dumps(value) for path, value in NOTHING_OF_ONES_OWN.items()
    }
    sets = [f"--set={path}={value}" for path, value in written.items()]
    command = ["tokenmarket", "run", "--set=demand.resolution=grouped", "--days=0.25", "--users=60", "--no-picture"]
    for changes, code in (([], 2), (sets, 0)):
        monkeypatch.setattr("sys.argv", [*command, *changes, f"--out={tmp_path / 'run'}"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert (ended.value.code or 0) == code
        out = capsys.readouterr()
        if code:
            assert out.err.count("\n") == 1
            assert "segment 'casual' cannot be grouped into cells" in out.err
            assert "quota_per_day of offer 'Aster free' is 16, but must be inf" in out.err
            assert not (tmp_path / "run").exists()
        else:
            assert "Users are grouped into 1,536 weighted cells." in out.out.replace("\n", " ")
            assert json.loads((tmp_path / "run" / "run.json").read_text())["grouped"]["ticks"] == 6
