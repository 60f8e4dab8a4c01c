"""Every chart on every kind of run: something to see or a word on why not, no overlaps, units on the axes."""

import re
from dataclasses import replace
from functools import cache

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from market_runs import copy_of, small_run, without_rows
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from picture_check import blank_panels, flaws

from market import TokenMarket
from scenarios.library import SCENARIOS
from scenarios.pictures.panel import NOTE, head
from scenarios.pictures.registry import BATCH_CHARTS, CHARTS
from scenarios.results.frames import frames_of
from scenarios.results.over_time import events, in_bins
from scenarios.results.run_folder import RunResult
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

NAMES = list(CHARTS)
UNIT = re.compile(r"\[.+\]|USD|racks|requests|tokens|ratio|^$")


@cache
def two_ticks():
    return run(Settings(length_days=2 / 24, users=60, seed=1), command="a test")


@cache
def one_provider():
    """One lab, and nobody else who sells."""
    economy = SCENARIOS["baseline-2026"].economy(60)
    alone = {"providers": economy.providers[:1], "contracts": economy.contracts[:1], "research": economy.research[:1]}
    users = tuple(replace(segment, nests=()) for segment in economy.segments)
    model = TokenMarket(replace(economy, segments=users, **alone), rng=1)
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
    drawn = [
        panel
        for panel in axes.figure.findobj(Axes)
        if panel.lines or panel.patches or panel.collections or panel.images
    ]
    # Nobody queues in a week of the baseline: that chart says so in words.
    assert drawn or name == "queue-lengths"


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


def note_of(axes):
    (text,) = [text.get_text() for text in axes.texts if text.get_gid() == NOTE]
    return " ".join(text.split())


def test_words_hold_on_dark_paper_too():
    """There black is drawn white, and a full machine pale."""
    for chart in [*CHARTS.values(), *BATCH_CHARTS.values()]:
        assert not re.search(r"\b(black|white|dark|pale|light)\b", f"{chart.hint} {chart.shows}"), chart.name


def test_a_long_note_is_broken_and_its_title_moves_up():
    axes = plt.subplots(figsize=(3, 2), layout="constrained")[1]
    head(axes, "A title", "short")
    low = axes.titleOffsetTrans.get_matrix()[1, 2]  # type: ignore[attr-defined]
    head(axes, "A title", "a word that is said again " * 6)
    assert note_of(axes) == ("a word that is said again " * 6).strip()
    assert axes.titleOffsetTrans.get_matrix()[1, 2] > low  # type: ignore[attr-defined]
    assert flaws(axes.figure) == []


def test_who_never_has_a_machine_has_no_row_and_no_line():
    frames = copy_of(small_run())
    frames["pools"].loc[frames["pools"]["pool"] == "Islet", "capacity"] = 0.0
    frames["providers"].loc[frames["providers"]["provider"] == "Islet", "active"] = 0.0
    for name in ("utilisation", "cash"):
        assert any(text.startswith("Islet") for text in words(CHARTS[name].draw(small_run().frames)))
        assert not any(text.startswith("Islet") for text in words(CHARTS[name].draw(frames)))


def words(axes):
    return [text.get_text() for text in (*axes.texts, *axes.get_yticklabels())]


def test_no_machines_are_told_from_idle_ones():
    frames = copy_of(small_run())
    pools = frames["pools"]
    pools["capacity"] = pools["capacity"].clip(lower=1.0)  # a small run has a pool that rents none
    assert "hatched" not in note_of(CHARTS["utilisation"].draw(frames))
    pools.loc[(pools["pool"] == "Islet") & (pools["tick"] < 24), "capacity"] = 0.0
    axes = CHARTS["utilisation"].draw(frames)
    assert note_of(axes).endswith("hatched: no machines")
    (behind,) = [patch for patch in axes.patches if patch.get_hatch()]
    assert behind.zorder < axes.images[0].zorder
    assert np.ma.getmaskarray(axes.images[0].get_array()).any()


def test_ceilings_are_told_of_where_there_are_some_and_drawn_like_nothing_else():
    frames = small_run().frames
    assert "ceilings" not in note_of(CHARTS["supply-demand"].draw(frames))
    times = frames["ticks"]["time"]
    caps = pd.DataFrame({"time": [times.iloc[0], times.iloc[-1]], "name": "power", "racks": 1e6})
    axes = CHARTS["supply-demand"].draw(frames, ceilings=caps)
    assert note_of(axes).endswith("dotted: ceilings, each alone")
    lines = {line.get_label(): (line.get_color(), line._unscaled_dash_pattern) for line in axes.lines}  # type: ignore[attr-defined]
    assert len(set(lines.values())) == len(lines)
    assert [name for name, (_, dashes) in lines.items() if dashes[1] and dashes[1][0] < 1.5] == ["ceiling: power"]


def test_the_running_cost_of_one_day_is_a_line():
    axes = CHARTS["price-paths"].draw(run(Settings(length_days=1, users=60, seed=1), command="a test").frames)
    costs = [line for line in axes.lines if str(line.get_label()).startswith("running cost")]
    assert costs
    for line in costs:
        (begin, end), (low, high) = line.get_xdata(), line.get_ydata()
        assert end - begin == pd.Timedelta(days=1)
        assert low == high > 0


def test_labels_of_prices_are_in_the_order_of_the_prices():
    axes = CHARTS["price-paths"].draw(small_run().frames)
    last = {line.get_label(): line.get_ydata()[-1] for line in axes.lines}
    labels = [(text.xy[1], last[text.get_text()]) for text in axes.texts if text.get_text() in last]  # type: ignore[attr-defined]
    assert len(labels) == 7
    values = [value for _, value in sorted(labels)]
    assert values == sorted(values)


def test_gains_round_zero_can_be_seen():
    frames = small_run().frames
    axes = CHARTS["welfare-split"].draw(frames, efficient=frames)
    low, high = axes.get_xlim()
    assert low < -0.02 * (high - low)
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert diamonds
    assert not any(line.get_clip_on() for line in diamonds)
    assert CHARTS["welfare-split"].shows.endswith("if that was run too.")
