"""The hindcast on a page: bands of the runs, and what was observed, a panel a series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import BLUE, GREEN, INK, PALE, RED, save, style
from scenarios.studies.bands import draw_bands
from scenarios.studies.hindcast.bands import unit_of
from scenarios.studies.hindcast.forecasts import FITTED_UNTIL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What is drawn, by row, and its colour: that of its actor.
PANELS: Final = (
    ("open index", GREEN),
    ("closed index", RED),
    ("H100 on-demand", BLUE),
    ("open index (trimmed)", GREEN),
    ("open share of tokens", GREEN),
    ("H100 one-year", BLUE),
)


def draw(table: pd.DataFrame, path: Path) -> Path:
    """Draw it; the colour of a band is its actor's, what was observed is black."""
    checked_picture_path(path)
    with style():
        figure, axes = plt.subplots(2, 3, figsize=(13.0, 7.0), layout="constrained")
        for ax, (series, colour) in zip(axes.flat, PANELS, strict=True):
            _panel(ax, table[table["series"] == series], series, colour)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
        save(figure, path)
        plt.close(figure)
    return path


def _panel(ax: Axes, part: pd.DataFrame, series: str, colour: str) -> None:
    months = part["month"].tolist()
    at = np.arange(len(months))
    draw_bands(ax, part, colour)
    seen = part["observed"].notna().to_numpy()
    ax.plot(at[seen], part["observed"][seen], color=INK, linewidth=1.5, marker="o", markersize=3.5, label="observed")
    if FITTED_UNTIL in months:
        ax.axvline(months.index(FITTED_UNTIL) + 0.5, color=PALE, linewidth=1, linestyle=":")
    every = max(1, -(-len(months) // 6))
    ax.set_xticks(at[::every], months[::every])
    ax.set_title(series[0].upper() + series[1:], loc="left")
    ax.set_ylabel(unit_of(series) if unit_of(series) != "1" else "share of the first nine models")
    ax.set_ylim(bottom=0.0)
    ax.set_xlabel("month (right of the dots: not fitted)" if FITTED_UNTIL in months else "month")
