"""Quotas: what one user may make of offers that have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, TIER, ChartData, Column, NothingToShowError, long, one
from scenarios.pictures.charts.tiers import GROUP, tier_colours, tier_name
from scenarios.pictures.panel import label_ends, path, plain_log, time_axis
from scenarios.results.frames import Frames
from scenarios.results.over_time import in_bins
from scenarios.results.quotas import quotas_by_offer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Round numbers of requests for a log axis.
REQUESTS: Final = tuple(digit * 10.0**power for power in range(-3, 7) for digit in (1, 2, 5))
QUOTA: Final = Column("value", "requests a day", "requests that one user may make a day, mean over sellers", "requests")


@chart("What one user may ask a day", group=GROUP, order=320)
def quotas(frames: Frames) -> ChartData:
    """Quota of each kind and tier that has one, mean over sellers: what the list says times the share granted."""
    made = quotas_by_offer(frames)
    if made.empty:
        raise NothingToShowError("no offer of this run has a quota")
    made = in_bins(made, frames)
    table = made.pivot_table(index="bin", columns=["kind", "tier"], values="quota", sort=False)
    columns: Any = table.columns
    keys = {tier_name(key): key for key in columns}
    kinds, tiers = ({name: key[place] for name, key in keys.items()} for place in (0, 1))
    paths = {name: table[key] for name, key in keys.items()}
    return one(long(paths, QUOTA, more=[(KIND, kinds), (TIER, tiers)], colours=tier_colours(keys.values())))


@quotas.drawn_by
def _draw_quotas(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    paths = panel.paths
    for name, values in paths.items():
        path(ax, values.index, values, color=panel.colours[name], linewidth=1.8, label=name)
    values = pd.concat(list(paths.values()))
    above = values[values > 0]
    if not above.empty:
        ax.set_ylim(float(above.min()) / 1.5, float(above.max()) * 1.5)
        plain_log(ax, "y", REQUESTS, "{:,g}".format)
    ax.set_ylabel(panel.label)
    time_axis(ax, next(iter(paths.values())).index)
    label_ends(ax, [(end, name, panel.colours[name]) for name, end in panel.ends.items()], gap=0.1)
