"""What every panel of a picture needs: an empty one that says so, time on an axis, labels that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.ticker import FuncFormatter, NullFormatter

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#222222"
PALE: Final = "#555555"
SMALL: Final = "small"


def head(axes: Axes, title: str, pad: float | None = None) -> None:
    """Name the panel, above its left corner."""
    axes.set_title(title, loc="left", fontweight="bold", pad=pad)


def empty(axes: Axes, title: str, message: str) -> Axes:
    """A panel that says why there is nothing to see, in place of an empty frame."""
    head(axes, title)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.text(0.5, 0.5, message, transform=axes.transAxes, ha="center", va="center", color=PALE, wrap=True)
    return axes


def shades(colour: str, count: int) -> list[tuple[float, float, float]]:
    """Dark to light shades of one colour, for several firms of a kind."""
    base = np.array(to_rgb(colour))
    if count == 1:
        return [tuple(base)]
    made = []
    for place in np.linspace(-0.4, 0.4, count):
        towards = np.zeros(3) if place < 0 else np.ones(3)
        made.append(tuple(base + abs(place) * (towards - base)))
    return made


def darker(colour: Any) -> tuple[float, float, float]:
    """The colour, dark enough to be read as text on white."""
    red, green, blue = to_rgb(colour)
    bright = 0.299 * red + 0.587 * green + 0.114 * blue
    factor = min(1.0, 0.43 / bright) if bright > 0 else 1.0
    return red * factor, green * factor, blue * factor


def readable_on(colour: Any) -> str:
    """Black or white, whichever is read more easily on the colour."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK


#: Steps between dates on an axis [h].
STEPS: Final = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 2190, 4380, 8766)


def time_axis(axes: Axes, times: Any, most: int = 6) -> None:
    """Dates on the x axis, counted from the first day and as few as are read easily."""
    first = pd.Timestamp(np.min(times))
    last = max(pd.Timestamp(np.max(times)), first + pd.Timedelta(hours=1))
    span = (last - first).total_seconds() / 3600.0
    step = next((step for step in STEPS if span / step <= most), STEPS[-1])
    ticks = pd.date_range(first.floor("D") if step >= 24 else first.floor("h"), last, freq=pd.Timedelta(hours=step))
    write = "%-d %b" if step >= 24 else "%-d %b\n%H:%M"
    axes.set_xlim(first, last)
    axes.set_xticks(ticks, [f"{tick:%b %Y}" if step > 672 else f"{tick:{write}}" for tick in ticks])
    axes.set_xlabel(f"{first:%Y}, time [UTC]")


def plain_log(axes: Axes, which: str, ticks: Sequence[float], write: Any = "{:g}".format) -> None:
    """A log axis with few numbers that people can read, at those of the ticks that are in view."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    getattr(axes, f"set_{which}scale")("log")
    low, high = sorted(getattr(axes, f"get_{which}lim")())
    axis.set_ticks([tick for tick in ticks if low * 0.999 <= tick <= high * 1.001])
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Places moved as little as may be so that no two are closer than the gap; the order stays."""
    order = np.argsort(places, kind="stable")
    # Isotonic regression of (place - k gap): pool neighbours that are too close (PAVA).
    blocks: list[list[float]] = []
    for k, index in enumerate(order):
        blocks.append([places[index] - k * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + value * weight) / (blocks[-1][1] + weight),
                          blocks[-1][1] + weight]  # fmt: skip
    moved = np.repeat([b[0] for b in blocks], [round(b[1]) for b in blocks]) + gap * np.arange(len(places))
    out = np.empty(len(places))
    out[order] = moved
    return [float(place) for place in out]


def within(places: Sequence[float], gap: float) -> list[float]:
    """Places pushed back between 0 and 1 with the gap kept, as far as there is room."""
    order = np.argsort(places, kind="stable")
    moved = np.array(places, dtype=np.float64)[order]
    steps = gap * np.arange(moved.size)
    moved = np.minimum(moved, 1.0 - gap / 3 - steps[::-1])
    moved = np.maximum(moved, gap / 3 + steps)
    out = np.empty(moved.size)
    out[order] = moved
    return [float(place) for place in out]


def label_ends(axes: Axes, ends: Sequence[tuple[float, str, Any]], gap: float = 0.065) -> None:
    """Write labels right of the panel at the heights of their lines' ends, in their colours.

    They are kept apart by the gap, a share of the panel's height.
    """
    axes.set_ylim(axes.get_ylim())
    to_axes = axes.transScale + axes.transLimits
    heights = [float(to_axes.transform((axes.get_xlim()[1], height))[1]) for height, _, _ in ends]
    for place, (_, text, colour) in zip(within(spread(heights, gap), gap), ends, strict=True):
        axes.annotate(
            text, (1.0, place), xycoords="axes fraction", xytext=(5, 0), textcoords="offset points",
            ha="left", va="center", color=darker(colour), fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip


def note(axes: Axes, text: str) -> None:
    """A line under the title that says how to read the panel."""
    head(axes, axes.get_title(loc="left"), pad=18)
    axes.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", ha="left", va="bottom",
        fontsize=SMALL, color=PALE, parse_math=False,
    )  # fmt: skip


def rows(axes: Axes, names: Sequence[str], colours: Sequence[Any]) -> None:
    """Names of rows on the y axis, the first on top, in the colours of their actors."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_ylabel("")
    axes.grid(visible=False, axis="y")
    for text, colour in zip(axes.get_yticklabels(), colours, strict=True):
        text.set_color(darker(colour))
