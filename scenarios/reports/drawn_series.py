"""What is drawn in a chart, as numbers: for those who do not see it, and for values under the pointer.

A line, an area or a set of bars counts if it has a name: its label in matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Digits of a value under the pointer, and decimals of a place in the picture.
DIGITS, DECIMALS = 4, 1
#: Days from 1970 beyond which a number on an axis is a date: 1990.
FIRST_DATE: Final = 7_305.0
#: Fewer values than these are not read off a path through time.
LEAST: Final = 2
MINUTES_A_DAY: Final = 1_440


@dataclass(frozen=True)
class Series:
    """A named path: places on the x axis (days since 1970, or a number) and values."""

    name: str
    colour: str
    x: Any
    y: Any


@dataclass(frozen=True)
class Panel:
    """A panel of a chart.

    Attributes:
        title: its name within the chart, often empty.
        unit: what its y axis says.
        x: what its x axis says.
        is_time: whether that is time.
        series: what is drawn.
        box: left, top, right, bottom in the picture.
        span: values of x at the left and at the right.
    """

    title: str
    unit: str
    x: str
    is_time: bool
    series: tuple[Series, ...]
    box: tuple[float, float, float, float]
    span: tuple[float, float]


def panels(figure: Figure) -> list[Panel]:
    """The panels of a figure that was drawn, with what has a name in them."""
    found = cast("list[Axes]", [panel for axes in figure.axes for panel in (axes, *axes.child_axes)])
    wide, high = figure.get_size_inches() * 72.0
    made = []
    unit = x = ""
    for axes in found:
        series = tuple(_series(axes))
        unit, x = axes.get_ylabel() or _bar_label(axes) or unit, axes.get_xlabel() or x
        if not series:
            continue
        extent = axes.get_window_extent().transformed(figure.transFigure.inverted())
        corners = (extent.x0, 1 - extent.y1, extent.x1, 1 - extent.y0)
        left, top, right, bottom = (float(one * size) for one, size in zip(corners, (wide, high) * 2, strict=True))
        box = (left, top, right, bottom)
        low, up = axes.get_xlim()
        title = axes.get_title(loc="left") if axes not in figure.axes else ""
        made.append(
            Panel(title or _label(axes, figure), unit, x, bool(low > FIRST_DATE), series, box, (float(low), float(up)))
        )
    return [panel for panel in made if panel.is_time or "hour" in panel.x]


def _bar_label(axes: Axes) -> str:
    """What the colours of a heat map stand for."""
    bars = [image.colorbar for image in axes.images if image.colorbar is not None]
    return str(bars[0].ax.get_ylabel()) if bars else ""


def _label(axes: Axes, figure: Figure) -> str:
    """What is written inside the upper left corner of a panel within a panel."""
    if axes in figure.axes:
        return ""
    return next((text.get_text() for text in axes.texts if text.xy == (0, 1) and text.get_va() == "top"), "")  # type: ignore[attr-defined]


def _series(axes: Axes) -> Iterator[Series]:
    for line in axes.lines:
        name, x = str(line.get_label()), np.asarray(line.get_xdata(orig=False), dtype=np.float64)
        if _is_name(name) and x.size >= LEAST:
            yield Series(name, to_hex(line.get_color()), x, np.asarray(line.get_ydata(orig=False), dtype=np.float64))
    for area in axes.collections:
        name = str(area.get_label())
        if _is_name(name) and isinstance(area, PolyCollection):
            yield _of_area(name, area)
    for bars in axes.containers:
        name = str(bars.get_label())
        if _is_name(name) and isinstance(bars, BarContainer) and len(bars) >= LEAST:
            x = np.array([bar.get_x() for bar in bars])
            y = np.array([bar.get_height() for bar in bars])
            yield Series(name, to_hex(bars[0].get_facecolor()), x, y)
    for image in axes.images:
        yield from _of_image(axes, image)


def _is_name(label: str) -> bool:
    return bool(label) and not label.startswith("_")


def _of_area(name: str, area: PolyCollection) -> Series:
    """The height of an area of a stack: there and back again."""
    corners = np.asarray(area.get_paths()[0].vertices)
    size = (len(corners) - 3) // 2
    there, back = corners[1 : size + 1], corners[size + 2 : 2 * size + 2][::-1]
    colour = np.asarray(area.get_facecolor())[0]
    return Series(name, to_hex(colour), there[:, 0], np.abs(back[:, 1] - there[:, 1]))


def _of_image(axes: Axes, image: Any) -> Iterator[Series]:
    """A path for each row of a heat map over time."""
    values = np.ma.filled(np.ma.asarray(image.get_array(), dtype=np.float64), np.nan)
    begin, end, *_ = image.get_extent()
    names = [text.get_text() for text in axes.get_yticklabels()]
    if begin < FIRST_DATE or len(names) != len(values):
        return
    x = begin + (end - begin) * np.arange(values.shape[1]) / values.shape[1]
    for name, row in zip(names, values, strict=True):
        yield Series(name.split("  ")[0], "#0072b2", x, row)


# -------------------------------------------------------------------- said


def described(found: list[Panel], write: Any) -> str:
    """The most important numbers of a chart in words, for a screen reader."""
    parts = []
    for panel in found:
        begin = f"{panel.title}: " if panel.title else ""
        parts += [f"{begin}{series.name}: {_path(series, write)}" for series in panel.series[:8]]
    unit = found[0].unit if found else ""
    return f"Values in {unit}. {'; '.join(parts)}." if parts and unit else f"{'; '.join(parts)}." if parts else ""


def _path(series: Series, write: Any) -> str:
    first, low, _, high, last = ends(series)
    return f"from {write(first)} to {write(last)}, between {write(low)} and {write(high)}"


def ends(series: Series) -> tuple[float, float, float, float, float]:
    """First, lowest, mean, highest and last value; NaN where there is none."""
    known = series.y[np.isfinite(series.y)]
    if not known.size:
        return (math.nan,) * 5
    return tuple(float(one) for one in (known[0], known.min(), known.mean(), known.max(), known[-1]))  # type: ignore[return-value]


# -------------------------------------------------------------------- kept for the pointer


def record(found: list[Panel]) -> list[dict[str, Any]]:
    """Panels as short lists for JSON: places in the picture, and times in minutes since 1970."""
    return [_panel_record(panel) for panel in found]


def _panel_record(panel: Panel) -> dict[str, Any]:
    paths: list[list[float]] = []
    listed = []
    for series in panel.series:
        x = [
            round(float(one) * (MINUTES_A_DAY if panel.is_time else 1.0), 0 if panel.is_time else 2) for one in series.x
        ]
        x = [int(one) for one in x] if panel.is_time else x
        if x not in paths:
            paths.append(x)
        listed.append([series.name, series.colour, paths.index(x), [_rounded(one) for one in series.y]])
    scale = MINUTES_A_DAY if panel.is_time else 1.0
    return {
        "title": panel.title,
        "unit": panel.unit,
        "x": panel.x,
        "time": panel.is_time,
        "box": [round(one, DECIMALS) for one in panel.box],
        "span": [round(one * scale, 2) for one in panel.span],
        "at": [_short(path) for path in paths],
        "series": listed,
    }


def _short(path: list[float]) -> list[float] | dict[str, float]:
    """A path of equal steps as its begin, step and length."""
    steps = {b - a for a, b in pairwise(path)}
    if len(path) > LEAST + 1 and len(steps) == 1:
        return {"from": path[0], "step": steps.pop(), "count": len(path)}
    return path


def _rounded(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    made = float(f"{value:.{DIGITS}g}")
    return int(made) if made == int(made) else made
