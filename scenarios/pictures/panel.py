"""What every panel of a picture needs: an empty one that says so, time on an axis, labels that keep apart."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from scenarios.pictures.style import PALE, PAPER, contrast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

type Floats = NDArray[np.float64]

SMALL: Final = "small"
NOTE: Final = "note"
#: Share of a panel that is left beside a colour bar.
BESIDE_BAR: Final = 0.75
#: Height of a note's line [points], and the mean width of a letter over its height.
NOTE_LINE, LETTER = 12.0, 0.52
#: Least contrast of text and paper [WCAG 2.1].
READABLE: Final = 4.5
#: A step of time so many times as long as usual is a gap.
GAP: Final = 4
#: Text on a coloured area; kept as it is when a picture is turned dark.
ON_COLOUR: Final = ("#ffffff", "#111111")


def head(axes: Axes, title: str, note: str = "", share: float = 1.0) -> None:
    """Name the panel, above its left corner; with a line under the title that says how to read it.

    It replaces an earlier title and line. The line is broken where it is longer than this share of the panel, which
    would be made narrower for it.
    """
    for old in [text for text in axes.texts if text.get_gid() == NOTE]:
        old.remove()
    lines = textwrap.wrap(note, int(share * letters_of(axes)))
    if lines:
        axes.annotate(
            "\n".join(lines), (0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", ha="left",
            va="bottom", fontsize=SMALL, color=PALE, parse_math=False, gid=NOTE, linespacing=1.1,
        )  # fmt: skip
    axes.set_title(title, loc="left", fontweight="bold", pad=6 + NOTE_LINE * len(lines) if lines else None)


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
    factor = 1.0
    while contrast((red * factor, green * factor, blue * factor), PAPER) < READABLE:
        factor *= 0.97
    return red * factor, green * factor, blue * factor


def readable_on(colour: Any) -> str:
    """Black or white, whichever is read more easily on the colour."""
    return max(ON_COLOUR, key=lambda text: contrast(text, colour))


#: Steps between dates on an axis [h], up to four weeks; longer ones are months.
STEPS: Final = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672)
MONTHS: Final = (1, 2, 3, 4, 6, 12, 24, 60, 120)
#: Room that a date takes on an axis [inch].
DATE_WIDTH: Final = 0.72


#: Share of an axis at its end where a date would stick out.
SPARE: Final = 0.04


def time_axis(axes: Axes, times: Any) -> None:
    """Dates on the x axis, counted from the first day and as few as are read easily."""
    first = pd.Timestamp(np.min(times))
    last = max(pd.Timestamp(np.max(times)), first + pd.Timedelta(hours=1))
    hours = (last - first).total_seconds() / 3600.0
    width = axes.bbox.width / axes.figure.dpi
    most = max(2, int(width / DATE_WIDTH))
    step = next((step for step in STEPS if hours / step <= most), None)
    if step is None:
        months = next((step for step in MONTHS if hours / 730.5 / step <= most), MONTHS[-1])
        begin = (first if first.day <= 7 else first + pd.offsets.MonthBegin()).replace(day=1).normalize()
        ticks = pd.date_range(begin, last, freq=pd.DateOffset(months=months))
        ticks = ticks.where(ticks >= first, first)
        labels = [
            f"{tick:%b}\n{tick:%Y}" if k == 0 or tick.year > ticks[k - 1].year else f"{tick:%b}"
            for k, tick in enumerate(ticks)
        ]
        name = "time [UTC]"
    else:
        ticks = pd.date_range(first.floor("D") if step >= 24 else first.floor("h"), last, freq=pd.Timedelta(hours=step))
        write = "%-d %b" if step >= 24 else "%-d %b\n%H:%M"
        labels, name = [f"{tick:{write}}" for tick in ticks], f"{first:%Y}, time [UTC]"
    room = last - (last - first) * SPARE
    shown = [k for k, tick in enumerate(ticks) if tick <= room or len(ticks) <= 2]
    axes.set_xticks(ticks[shown], [labels[k] for k in shown])
    axes.set_xlim(first, last)  # type: ignore[arg-type]  # Matplotlib's types know of no times
    axes.set_xlabel(name)


def broken_at_gaps(times: Any, values: Any) -> tuple[NDArray[Any], Floats]:
    """Times and values with a missing value in each gap: there is no line over weeks that are left out of a run.

    >>> times, values = broken_at_gaps([0.0, 1.0, 2.0, 30.0, 31.0], [5.0, 5.0, 6.0, 7.0, 7.0])
    >>> times.tolist(), values.tolist()
    ([0.0, 1.0, 2.0, 3.0, 30.0, 31.0], [5.0, 5.0, 6.0, nan, 7.0, 7.0])
    """
    at, known = np.asarray(times), np.asarray(values, dtype=np.float64)
    steps = np.diff(at)
    if not steps.size:
        return at, known
    usual = np.sort(steps)[steps.size // 2]
    before = np.flatnonzero(steps > GAP * usual)
    return np.insert(at, before + 1, at[before] + usual), np.insert(known, before + 1, np.nan)


def path(axes: Axes, times: Any, values: Any, **look: Any) -> None:
    """A line over time, broken where weeks are left out; with a dot on every value that no neighbour lets be seen."""
    times, values = broken_at_gaps(times, values)
    axes.plot(times, values, **look)
    known = np.isfinite(np.asarray(values, dtype=np.float64))
    beside = np.concatenate([[False], known[:-1]]) | np.concatenate([known[1:], [False]])
    if (known & ~beside).any():
        alone = np.asarray(times)[known & ~beside]
        axes.plot(alone, np.asarray(values)[known & ~beside], "o", color=look.get("color"), markersize=4)


def parts(
    axes: Axes,
    heights: Sequence[float],
    widths: Sequence[float] = (1.0,),
    *,
    above: float = 0.12,
    beside: float = 0.04,
    top: float = 1.0,
) -> list[Axes]:
    """Panels within a panel, from left to right and top to bottom; the outer one keeps its title alone.

    Heights and widths are shares of the room below ``top`` that is left between gaps: ``above`` and ``beside`` panels.
    """
    axes.set_axis_off()
    tall = np.array(heights) / sum(heights) * (top - above * (len(heights) - 1))
    wide = np.array(widths) / sum(widths) * (1.0 - beside * (len(widths) - 1))
    made = []
    for row, height in enumerate(tall):
        bottom = top - tall[: row + 1].sum() - above * row
        for column, width in enumerate(wide):
            left = wide[:column].sum() + beside * column
            made.append(axes.inset_axes((float(left), float(bottom), float(width), float(height))))
    return made


def plain_log(axes: Axes, which: str, ticks: Sequence[float], write: Any = "{:g}".format) -> None:
    """A log axis with few numbers that people can read, at those of the ticks that are in view."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    getattr(axes, f"set_{which}scale")("log")
    low, high = sorted(getattr(axes, f"get_{which}lim")())
    axis.set_ticks([tick for tick in ticks if low * 0.999 <= tick <= high * 1.001])
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axis.set_minor_locator(NullLocator())


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Places moved as little as may be so that no two are closer than the gap; the order stays."""
    order = np.argsort(places, kind="stable")
    # Isotonic regression of (place - k gap): pool neighbours that are too close (PAVA).
    blocks: list[list[float]] = []
    for k, index in enumerate(order):
        blocks.append([places[index] - k * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight = blocks.pop()
            blocks[-1] = [
                (blocks[-1][0] * blocks[-1][1] + value * weight) / (blocks[-1][1] + weight),
                blocks[-1][1] + weight,
            ]
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
            text,
            (1.0, place),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            color=darker(colour),
            fontsize=SMALL,
            annotation_clip=False,
        )


def letters_of(axes: Axes) -> float:
    """How many letters of small print the panel is wide."""
    points = 72.0 * axes.bbox.width / axes.figure.dpi
    return float(points / (LETTER * FontProperties(size=SMALL).get_size_in_points()))


def label(axes: Axes, text: str) -> None:
    """Name a panel within a panel, inside its upper left corner."""
    axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(4, -3),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=SMALL,
        color=PALE,
        parse_math=False,
    )


def legend_below(axes: Axes, found: Mapping[str, Any], points: float = 40.0) -> None:
    """A legend below the panel, so many points under it: below the dates."""
    below = axes.transAxes + ScaledTranslation(0, -points / 72.0, axes.figure.dpi_scale_trans)
    axes.legend(
        found.values(),
        found.keys(),
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=below,
        ncols=len(found),
        fontsize=SMALL,
        frameon=False,
        handlelength=1.0,
        columnspacing=1.2,
        borderaxespad=0.0,
    )


def rows(axes: Axes, names: Sequence[str], colours: Sequence[Any]) -> None:
    """Names of rows on the y axis, the first on top, in the colours of their actors."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_ylabel("")
    axes.grid(visible=False, axis="y")
    for text, colour in zip(axes.get_yticklabels(), colours, strict=True):
        text.set_color(darker(colour))


#: Letters of a label below an axis that an inch of it has room for, and how few a line has at least.
LETTERS_AN_INCH, LEAST_LETTERS = 11.0, 20


def below_axis(axes: Axes, label: str) -> str:
    """A label in lines as long as the axis above it."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    letters = int(LETTERS_AN_INCH * axes.get_window_extent().width / figure.dpi)
    return textwrap.fill(label, max(letters, LEAST_LETTERS))
