"""Two runs in the same panels, and their key figures side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.pictures.panel import head
from scenarios.pictures.style import BLUE, ORANGE, readable_axis, style
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: This run and the last one: told apart by colour and by line.
LOOKS: Final = (("this run", BLUE, "-", 1.8), ("last run", ORANGE, "--", 1.5))


def together(this: Frames, last: Frames) -> list[Axes]:
    """Price paid, spot price, machines busy and requests lost by day, both runs in each panel."""
    days = [_by_day(frames) for frames in (this, last)]
    with style():
        return _drawn(days)


def _drawn(days: list[pd.DataFrame]) -> list[Axes]:
    _, grid = plt.subplots(2, 2, figsize=(11.0, 5.6), layout="constrained")
    axes = list(grid.ravel())
    for panel, (column, title, unit) in zip(axes, PANELS, strict=True):
        head(panel, title)
        for (name, colour, line, width), table in zip(LOOKS, days, strict=True):
            marker = "o" if len(table) < 3 else None
            panel.plot(table.index, table[column], color=colour, ls=line, lw=width, marker=marker, label=name)
        panel.set_ylabel(unit)
        panel.set_ylim(bottom=0)
        readable_axis(panel)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in axes[2:]:
        panel.set_xlabel("days since the start of the run")
    axes[0].legend(frameon=False, loc="best")
    return axes


PANELS: Final = (
    ("paid", "Mean price paid", "USD per million tokens"),
    ("spot", "Spot price of machines", "USD per rack-hour"),
    ("busy", "Machines busy", "%"),
    ("lost", "Requests lost", "% of those asked then"),
)


def _by_day(frames: Frames) -> pd.DataFrame:
    """By day, or by tick in runs of up to three days."""
    ticks = frames["ticks"]
    hours = (ticks["time"] - ticks["time"].iloc[0]).dt.total_seconds() / 3600.0
    step = 24.0 if hours.iloc[-1] >= 72.0 else tick_hours(frames)
    bins = np.floor(hours / step) * step / 24.0
    offers = frames["offers"]
    billed = summary_tables.ratio(offers["revenue"], offers["paid_price"]).fillna(0.0)
    tokens = billed.groupby(offers["tick"]).sum().reindex(ticks["tick"]).fillna(0.0)
    table = ticks[["paid", "used", "capacity", "nothing", "turned_away", "unaffordable", "asked"]].copy()
    table["tokens"] = tokens.to_numpy()
    sums = table.groupby(bins).sum()
    return pd.DataFrame(
        {
            "paid": summary_tables.ratio(sums["paid"], sums["tokens"]),
            "spot": ticks["spot_price"].groupby(bins).mean(),
            "busy": 100 * summary_tables.ratio(sums["used"], sums["capacity"]),
            "lost": 100
            * summary_tables.ratio(sums[["nothing", "turned_away", "unaffordable"]].sum(axis=1), sums["asked"]),
        }
    )
