"""Rentals: what a machine costs by the hour on spot, at a list and for a year, in the unit of rental lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import SERIES, TIME, ChartData, Column, NothingToShowError, Panel, one
from scenarios.pictures.charts.prices import GROUP
from scenarios.pictures.panel import label_ends, path, time_axis
from scenarios.pictures.style import BLUE, GREEN, RED, readable_axis
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results.frames import Frames
from scenarios.results.measures.machines import H100_PER_RACK, PER_H100
from scenarios.results.over_time import in_bins
from scenarios.results.warm_up import warm_up_span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SPOT, LISTED, YEAR = "spot", "on demand", "one year"
COLOURS: Final = {SPOT: BLUE, LISTED: RED, YEAR: GREEN}
COLUMNS: Final = (SERIES, TIME, Column("value", PER_H100, "mean price of the span", PER_H100))


@chart(
    "What an H100 rents for",
    "on demand: the lowest list, where owners post one; one year: a contract that begins then",
    group=GROUP,
    order=125,
)
def rentals(frames: Frames) -> ChartData:
    """Price of a machine on spot, at the lowest on-demand list, and under a contract of a year."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    ticks, terms = frames["ticks"], frames["forward"]
    of_series = {
        SPOT: (ticks, "spot_price"),
        LISTED: (ticks[ticks["on_demand_price"] > 0], "on_demand_price"),
        YEAR: (terms[terms["ahead"] == "1 year"], "term"),
    }
    parts = [
        _binned(table, column, frames).assign(series=series)
        for series, (table, column) in of_series.items()
        if not table.empty
    ]
    frame = pd.concat(parts, ignore_index=True)[[column.name for column in COLUMNS]]
    return one(Panel(frame, COLUMNS, "value", "time", colours=COLOURS), warm_up=warm_up_span(frames))


def _binned(table: pd.DataFrame, column: str, frames: Frames) -> pd.DataFrame:
    """Mean of a column by bin [USD per H100-hour]."""
    mean = in_bins(table, frames).groupby("bin")[column].mean() / H100_PER_RACK
    return mean.rename("value").rename_axis("time").reset_index()


@rentals.drawn_by
def _draw(data: ChartData, ax: Axes) -> None:
    paths = data.panel.paths_of("value")
    ends = []
    for series, line in paths.items():
        path(ax, line.index, line, color=COLOURS[str(series)], linewidth=1.8, label=str(series))
        ends.append((float(line.iloc[-1]), str(series).replace(" ", "\n"), COLOURS[str(series)]))
    highest = max(float(line.max()) for _, line in paths.items())
    ax.set_ylim(0, 1.15 * max(highest, 1e-9))
    readable_axis(ax)
    time_axis(ax, paths[SPOT].index)
    mark_warm_up(ax, data)
    ax.set_ylabel(data.panel.label)
    label_ends(ax, ends, gap=0.2)
