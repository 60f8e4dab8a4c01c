"""Fans of a forecast on a page: a panel a series, and when prices have risen by how much."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import ACTORS, INK, save, style
from scenarios.studies.bands import draw_bands
from scenarios.studies.forecast.task import OPEN, REFUSED, SPOT, STANDARD, UNITS, WAIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A colour a series: that of its actor, of nobody for what nobody serves, and of no actor for waits.
COLOURS: Final[Mapping[str, str]] = {
    SPOT: ACTORS["hyperscaler"],
    STANDARD: ACTORS["frontier"],
    OPEN: ACTORS["open"],
    REFUSED: ACTORS["nothing"],
    WAIT: INK,
}
#: Longest line beside a panel [characters].
WIDTH: Final = 18
#: Share of the runs from which on what is written on it is white.
DARK: Final = 0.55


def draw(fans: pd.DataFrame, chances: pd.DataFrame, title: str, path: Path) -> Path:
    """Draw it; ``title``: which scenario, and of how many runs."""
    checked_picture_path(path)
    with style():
        figure, axes = plt.subplots(2, 3, figsize=(13.0, 7.4), layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=13)
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
    """A row an event, darker the more of the runs have come to it, so that none hides another."""
    shares = chances.pivot_table(index="event", columns="month", values="share", sort=False)
    ax.imshow(shares, cmap="Greys", vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest")
    for row, last in enumerate(shares.iloc[:, -1]):
        colour = "white" if last >= DARK else INK
        ax.text(shares.shape[1] - 1, row, f"{last:.0%}", ha="right", va="center", fontsize=8.5, color=colour)
    ax.set_yticks(range(len(shares)), [_in_lines(str(event)) for event in shares.index], fontsize=8.5)
    ax.set_yticks(np.arange(len(shares) - 1) + 0.5, minor=True)
    ax.grid(visible=False)
    ax.grid(which="minor", axis="y", color="white", linewidth=3.0, alpha=1.0)
    ax.tick_params(which="minor", left=False)
    ax.set_title("Runs that have come to it (x: its start)", loc="left")
    _months(ax, [int(month) for month in shares.columns])


def _in_lines(event: str) -> str:
    """What an event is called, in lines that fit beside the panel."""
    return textwrap.fill(event.removesuffix(" its start"), WIDTH)
