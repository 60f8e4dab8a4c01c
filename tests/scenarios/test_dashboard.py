"""The pictures of a run: labelled with units, nothing empty, nothing on top of each other, the same each time."""

import re
import time

import matplotlib as mpl
import numpy as np
import pytest
from market_runs import small_run, without_rows
from matplotlib import pyplot as plt
from matplotlib.text import Text

from capacity import InputError
from scenarios.charts import panel, queues, shares
from scenarios.charts.dashboard import dashboard, draw
from scenarios.charts.registry import CHARTS
from scenarios.charts.style import save

NAMES = list(CHARTS)
DRAWN = [chart.draw for chart in CHARTS.values()]
UNIT = re.compile(r"\[.+\]|USD|racks|requests|^$")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn_texts(figure):
    """Every text that can be seen, with its box in pixels."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    hidden = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not (label.get_visible() and tick in axis._update_ticks())
    }
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts]


def flaws(figure):
    """Texts on top of each other, and texts that fall off the page."""
    found = drawn_texts(figure)
    pairs = []
    for k, (one, a) in enumerate(found):
        for other, b in found[:k]:
            width = min(a.x1, b.x1) - max(a.x0, b.x0)
            height = min(a.y1, b.y1) - max(a.y0, b.y0)
            if width > 2 and height > 3:
                pairs.append((other, one))
    page = figure.bbox
    off = [text for text, box in found
           if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]  # fmt: skip
    return pairs + off


@pytest.mark.parametrize("chart", DRAWN, ids=NAMES)
def test_a_chart_has_labels_with_units_something_to_see_and_no_overlap(chart):
    axes = chart(small_run().frames)
    assert axes.get_title(loc="left")
    for label in (axes.get_xlabel(), axes.get_ylabel()):
        assert UNIT.search(label), label
    assert axes.get_xlabel() or axes.get_ylabel()
    assert axes.lines or axes.patches or axes.collections or axes.images
    assert flaws(axes.figure) == []


@pytest.mark.parametrize("chart", DRAWN, ids=NAMES)
def test_an_empty_frame_gives_a_message_in_place_of_an_empty_panel(chart):
    axes = chart(without_rows(small_run()).frames)
    assert len(axes.texts) == 1
    assert re.search(r"run|market", axes.texts[0].get_text())
    assert not axes.lines
    assert not axes.patches


@pytest.mark.parametrize("chart", DRAWN, ids=NAMES)
def test_a_chart_draws_into_given_axes_and_leaves_settings_alone(chart):
    before = dict(mpl.rcParams)
    figure, axes = plt.subplots(layout="constrained")
    assert chart(small_run().frames, ax=axes) is axes
    assert axes.figure is figure
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("segment", ["casual", "coders", "agentic"])
def test_what_became_of_requests_by_day_adds_up(segment):
    share = queues.present(small_run().frames, segment).sum(axis=1)
    assert share.to_numpy() == pytest.approx(100.0)


def test_the_page_has_no_overlaps_and_nothing_falls_off():
    figure = dashboard(small_run())
    assert flaws(figure) == []
    assert len(figure.axes) >= 12


def test_the_page_of_nothing_has_a_message_in_every_panel():
    figure = dashboard(without_rows(small_run()))
    for axes in figure.axes:
        assert axes.texts, axes.get_title(loc="left")
    assert flaws(figure) == []


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_chart_gives_the_same_bytes(tmp_path, ending):
    for name in ("one", "two"):
        save(shares.profits(small_run().frames).figure, tmp_path / f"{name}.{ending}")
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
