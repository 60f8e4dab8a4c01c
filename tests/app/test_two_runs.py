"""Two runs side by side: the figures, their differences, and the panels that hold both."""

import math

import pytest
from matplotlib import pyplot as plt

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.pictures.two_runs import together
from scenarios.results.frames import frames_of
from scenarios.results.side_by_side import Figure, figures


@pytest.mark.parametrize(
    ("this", "last", "written"),
    [
        (58.0, 50.0, ("58.0", "50.0", "+8.0", "+16.0 %")),
        (40.0, 50.0, ("40.0", "50.0", "−10.0", "−20.0 %")),
        (5_000.0, 5.0, ("5,000.0", "5.0", "+4,995.0", "× 1,000")),
        (50.01, 50.0, ("50.0", "50.0", "0.0", "0.0 %")),
        (1.0, 0.0, ("1.0", "0.0", "+1.0", "–")),
        (1.0, math.nan, ("1.0", "–", "–", "–")),
        (0.0242, 0.01, ("0.0", "0.0", "0.0", "–")),
        (-0.0242, 0.01, ("0.0", "0.0", "0.0", "–")),
        (0.0, 0.3, ("0.0", "0.3", "−0.3", "−100.0 %")),
        (3.2e9, 1.6e9, ("3.2B", "1.6B", "+1.6B", "+100.0 %")),
    ],
)
def test_a_difference_as_people_read_it(this, last, written):
    assert Figure("some", "%", this, last).row == ("some [%]", *written)


@pytest.fixture(scope="module")
def two():
    frames = []
    for growth, hours in ((1.0, 30), (10.0, 80)):
        made = SCENARIOS["baseline-2026"].with_changes({"demand.growth": growth, "demand.scale": 1.0 + growth / 10})
        model = TokenMarket(made.economy(100), rng=1)
        model.run_for(hours)
        frames.append(frames_of(model))
    return frames


def test_the_figures_are_those_of_the_frames(two):
    this, last = two
    by_name = {one.name: one for one in figures(this, last)}
    ticks = this["ticks"]
    busy = by_name["machines busy [%]"]
    assert busy.this == pytest.approx(100 * ticks["used"].sum() / ticks["capacity"].sum())
    assert busy.last > busy.this
    assert by_name["requests served [%]"].this == pytest.approx(100 * ticks["served"].sum() / ticks["asked"].sum())
    assert by_name["spot price, mean [USD/rack-hour]"].this == pytest.approx(ticks["spot_price"].mean())
    assert all(math.isfinite(one.this) and math.isfinite(one.last) for one in by_name.values())
    same = figures(this, this)
    assert all(one.this == one.last for one in same)


def test_each_panel_holds_both_runs_with_units_from_zero(two):
    axes = together(*two)
    assert len(axes) == 4
    for panel in axes:
        this, last = panel.lines
        assert (len(this.get_xdata()), len(last.get_xdata())) == (30, 4)  # by hour in short runs, by day in others
        assert panel.get_ylim()[0] == 0
        assert panel.get_ylabel()
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["this run", "last run"]
    plt.close(axes[0].figure)
