"""The growth map on one page: what gives, by growth of demand and of supply, without and with ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patheffects import withStroke

from scenarios.pictures.charts.batches import LOW_HIGH
from scenarios.pictures.panel import readable_on
from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import INK, PALE, save, style
from scenarios.studies.growth_map import WITH, WITHOUT
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.batches.store.batch import Batch


@dataclass(frozen=True)
class Layer:
    """One row of maps.

    Attributes:
        measure: what is shown, a name in ``scenarios.results.measures``.
        title: said in words.
        text: how a cell's value is written.
        norm: values that are palest and darkest: the same in every map, so that small differences look small.
        reverse: whether less is worse.
    """

    measure: str
    title: str
    text: str
    norm: Any
    reverse: bool = False


def _times(value: float) -> str:
    return f"{value:.1f}x" if value < 9.95 else f"{short_number(value)}x"


LAYERS: Final = (
    Layer("spot-rise", "Prices: a rack-hour on the spot market, last week over first", "times", LogNorm(0.5, 30.0)),
    Layer("large-model-rise", "Prices: paid for large models, last week over first", "times", LogNorm(0.5, 30.0)),
    Layer(
        "late-queue-hours", "Queues: hours that a request spends in them, last week [h]", "hours", Normalize(0.0, 1.5)
    ),
    Layer(
        "late-quota-granted",
        "Quotas: share that labs grant of what is listed, last week [%]",
        "percent",
        Normalize(0.0, 1.0),
        reverse=True,
    ),
    Layer("late-unserved", "Users: requests that nobody serves, last week [%]", "percent", Normalize(0.0, 1.0)),
)
#: A line that shows on pale and dark cells.
LINE: Final[dict[str, Any]] = {
    "color": INK,
    "linewidth": 2,
    "path_effects": [withStroke(linewidth=4.5, foreground="white")],
    "zorder": 3,
}
TEXTS: Final[dict[str, Callable[[float], str]]] = {
    "times": _times,
    "hours": lambda value: f"{value:.2f}" if value < 9.95 else f"{value:.0f}",
    "percent": lambda value: f"{100 * value:.0f}",
}


def growth_map(summaries: pd.DataFrame) -> Figure:
    """Draw the page from the runs of ``scenarios.studies.growth_map.study_of_the_map``."""
    mpl.use("Agg")
    with style():
        figure, axes = plt.subplots(
            len(LAYERS), 2, figsize=(9.6, 2.5 * len(LAYERS) + 1.4), layout="constrained", squeeze=False
        )
        figure.suptitle(
            "Where prices rise, queues grow and quotas bind",
            fontsize="x-large",
            fontweight="bold",
            color=INK,
            x=0.01,
            ha="left",
        )
        count = summaries["seed"].nunique()
        seeds = "one seed each" if count == 1 else f"means over {count} seeds"
        figure.supxlabel(
            f"growth of demand [factor a year]\n{seeds}; above the line supply grows at least as fast as demand",
            color=INK,
            fontsize="medium",
        )
        figure.supylabel("growth of supply [factor a year]", color=INK, fontsize="medium")
        for column, name in enumerate((WITHOUT, WITH)):
            for row, layer in enumerate(LAYERS):
                _draw(_table(summaries, name, layer.measure), axes[row, column], layer)
            axes[0, column].annotate(
                name,
                (0.5, 1.17),
                xycoords="axes fraction",
                ha="center",
                va="bottom",
                color=PALE,
                fontsize="large",
                fontweight="bold",
            )
        for row, layer in enumerate(LAYERS):
            axes[row, 0].set_title(layer.title, loc="left", fontsize="medium", color=INK)
    return figure


def _table(summaries: pd.DataFrame, name: str, measure: str) -> pd.DataFrame:
    rows = summaries[summaries["scenario"] == name.replace(" ", "-")]
    table = rows.pivot_table(index="supply.growth", columns="demand.growth", values=measure, aggfunc="mean")
    return table.sort_index(ascending=False)


def _draw(table: pd.DataFrame, ax: Axes, layer: Layer) -> None:
    low_high: Any = LOW_HIGH
    colours = low_high.reversed() if layer.reverse else low_high
    values = table.to_numpy(dtype=np.float64)
    ax.imshow(values, cmap=colours, norm=layer.norm, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text = TEXTS[layer.text](value) if np.isfinite(value) else "-"
        colour = readable_on(colours(layer.norm(value))) if np.isfinite(value) else INK
        ax.text(column, row, text, ha="center", va="center", fontsize="small", color=colour)
    ax.set_xticks(range(table.shape[1]), [f"{value:g}" for value in table.columns])
    ax.set_yticks(range(table.shape[0]), [f"{value:g}" for value in table.index])
    ax.grid(visible=False)
    _mark_balance(table, ax)


def _mark_balance(table: pd.DataFrame, ax: Axes) -> None:
    """A stepped line: above it supply grows at least as fast as demand."""
    for row, supply in enumerate(table.index):
        for column, demand in enumerate(table.columns):
            lags = demand > supply
            if column and lags and not table.columns[column - 1] > supply:
                ax.plot([column - 0.5] * 2, [row - 0.5, row + 0.5], **LINE)
            if row + 1 < len(table.index) and not lags and demand > table.index[row + 1]:
                ax.plot([column - 0.5, column + 0.5], [row + 0.5] * 2, **LINE)


def draw(batch: Batch, path: Path) -> Path:
    """Draw the page into a file."""
    checked_picture_path(path)
    save(growth_map(batch.summaries), path)
    return path
