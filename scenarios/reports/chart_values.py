"""The data of a chart on the page: for those who do not see it, and for values under the pointer.

Names, values and units are those of the chart's data; of the drawing only where each panel lies is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.colors import to_hex

from scenarios.text.durations import hours_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scenarios.pictures.chart import Drawing
    from scenarios.pictures.chart_data import ChartData, Panel

#: Digits of a value under the pointer, and decimals of a place in the picture.
DIGITS, DECIMALS = 4, 1
MINUTES_A_DAY: Final = 1_440
#: Paths that are told in words, at most.
MOST_TOLD: Final = 8
#: Colour of what has none of its own.
PLAIN: Final = "#0072b2"

type Write = Callable[[float], str]


@dataclass(frozen=True)
class Place:
    """Where a panel lies in its picture.

    Attributes:
        box: left, top, right, bottom [points].
        span: places on the x axis at the left and at the right: days since 1970, or a number.
    """

    box: tuple[float, float, float, float]
    span: tuple[float, float]


def place_of(axes: Axes) -> Place:
    """Where Axes that were drawn lie in their figure."""
    figure: Any = axes.figure
    wide, high = figure.get_size_inches() * 72.0
    extent = axes.get_window_extent().transformed(figure.transFigure.inverted())
    low, up = axes.get_xlim()
    box = (extent.x0 * wide, (1 - extent.y1) * high, extent.x1 * wide, (1 - extent.y0) * high)
    left, top, right, bottom = (float(one) for one in box)
    return Place((left, top, right, bottom), (float(low), float(up)))


def with_paths(data: ChartData) -> list[Panel]:
    """Panels with paths along an axis."""
    return [panel for panel in data.panels if panel.x and not panel.frame.empty]


# -------------------------------------------------------------------- said


def described(data: ChartData, write: Write) -> str:
    """The most important numbers of a chart in words, for a screen reader."""
    if data.nothing:
        return f"{data.nothing}."
    panels = with_paths(data)
    parts = []
    for panel in panels or data.panels:
        begin = f"{panel.title}: " if panel.title and len(data.panels) > 1 else ""
        said = _paths(panel, write) if panel.x else _rows(panel, write)
        parts += [f"{begin}{one}" for one in said]
    first = (panels or data.panels)[0]
    return f"Values in {first.label}. {'; '.join(parts)}."


def _paths(panel: Panel, write: Write) -> list[str]:
    said = []
    for name, values in list(panel.paths.items())[:MOST_TOLD]:
        first, low, _, high, last = ends(values)
        said.append(f"{name}: from {write(first)} to {write(last)}, between {write(low)} and {write(high)}")
    return said


def _rows(panel: Panel, write: Write) -> list[str]:
    """What is drawn of each name: its value with its unit."""
    column = panel.column(panel.value)
    words: Write = hours_in_words if column.unit == "h" else write
    unit = "" if column.unit in ("", "1", "h") else f" {column.unit}"
    return [f"{name} {words(float(value))}{unit}" for name, value in panel.first(panel.value).items()]


def ends(values: Any) -> tuple[float, float, float, float, float]:
    """First, lowest, mean, highest and last value; NaN where there is none."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return (math.nan,) * 5
    first, last = float(known[0]), float(known[-1])
    return first, float(known.min()), float(known.mean()), float(known.max()), last


# -------------------------------------------------------------------- kept for the pointer


def record(drawing: Drawing) -> list[dict[str, Any]]:
    """Panels as short lists for JSON: places in the picture, and times in minutes since 1970."""
    pairs = zip(drawing.data.panels, drawing.places, strict=True)
    known = with_paths(drawing.data)
    return [_panel_record(panel, place_of(axes)) for panel, axes in pairs if panel in known]


def _panel_record(panel: Panel, place: Place) -> dict[str, Any]:
    paths: list[list[float]] = []
    listed = []
    scale = MINUTES_A_DAY if panel.is_over_time else 1.0
    for name, values in panel.paths.items():
        x = _along(values.index, is_time=panel.is_over_time)
        if x not in paths:
            paths.append(x)
        colour = to_hex(panel.colours.get(name, PLAIN))
        listed.append([name, colour, paths.index(x), [_rounded(float(one)) for one in values]])
    return {
        "title": panel.title,
        "unit": panel.label,
        "x": panel.column(panel.x).label,
        "time": panel.is_over_time,
        "box": [round(one, DECIMALS) for one in place.box],
        "span": [round(one * scale, 2) for one in place.span],
        "at": [_short(path) for path in paths],
        "series": listed,
    }


def _along(index: pd.Index, *, is_time: bool) -> list[float]:
    """Places on the x axis: minutes since 1970, or a number."""
    if is_time:
        days: Sequence[float] = mdates.date2num(index.to_numpy())  # type: ignore[no-untyped-call]
        return [round(float(one) * MINUTES_A_DAY) for one in days]
    return [round(float(one), 2) for one in index]


def _short(path: list[float]) -> list[float] | dict[str, float]:
    """A path of equal steps as its begin, step and length."""
    steps = {b - a for a, b in pairwise(path)}
    if len(path) > 3 and len(steps) == 1:
        return {"from": path[0], "step": steps.pop(), "count": len(path)}
    return path


def _rounded(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    made = float(f"{value:.{DIGITS}g}")
    return int(made) if made == int(made) else made
