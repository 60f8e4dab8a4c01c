"""The days of warm-up in a chart over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from scenarios.pictures.panel import SMALL
from scenarios.pictures.style import PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scenarios.pictures.chart_data import ChartData

#: Of the band, by its name in the picture.
BAND: Final = "warm-up"
GREY: Final = "#E4E4E4"
#: Share of the axis from which its name fits in.
WIDE: Final = 0.1


def mark_warm_up(ax: Axes, data: ChartData) -> None:
    """A grey band over the days in which prices are still being learned, behind all else."""
    if data.warm_up is None:
        return
    begin, end = cast("tuple[float, float]", data.warm_up)  # matplotlib takes times as well
    band = ax.axvspan(begin, end, color=GREY, linewidth=0, zorder=0, gid=BAND)
    low, high = ax.get_xlim()
    if band.get_width() >= WIDE * (high - low):
        ax.annotate(
            BAND,
            (begin, 0.06),
            xycoords=("data", "axes fraction"),
            xytext=(3, 3),
            textcoords="offset points",
            ha="left",
            va="bottom",
            fontsize=SMALL,
            color=PALE,
        )
