"""Bands over runs: of 90 and of 50 % around their middle, and how they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Quantiles by the name of their column: a band of 90 %, one of 50 %, and the middle.
QUANTILES: Final = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}

#: Half the width at which a single row is drawn; the next would be at 1.
ALONE: Final = 0.25


def quantiles(values: NDArray[np.float64]) -> dict[str, float]:
    """Quantiles of what runs give, by the name of their column.

    >>> quantiles(np.array([1.0, 2.0, 3.0]))["p50"]
    2.0
    """
    return {name: float(np.quantile(values, q)) for name, q in QUANTILES.items()}


def draw_bands(ax: Axes, part: pd.DataFrame, colour: str) -> None:
    """Both bands and the middle, over the number of the row."""
    at = np.arange(len(part), dtype=np.float64)
    if len(part) == 1:  # a line and an area of one point cannot be seen
        at, part = np.array([-ALONE, ALONE]), pd.concat([part, part])
    for low, high, depth, label in (("p05", "p95", 0.18, "90 % of runs"), ("p25", "p75", 0.35, "50 % of runs")):
        ax.fill_between(at, part[low], part[high], color=colour, alpha=depth, linewidth=0, label=label)
    ax.plot(at, part["p50"], color=colour, linewidth=1.8, label="middle of the runs")
