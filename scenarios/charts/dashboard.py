"""One page for a run: who trades at what price, who waits, who is served, who earns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from scenarios import measures
from scenarios.charts.files import checked_picture_path
from scenarios.charts.load import day_shape, utilisation
from scenarios.charts.panel import INK, PALE, head
from scenarios.charts.prices import price_paths, spot_price, wholesale_use
from scenarios.charts.queues import expected_waits, queue_lengths, speeds, unserved
from scenarios.charts.shares import market_shares, profits
from scenarios.charts.style import save, style
from scenarios.headline import key_figures, subtitle
from scenarios.results import Frames, RunResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

#: Width and height [inch].
PAGE: Final = (17.0, 12.0)
#: Segments drawn on the page; more would be too small to read.
MOST_SEGMENTS: Final = 4


def dashboard(result: RunResult) -> Figure:
    """Draw the page."""
    mpl.use("Agg")
    with style(), mpl.rc_context({"font.size": 9.5, "axes.titlesize": 11.5, "axes.labelsize": 9.5,
                                  "xtick.labelsize": 9.0, "ytick.labelsize": 9.0, "legend.fontsize": 9.0}):  # fmt: skip
        figure = plt.figure(figsize=PAGE, layout="constrained")
        head, top, middle, bottom, foot = _parts(figure, 5, 1, height_ratios=(1.5, 4.2, 3.7, 3.9, 0.28))
        _head(head, result)
        _top(top, result.frames)
        _middle(middle, result.frames)
        _bottom(bottom, result.frames)
        _foot(foot, result)
    return figure


def _parts(figure: Any, rows: int, columns: int, **ratios: Any) -> list[SubFigure]:
    """The parts of a figure, left to right and top to bottom."""
    return list(figure.subfigures(rows, columns, squeeze=False, **ratios).ravel())


def _top(figure: SubFigure, frames: Frames) -> None:
    left, centre, right = _parts(figure, 1, 3, width_ratios=(5.6, 3.6, 3.6))
    price_paths(frames, left.subplots())
    above, below = centre.subplots(2, 1, height_ratios=(1.0, 1.2))
    spot_price(frames, above)
    above.set_xlabel("")
    wholesale_use(frames, below)
    day_shape(frames, right.subplots())


def _middle(figure: SubFigure, frames: Frames) -> None:
    left, centre, right, last = _parts(figure, 1, 4, width_ratios=(4.2, 2.8, 2.8, 3.2))
    utilisation(frames, left.subplots())
    queue_lengths(frames, centre.subplots())
    expected_waits(frames, right.subplots())
    speeds(frames, last.subplots())


def _bottom(figure: SubFigure, frames: Frames) -> None:
    left, centre, right = _parts(figure, 1, 3, width_ratios=(6.4, 2.8, 3.6))
    _segments(left, frames)
    market_shares(frames, centre.subplots())
    profits(frames, right.subplots())


def _segments(figure: SubFigure, frames: Frames) -> None:
    names = list(frames["segments"]["segment"].drop_duplicates().astype(str))[:MOST_SEGMENTS]
    if not names:
        unserved(frames, figure.subplots())
        return
    many = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    tops = []
    for axes, name in zip(many, names, strict=True):
        unserved(frames, axes, segment=name, legend=False)
        if axes is not many[0]:
            head(axes, name, pad=18)
        tops.append(axes.get_ylim()[1])
        axes.label_outer(remove_inner_ticks=True)
    many[0].set_ylim(0, max(tops))
    found: dict[str, Any] = {}
    for axes in many:
        handles, labels = axes.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    if found:
        figure.legend(found.values(), found.keys(), loc="outside lower center", ncols=len(found), frameon=False)


def _head(figure: SubFigure, result: RunResult) -> None:
    about = result.about
    figure.text(0.008, 0.95, str(about["question"]), fontsize=20, fontweight="bold", va="top", color=INK)
    figure.text(0.008, 0.62, subtitle(about), fontsize=11, va="top", color=PALE)
    figures = key_figures(result)
    for place, (value, meaning) in enumerate(figures):
        x = 0.008 + place / len(figures)
        figure.text(x, 0.42, value, fontsize=16, fontweight="bold", va="top", color=INK, parse_math=False)
        figure.text(x, 0.19, meaning, fontsize=9.5, va="top", color=PALE, parse_math=False)


def _foot(figure: SubFigure, result: RunResult) -> None:
    about = result.about
    code = about["code"]["commit"] or about["code"]["hash"]
    kept = all(check.kept for check in measures.checks(result.frames))
    sums = "money and requests add up" if kept else "MONEY OR REQUESTS DO NOT ADD UP: see the summary"
    figure.text(
        0.008, 0.5, f"tokenmarket {about['versions']['tokenmarket']}, code {code}  ·  {sums}  ·  "
        f"made with: {about['command']}", fontsize=8.5, va="center", color=PALE,
    )  # fmt: skip


def draw(result: RunResult, path: Path) -> Path:
    """Draw the page into a file."""
    checked_picture_path(path)
    figure = dashboard(result)
    try:
        with style():
            save(figure, path)
    finally:
        plt.close(figure)
    return path
