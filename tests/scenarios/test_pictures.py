"""Every chart on every kind of run: something to see or a word on why not, no overlaps, units on the axes."""

import re
from dataclasses import replace
from functools import cache

import matplotlib as mpl
import pytest
from market_runs import small_run, without_rows
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from picture_check import blank_panels, flaws

from market import TokenMarket
from scenarios.charts.registry import CHARTS
from scenarios.library import SCENARIOS
from scenarios.over_time import events, in_bins
from scenarios.results import RunResult, frames_of
from scenarios.run import Settings, run

NAMES = list(CHARTS)
UNIT = re.compile(r"\[.+\]|USD|racks|requests|tokens|ratio|^$")


@cache
def two_ticks():
    return run(Settings(length_days=2 / 24, users=60, seed=1), command="a test")


@cache
def one_provider():
    """One lab, and nobody else who sells."""
    economy = SCENARIOS["baseline-2026"].economy(60)
    model = TokenMarket(replace(economy, providers=economy.providers[:1], contracts=economy.contracts[:1]), rng=1)
    model.run_for(60)
    return RunResult(frames_of(model), {})


@cache
def three_years():
    """Growth, exits and a calendar that jumps; long ticks, so that it is quick."""
    scenario = SCENARIOS["compute-crunch"].with_changes({"time.tick_hours": 24.0})
    return run(Settings(scenario, None, seed=1, users=60), command="a test")


RUNS = {"week": small_run, "two ticks": two_ticks, "one provider": one_provider, "three years": three_years}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("which", RUNS)
def test_a_chart_shows_something_and_nothing_overlaps(which, name):
    axes = CHARTS[name].draw(RUNS[which]().frames)
    assert axes.get_title(loc="left") == CHARTS[name].title
    assert blank_panels(axes.figure) == []
    assert flaws(axes.figure) == []
    for panel in axes.figure.findobj(Axes):
        for label in (panel.get_xlabel(), panel.get_ylabel()):
            assert UNIT.search(label), label


@pytest.mark.parametrize("name", NAMES)
def test_a_week_has_something_in_every_chart(name):
    """Not a message: so the test above cannot pass on messages alone."""
    axes = CHARTS[name].draw(small_run().frames)
    drawn = [panel for panel in axes.figure.findobj(Axes)
             if panel.lines or panel.patches or panel.collections or panel.images]  # fmt: skip
    assert drawn


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_frame_gives_a_message_in_place_of_an_empty_panel(name):
    axes = CHARTS[name].draw(without_rows(small_run()).frames)
    assert len(axes.texts) == 1
    assert re.search(r"run|market", axes.texts[0].get_text())
    assert not axes.lines
    assert not axes.patches
    assert flaws(axes.figure) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_draws_into_given_axes_and_leaves_settings_alone(name):
    before = dict(mpl.rcParams)
    figure, axes = plt.subplots(layout="constrained")
    assert CHARTS[name].draw(small_run().frames, ax=axes) is axes
    assert axes.figure is figure
    assert dict(mpl.rcParams) == before


def test_a_calendar_that_jumps_has_a_bin_a_week():
    frames = three_years().frames
    weeks = frames["ticks"]["time"].dt.to_period("W").nunique()
    assert in_bins(frames["ticks"], frames)["bin"].nunique() == weeks
    assert set(events(frames)["event"]) == {"leaves"}, "so that marks of exits are looked at above"


def test_every_chart_says_what_it_shows():
    for chart in CHARTS.values():
        assert chart.shows.endswith(".")
        assert len(chart.shows) < 200
        assert chart.title[0].isupper()
    assert len({chart.title for chart in CHARTS.values()}) == len(CHARTS)
