"""A chart gives back what it shows: a tidy frame, with unit and meaning; and one file adds a chart or a measure."""

import importlib.util

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from capacity import InputError
from scenarios.library import SCENARIOS
from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import Column, Panel
from scenarios.pictures.registry import CHARTS
from scenarios.results import summary_tables
from scenarios.results.measures import MEASURES, summarise
from scenarios.results.register import Register
from scenarios.runs.run import run
from scenarios.runs.settings import Settings

MINE = '''
from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import Column, long, one
from scenarios.results.measures import Measure, register


@chart("What was asked", order=1)
def asked_for(frames):
    """Requests that come, by the hour."""
    asked = frames["ticks"].set_index("time")["asked"]
    return one(long({"asked": asked}, Column("value", "requests", "requests that come")))


@asked_for.drawn_by
def _draw(data, ax):
    for name, path in data.panel.paths.items():
        ax.plot(path.index, path, label=name)
    ax.set_ylabel(data.panel.label)


register(Measure("asked-in-all", "requests", "requests that come", lambda run: run.total("ticks", "asked")))
'''


def read(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


@pytest.fixture(scope="module")
def frames():
    return run(Settings(SCENARIOS["baseline-2026"], 3.0, seed=1, users=60), command="a test").frames


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    read(path)
    yield path
    for known, name in ((CHARTS, "asked-for"), (MEASURES, "asked-in-all")):
        del known._entries[name]
    plt.close("all")


@pytest.mark.parametrize("name", list(CHARTS))
def test_every_column_of_a_chart_has_a_meaning_and_its_values_a_unit(frames, name):
    data = CHARTS[name].data(frames)
    assert data.nothing == ""
    assert len(data.frame)
    for panel in data.panels:
        assert [column.name for column in panel.columns] == list(panel.frame.columns)
        assert all(column.meaning for column in panel.columns)
        assert panel.column(panel.value).unit
        for column in panel.columns:
            if pd.api.types.is_numeric_dtype(panel.frame[column.name]) and len(panel.frame):
                assert column.unit, f"{name}: {column.name}"


def test_a_frame_that_does_not_say_what_its_columns_are_is_refused():
    with pytest.raises(ValueError, match="says what"):
        Panel(pd.DataFrame({"series": ["a"], "value": [1.0]}), (Column("value", "1", "some"),), "value")


def test_numbers_of_a_chart_are_those_of_the_run(frames):
    shown = CHARTS["market-shares"].data(frames).panel.first("revenue_share")
    assert shown == pytest.approx(dict(100 * summary_tables.shares(frames)["revenue_share"]))
    spot = CHARTS["spot-price"].data(frames).panel
    assert list(spot.paths["spot price"]) == pytest.approx(list(frames["ticks"]["spot_price"]))
    assert spot.column("value").unit == "USD per rack-hour"


def test_one_file_adds_a_chart_and_a_measure(frames, mine):
    assert next(iter(CHARTS)) == "asked-for", "in the place that it asks for"
    axes = CHARTS["asked-for"].draw(frames)
    assert axes.get_ylabel() == "requests that come [requests]"
    assert list(CHARTS["asked-for"].data(frames).frame["value"]) == list(frames["ticks"]["asked"])
    assert summarise(frames)["asked-in-all"] == pytest.approx(frames["ticks"]["asked"].sum())
    assert list(MEASURES)[-1] == "asked-in-all", "after those that are there"


def test_a_chart_of_numbers_in_place_of_data_is_named():
    def asked(frames):
        """How many ask."""
        return 3.0

    with pytest.raises(
        InputError, match=r"test_chart_data.py: chart 'asked' gave float, but must be ChartData, as one"
    ):
        chart("Asked", register=Register("chart"))(asked).data({})


def test_the_same_file_may_be_read_twice_but_a_name_has_one_owner(tmp_path, mine):
    read(mine)
    other = tmp_path / "other.py"
    other.write_text(MINE)
    with pytest.raises(InputError, match=r"chart 'asked-for': asked_for \(.*mine\.py\) and asked_for \(.*other\.py\)"):
        read(other)
