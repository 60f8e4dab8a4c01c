"""The forward curve in a picture: what was expected at each date beside what came, and what contracts cost."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from market.simulation.quoting import AHEAD
from scenarios.pictures.style import BLACK, BLUE, GREEN, GREY, ORANGE, readable_axis, save, style
from scenarios.studies.forward import HOURS_A_YEAR, Forward

#: Curves drawn at most: more of them hide each other.
MOST_CURVES: Final = 8
#: Terms drawn, with the look of each.
TERMS: Final = {"1 month": (ORANGE, ":"), "1 year": (BLUE, "-"), "3 years": (GREEN, "--")}


def draw(found: Forward, path: Path, unit: str) -> None:
    """Two panels: expectations as lines that leave the price of their date, and prices of terms."""
    with style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.4), sharey=True)
        _expected(left, found)
        _terms(right, found)
        left.set(title="Spot: expected and come", ylabel=unit, ylim=(0, None))
        right.set(title="Contracts from that date on")
        for axes in (left, right):
            axes.legend(frameon=False, loc="best")
            locator = mdates.AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]
            axes.xaxis.set_major_locator(locator)
            axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        readable_axis(left)
        save(figure, path)
        plt.close(figure)


def _expected(axes: Axes, found: Forward) -> None:
    now = found.curve[found.curve["ahead"] == "now"]
    axes.plot(now["time"], now["spot"], color=BLACK, marker="o", label="mean of the month before")
    dates = found.curve["time"].drop_duplicates()
    step = -(-len(dates) // MOST_CURVES)
    for number, date in enumerate(dates.iloc[::step]):
        one = found.curve[found.curve["time"] == date]
        when = [date + pd.Timedelta(hours=AHEAD[str(ahead)] * HOURS_A_YEAR) for ahead in one["ahead"]]
        label = "expected from then on" if number == 0 else None
        axes.plot(when, one["spot"], color=BLUE, alpha=0.7, linewidth=1.3, label=label)
        if found.runs > 1:
            axes.fill_between(when, one["spot_min"], one["spot_max"], color=BLUE, alpha=0.12, linewidth=0)


def _terms(axes: Axes, found: Forward) -> None:
    now = found.curve[found.curve["ahead"] == "now"]
    axes.plot(now["time"], now["spot"], color=GREY, linewidth=1.3, label="spot, mean of the month before")
    for ahead, (colour, line) in TERMS.items():
        one = found.curve[found.curve["ahead"] == ahead]
        axes.plot(one["time"], one["term"], color=colour, linestyle=line, label=f"for {ahead}")
        if found.runs > 1:
            axes.fill_between(one["time"], one["term_min"], one["term_max"], color=colour, alpha=0.12, linewidth=0)
