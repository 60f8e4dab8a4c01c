"""The pictures of a run: labelled with units, nothing empty, nothing on top of each other, the same each time."""

import subprocess
import sys
import time
from functools import cache

import numpy as np
import pytest
from market_runs import copy_of, small_run, without_rows
from matplotlib import pyplot as plt
from matplotlib.text import Text
from picture_check import blank_panels, flaws

from capacity import InputError
from scenarios.pictures import panel
from scenarios.pictures.charts import money
from scenarios.pictures.dashboard import dashboard, draw
from scenarios.pictures.style import save, style
from scenarios.pictures.telling import ALWAYS, PANELS, telling
from scenarios.results.run_folder import RunResult


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@cache
def page(*, everything):
    """A page that tests only look at, drawn once."""
    return dashboard(small_run(), everything=everything)


@pytest.mark.parametrize(("everything", "panels"), [(False, 8), (True, 15)])
def test_the_page_has_no_overlaps_and_nothing_falls_off(everything, panels):
    figure = page(everything=everything)
    assert flaws(figure) == []
    assert blank_panels(figure) == []
    assert len([axes for axes in figure.axes if axes.get_label() != "<colorbar>"]) == panels


@pytest.mark.parametrize("everything", [False, True])
def test_type_is_large_enough_to_be_read(everything):
    """At least 8 points, on paper as wide as the page."""
    figure = page(everything=everything)
    small = {text.get_text(): text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()}
    assert min(small.values()) >= 8.0, min(small, key=small.get)


def test_the_page_shows_what_happens():
    """Charts in which nothing happens give way to those in which something does."""
    frames = copy_of(small_run())
    assert len(telling(frames)) == PANELS
    assert {*ALWAYS} <= {*telling(frames)}
    ticks, providers = frames["ticks"], frames["providers"]
    ticks["spot_price"] = 100.0
    assert "spot-price" not in telling(frames)
    ticks.loc[ticks.index[-5:], "spot_price"] = 150.0
    assert "spot-price" in telling(frames)
    providers.loc[(providers["provider"] == "Islet") & (providers["tick"] > 20), "active"] = 0.0
    assert "cash" in telling(frames)


def test_the_page_as_written_has_no_overlaps_and_nothing_falls_off(tmp_path):
    """Letters are wider or narrower at the dots an inch of the file, and parts are placed for those."""
    figure = dashboard(small_run())
    with style():
        save(figure, tmp_path / "page.png")
    assert figure.dpi == 150
    assert flaws(figure) == []


def test_a_map_is_as_wide_as_its_place_whatever_its_note_says():
    """Constrained layout makes a panel narrower for a note that sticks out."""
    frames = copy_of(small_run())
    frames["pools"].loc[(frames["pools"]["pool"] == "Islet") & (frames["pools"]["tick"] < 24), "capacity"] = 0.0
    figure = dashboard(RunResult(frames, small_run().about), everything=True)
    figure.draw_without_rendering()
    (shown,) = [axes for axes in figure.axes if axes.images]
    (bar,) = [axes for axes in figure.axes if axes.get_ylabel() == "work done over capacity [%]"]
    assert bar.get_window_extent().x0 - shown.get_window_extent().x1 < 0.1 * shown.get_window_extent().width


def test_who_draws_the_page_does_not_wait_for_what_it_does_not_use():
    code = "import sys, scenarios.pictures.dashboard; print({'mesa', 'seaborn', 'scipy.stats'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_long_questions_and_commands_stay_on_the_page():
    run = without_rows(small_run())
    long = {**run.about, "question": "What if everything that may grow does so? " * 4, "command": "tokenmarket " * 40}
    assert flaws(dashboard(RunResult(run.frames, long))) == []


def test_the_page_of_nothing_has_a_message_in_every_panel():
    figure = dashboard(without_rows(small_run()))
    for axes in figure.axes:
        assert axes.texts, axes.get_title(loc="left")
    assert flaws(figure) == []


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_chart_gives_the_same_bytes(tmp_path, ending):
    for name in ("one", "two"):
        save(money.profits.draw(small_run().frames).figure, tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_page_is_drawn_fast_enough(tmp_path):
    small_run()
    begin = time.process_time()
    path = draw(small_run(), tmp_path / "page.png")
    assert path.stat().st_size > 50_000
    assert time.process_time() - begin < 10, "5 s on an idle machine"


def test_a_wrong_ending_is_refused_before_drawing(tmp_path):
    with pytest.raises(InputError, match="must end in one of"):
        draw(small_run(), tmp_path / "page.gif")


def test_labels_are_spread_in_order_and_no_more_than_needed():
    assert panel.spread([0.0, 1.0], 0.1) == [0.0, 1.0]
    assert panel.spread([0.5, 0.5], 0.1) == pytest.approx([0.45, 0.55])
    moved = panel.spread([0.2, 0.21, 0.19, 0.9], 0.1)
    assert np.diff(sorted(moved)).min() >= 0.1 - 1e-12
    assert np.argsort(moved).tolist() == [2, 0, 1, 3]
    assert moved[3] == 0.9
    assert min(panel.within([-0.2, 0.0, 1.4], 0.1)) > 0
    assert max(panel.within([-0.2, 0.0, 1.4], 0.1)) < 1


def test_shades_differ_and_stay_in_range():
    made = panel.shades("#D55E00", 4)
    assert len(set(made)) == 4
    assert all(0 <= part <= 1 for colour in made for part in colour)
