"""The growth map: which runs it asks for, and a page that can be read."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt
from typer.testing import CliRunner

from capacity.errors import InputError
from scenarios.cli.main import app
from scenarios.results.measures import MEASURES
from scenarios.studies.growth_map import DEMAND, SUPPLY, WITH, WITHOUT, scenarios_of_the_map, study_of_the_map
from scenarios.studies.growth_map_picture import LAYERS, growth_map


def runs() -> pd.DataFrame:
    rows = [
        {"scenario": name.replace(" ", "-"), "demand.growth": d, "supply.growth": s, "seed": seed}
        | {layer.measure: d / s + seed for layer in LAYERS}
        for name, d, s, seed in itertools.product((WITHOUT, WITH), DEMAND, SUPPLY, (1, 2))
    ]
    return pd.DataFrame(rows)


def test_every_pair_of_growth_is_run_with_and_without_ways_out() -> None:
    study = study_of_the_map(days=7.0, seeds=3, users=50)
    assert len(study.cases) == 2 * len(DEMAND) * len(SUPPLY)
    assert len(study.runs) == 3 * len(study.cases)
    assert study.inputs == ["demand.growth", "supply.growth"]


def test_ways_out_are_all_that_differs() -> None:
    without, with_them = scenarios_of_the_map(7.0)
    assert set(with_them.differences(without)) == {
        "demand.coders.local.owners",
        "demand.coders.local.price_usd",
        "progress.advancing",
        "progress.efficiency_growth",
    }
    assert without.demand.coders.local.owners == 0.0


def test_the_page_shows_the_means_of_every_pair_beside_the_line_of_balance() -> None:
    assert all(layer.measure in MEASURES for layer in LAYERS)
    figure = growth_map(runs())
    axes = figure.axes
    assert len(axes) == 2 * len(LAYERS)
    shown = [text.get_text() for text in axes[0].texts if text.get_text().endswith("x")]
    assert len(shown) == len(DEMAND) * len(SUPPLY)
    assert shown[0] == f"{DEMAND[0] / SUPPLY[-1] + 1.5:.1f}x"  # least demand, most supply: the upper left
    # The line goes from the lower left to the upper right: one upright step for each supply that some demand exceeds.
    upright = [line for line in axes[0].lines if len(set(line.get_xdata())) == 1]
    assert len(upright) == len(SUPPLY)
    plt.close(figure)


def test_bad_options_are_refused_before_anything_runs(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["growth-map", "--picture", "map.txt", "--out", str(tmp_path / "new")])
    assert isinstance(result.exception, InputError)
    assert not (tmp_path / "new").exists()
