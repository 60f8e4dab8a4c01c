"""Pictures of batches: numbers as given, nothing empty, nothing overlaps; the page of a folder."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from in_line import InLine
from matplotlib import pyplot as plt
from picture_check import blank_panels, drawn_texts, flaws

from capacity import InputError
from scenarios.batches import open_batch, run_batch
from scenarios.batches.analysis.over_seeds import interval
from scenarios.batches.comparison import Runs, compare
from scenarios.batches.plan.planning import study_of
from scenarios.cli import main as cli
from scenarios.pictures.batch_dashboard import LOSS, _counts, batch_dashboard, inputs_drawn
from scenarios.pictures.chart_data import Column
from scenarios.pictures.charts import batches
from scenarios.pictures.comparison import picture
from scenarios.pictures.registry import BATCH_CHARTS
from scenarios.pictures.style import style

PRICE = Column("price", "USD", "price")
SEEDS = range(1, 6)
GROWTHS = (2.0, 3.4, 5.0)
NAMES = list(BATCH_CHARTS)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@cache
def summaries():
    """A grid of two inputs and five seeds: the price rises with demand and falls with supply."""
    rows = [
        {
            "run": 0,
            "label": f"supply.growth={s:g}, demand.growth={d:g}",
            "scenario": "baseline-2026",
            "variant": "",
            "seed": seed,
            "supply.growth": s,
            "demand.growth": d,
            "spot-price": 100 * d / s + seed,
            "unserved": 0.01 * d,
            "surplus": np.nan,
            "closed-list-price": 20.0,
        }
        for s in GROWTHS
        for d in (3.0, 10.0)
        for seed in SEEDS
    ]
    return pd.DataFrame(rows).assign(run=range(len(rows)))


@cache
def paths():
    """An hourly price of two cases over three weeks."""
    times = pd.date_range("2026-01-05", periods=21 * 24, freq="h")
    parts = [
        pd.DataFrame({"time": times, "label": label, "seed": seed, "price": base + seed + np.arange(len(times)) / 100})
        for label, base in (("flat", 10.0), ("dynamic", 20.0))
        for seed in SEEDS
    ]
    return pd.concat(parts)


def drawn(name):
    table = summaries()
    return {
        "case-comparison": lambda ax=None: batches.case_comparison.draw(
            table, ax, measures=["spot-price", "unserved", "surplus", "closed-list-price"]
        ),
        "time-paths": lambda ax=None: batches.time_paths.draw(paths(), ax, value=PRICE),
        "heat-map": lambda ax=None: batches.heat_map.draw(
            table, ax, x="supply.growth", y="demand.growth", measure="spot-price"
        ),
        "tornado": lambda ax=None: batches.tornado.draw(
            batches.ends_of_inputs(table, "spot-price"), ax, measure="spot-price"
        ),
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_of_a_batch_shows_something_and_nothing_overlaps(name):
    axes = drawn(name)()
    assert blank_panels(axes.figure) == []
    assert flaws(axes.figure) == []
    assert axes.get_title(loc="left") == BATCH_CHARTS[name].title


@pytest.mark.parametrize("name", NAMES)
def test_it_draws_where_it_is_told(name):
    figure, axes = plt.subplots(layout="constrained")
    assert drawn(name)(axes) is axes
    assert axes.figure is figure


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_table_gives_a_message(name):
    options = {
        "time-paths": {"value": PRICE},
        "heat-map": {"x": "supply.growth", "y": "demand.growth", "measure": "spot-price"},
    }
    table = {"time-paths": paths(), "tornado": batches.ends_of_inputs(summaries(), "spot-price")}.get(name, summaries())
    axes = BATCH_CHARTS[name].draw(table.iloc[:0], **options.get(name, {}))
    assert "batch" in axes.texts[0].get_text()
    assert not axes.lines


def test_titles_of_small_panels_keep_apart_beside_long_names():
    """As on the page of a report."""
    measures = list(batches.USUAL)
    table = summaries().assign(**dict.fromkeys(measures, 1.0))
    with style():
        axes = plt.subplots(figsize=(13.0, 10.5))[1]
        batches.case_comparison.draw(table, axes, measures=measures)
        assert flaws(axes.figure) == []
    titles = [" ".join(panel.get_title(loc="left").split()) for panel in axes.child_axes]  # type: ignore[attr-defined]
    assert titles == [batches.column_of(name).label for name in measures], "nothing of them is cut"


def test_dots_are_means_and_bars_intervals():
    axes = batches.case_comparison.draw(summaries(), measures=["spot-price"], by="supply.growth")
    (panel,) = axes.child_axes
    by_seed = summaries().groupby(["supply.growth", "seed"])["spot-price"].mean()
    for place, growth in enumerate(GROWTHS):
        mean, low, high = interval(by_seed[growth].to_numpy())
        at = [line for line in panel.lines if line.get_ydata()[0] == place]
        assert [tuple(line.get_xdata()) for line in at if len(line.get_xdata()) == 2] == [pytest.approx((low, high))]
        assert [line.get_xdata()[0] for line in at if line.get_marker() == "o"] == [pytest.approx(mean)]


def test_a_measure_without_a_value_has_no_panel():
    axes = batches.case_comparison.draw(summaries(), measures=["spot-price", "surplus"])
    assert len(axes.child_axes) == 1


def test_cells_are_means_over_seeds():
    axes = batches.heat_map.draw(summaries(), x="supply.growth", y="demand.growth", measure="spot-price")
    values = axes.images[0].get_array()
    assert values[0].tolist() == pytest.approx([100 * 10 / s + 3 for s in GROWTHS]), "the largest on top"
    assert axes.get_xlabel() == "supply.growth"


def test_paths_are_means_in_bins():
    axes = batches.time_paths.draw(paths(), value=PRICE, most=21)
    line = axes.lines[0]
    assert len(line.get_xdata()) == 21
    assert line.get_ydata()[0] == pytest.approx(10 + 3 + np.arange(24).mean() / 100)
    low, high = axes.collections[0].get_datalim(axes.transData).intervaly
    _, below, above = interval(np.array(list(SEEDS)) + 10 + np.arange(24).mean() / 100)
    assert low == pytest.approx(below)
    assert high == pytest.approx(above + (20 * 24) / 100)


def test_the_input_that_moves_it_most_is_on_top():
    table = batches.ends_of_inputs(summaries(), "spot-price").set_index("input")
    mean = summaries().groupby("supply.growth")["spot-price"].mean()
    assert table.loc["supply.growth", "low"] == pytest.approx(mean[2.0])
    assert table.loc["supply.growth", "high"] == pytest.approx(mean[5.0])
    assert table.loc["supply.growth", "base"] == pytest.approx(summaries()["spot-price"].mean())
    axes = batches.tornado.draw(table.reset_index(), measure="spot-price")
    widths = (table["high"] - table["low"]).abs()
    assert [text.get_text() for text in axes.get_yticklabels()] == list(widths.sort_values(ascending=False).index)


@pytest.mark.parametrize("by", ["label", "supply.growth"])
@pytest.mark.parametrize("measures", [["spot-price"], ["spot-price", "unserved", "closed-list-price", "surplus"]])
def test_the_question_of_a_comparison_stays_on_the_picture(by, measures):
    found = compare(Runs(summaries().assign(surplus=1.0), "r"), by=by, measures=measures)
    question = "What does the market for tokens look like in the first quarter of 2026, and what if supply lags?"
    figure = picture(found, question)
    assert flaws(figure) == []
    assert " ".join(figure.get_suptitle().split()).startswith(question)


@pytest.mark.parametrize("name", ["spot-prise", "seed2"])
def test_an_unknown_column_is_refused_with_the_nearest(name):
    with pytest.raises(InputError, match=f"no column '{name}'"):
        batches.heat_map.draw(summaries(), x="supply.growth", y="demand.growth", measure=name)


def test_too_many_cases_say_so():
    many = pd.concat([paths().assign(label=f"case {k}") for k in range(5)] + [paths()] * 1)
    many = pd.concat([many, *(paths().assign(label=f"more {k}") for k in range(5))])
    assert "too many" in batches.time_paths.draw(many, value=PRICE).texts[0].get_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real batch: three ways to price, two seeds, a few hours."""
    study = study_of("off-peak:*", seeds=2, days=0.25, users=30, keep=("ticks",))
    return run_batch(study, tmp_path_factory.mktemp("batch") / "prices", engine=InLine(), quiet=True).folder


def test_the_page_of_a_batch_has_no_overlaps(folder):
    figure = batch_dashboard(open_batch(folder))
    assert flaws(figure) == []
    assert blank_panels(figure) == []


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """As many cases as are told apart, with long names."""
    sizes = {"supply.scale": [0.5, 1, 1.5, 2], "demand.scale": [1, 2]}
    study = study_of("off-peak", vary=sizes, seeds=2, days=0.25, users=20, keep=("ticks",))
    return run_batch(study, tmp_path_factory.mktemp("batch") / "grid", engine=InLine(), quiet=True).folder


def test_the_page_of_a_grid_names_its_cases_by_what_varies_and_has_no_overlaps(grid):
    figure = batch_dashboard(open_batch(grid))
    assert flaws(figure) == []
    texts = [text for text, _ in drawn_texts(figure)]
    assert texts.count("supply.scale=1.5, demand.scale=2") >= 3, "a row of panels each"
    assert not [text for text in texts if text.startswith("baseline-2026,")]


def test_labels_keep_the_scenario_where_it_varies():
    table = summaries()
    assert batches.short_labels(table.assign(label="baseline-2026, " + table["label"])).tolist() == list(table["label"])
    two = pd.DataFrame({"label": ["a, x=1", "b, x=1"], "scenario": ["a", "b"]})
    assert batches.short_labels(two).tolist() == ["a, x=1", "b, x=1"]


def test_intervals_do_not_pass_what_is_possible():
    """Two seeds far apart give a wide interval."""
    table = pd.DataFrame(
        {
            "label": "one",
            "scenario": "a",
            "variant": "",
            "seed": [1, 2],
            "unserved": [0.2, 0.9],
            "spot-price": [5.0, 90.0],
            "closed-margin": [-0.5, 0.9],
        }
    )
    axes = batches.case_comparison.draw(table, measures=["unserved", "spot-price", "closed-margin"])
    share, price, margin = (
        next(line.get_xdata() for line in panel.lines if len(line.get_xdata()) == 2 and line.get_linestyle() == "-")
        for panel in axes.child_axes
    )
    assert tuple(share) == (0, 100)
    assert price[0] == 0
    assert price[1] > 100
    assert margin[0] < -100
    assert margin[1] == 100


@pytest.mark.parametrize(
    ("unit", "values", "top"),
    [("%", (20.0, 95.0), 100.0), ("%", (20.0, 105.0), None), ("USD", (20.0, 95.0), None)],
)
def test_bands_of_percentages_end_at_a_hundred(unit, values, top):
    hours = pd.date_range("2026-01-05", periods=24, freq="h")
    frame = pd.concat(
        [
            pd.DataFrame({"time": hours, "label": "one", "seed": seed, "value": value})
            for seed, value in enumerate(values)
        ]
    )
    low, high = (
        batches.time_paths.draw(frame, value=Column("value", unit, "busy"))
        .collections[0]
        .get_datalim(plt.gca().transData)
        .intervaly
    )
    assert low == 0
    assert high == top if top else high > 110


def test_who_is_lost_is_a_share_of_requests_that_end():
    ticks = pd.DataFrame(
        {
            "asked": [10.0],
            "served": [5.0],
            "local": [1.0],
            "nothing": [2.0],
            "unaffordable": [0.0],
            "turned_away": [30.0],
        }
    )
    assert LOSS.of(ticks).tolist() == [pytest.approx(100 * 32 / 38)]


def test_the_command_knows_a_batch_from_a_run(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["tokenmarket", "dashboard", str(folder), "--out", str(tmp_path / "page.png")])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code in (0, None), capsys.readouterr()
    assert (tmp_path / "page.png").stat().st_size > 50_000


def test_figures_at_the_head_of_a_page_are_in_the_unit_beside_them():
    table = pd.DataFrame({"label": ["a", "b"], "unserved": [0.0089, 0.865], "spot-price": [324.0, 11_800.0]})
    batch = SimpleNamespace(about={"runs": 2})
    said = {meaning: value for value, meaning in _counts(batch, table)}
    assert said["share of requests given up, unaffordable or turned away [%]; lowest a, highest b"] == "0.89 to 86.5"
    assert said["mean wholesale spot price [USD per rack-h]; lowest a, highest b"] == "324 to 11.8k"


def test_what_is_no_number_is_drawn_only_as_a_short_name_on_a_map():
    table = pd.DataFrame({"supply.growth": [2.0, 5.0], "demand.coders.shape": ["chat", "flat"]})
    assert inputs_drawn(table) == ["supply.growth", "demand.coders.shape"]
    assert inputs_drawn(table[["demand.coders.shape"]]) == []
    loads = table.assign(**{"demand.coders.shape": ["chat", "{load = 'mine.csv', weekday = [" + "1.0, " * 48 + "]}"]})
    assert inputs_drawn(loads) == ["supply.growth"]


def test_a_batch_that_varies_a_word_has_its_page(tmp_path):
    study = study_of("off-peak", vary={"demand.coders.shape": ["chat", "flat"]}, seeds=1, days=0.25, users=20)
    figure = batch_dashboard(run_batch(study, tmp_path / "batch", engine=InLine(), quiet=True))
    assert any("demand.coders.shape=flat" in text for text, _ in drawn_texts(figure))
