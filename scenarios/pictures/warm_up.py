"""The days of warm-up in a chart over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.pictures.panel import SMALL
from scenarios.pictures.style import PALE
from scenarios.results.warm_up import warm_up_days

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scenarios.results.frames import Frames

#: Of the band, by its name in the picture.
BAND: Final = "warm-up"
GREY: Final = "#E4E4E4"
#: Share of the axis from which its name fits in.
WIDE: Final = 0.1


def mark_warm_up(ax: Axes, frames: Frames) -> None:
    """A grey band over the days in which prices are still being learned, behind all else."""
    days = warm_up_days(frames)
    if not days:
        return
    begin = frames["ticks"]["time"].iloc[0]
    band = ax.axvspan(begin, begin + pd.Timedelta(days=days), color=GREY, linewidth=0, zorder=0, gid=BAND)
    low, high = ax.get_xlim()
    if band.get_width() >= WIDE * (high - low):
        ax.annotate(
            BAND, (begin, 0.06), xycoords=("data", "axes fraction"), xytext=(3, 3), textcoords="offset points",
            ha="left", va="bottom", fontsize=SMALL, color=PALE,
        )  # fmt: skip
