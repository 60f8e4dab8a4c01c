"""Fans of a forecast on a page: a panel a series, and when prices have risen by how much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, RED, SKY, VIOLET, save, style
from scenarios.studies.bands import draw_bands
from scenarios.studies.forecast.task import OPEN, REFUSED, SPOT, STANDARD, UNITS, WAIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A colour a series: that of its actor.
COLOURS: Final[Mapping[str, str]] = {SPOT: BLUE, STANDARD: RED, OPEN: GREEN, REFUSED: ORANGE, WAIT: PURPLE}
#: Events are told apart by colour and by line.
LINES: Final = tuple(
    (colour, line) for line in ("-", "--") for colour in (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, VIOLET, BLACK)
)


def draw(fans: pd.DataFrame, chances: pd.DataFrame, path: Path) -> Path:
    """Draw it."""
    checked_picture_path(path)
    with style():
        figure, axes = plt.subplots(2, 3, figsize=(13.0, 7.4), layout="constrained")
        panels = list(axes.flat)
        for ax, series in zip(panels, UNITS, strict=False):
            part = fans[fans["series"] == series]
            draw_bands(ax, part, COLOURS[series])
            ax.set_title(series[0].upper() + series[1:], loc="left")
            ax.set_ylabel(UNITS[series])
            ax.set_ylim(bottom=0.0)
            _months(ax, part["month"].tolist())
        _chances(panels[-1], chances)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        save(figure, path)
        plt.close(figure)
    return path


def _months(ax: Axes, months: list[int]) -> None:
    every = max(1, -(-len(months) // 6))
    ax.set_xticks(np.arange(len(months))[::every], [str(month) for month in months[::every]])
    ax.set_xlabel("month of the run")


def _chances(ax: Axes, chances: pd.DataFrame) -> None:
    for (event, part), (colour, line) in zip(chances.groupby("event", sort=False), LINES, strict=False):
        ax.step(np.arange(len(part)), part["share"], where="post", color=colour, linestyle=line, label=str(event))
    ax.set_title("Has come to it by then", loc="left")
    ax.set_ylabel("share of the runs")
    ax.set_ylim(0.0, 1.02)
    ax.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    _months(ax, sorted(chances["month"].unique().tolist()))
