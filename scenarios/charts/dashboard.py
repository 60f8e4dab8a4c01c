"""One page for a run: who trades at what price, who waits, who is served, who earns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from scenarios import measures
from scenarios.charts.files import checked_picture_path
from scenarios.charts.registry import CHARTS
from scenarios.charts.style import INK, PALE, save, style
from scenarios.headline import key_figures, subtitle
from scenarios.results import RunResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

#: Width and height [inch].
PAGE: Final = (17.0, 16.4)
#: Charts of the page, row by row, each with its share of the width; and the heights of the rows.
ROWS: Final = (
    (("price-paths", 5.2), ("supply-demand", 4.6), ("day-shape", 3.7)),
    (("utilisation", 4.4), ("spot-price", 3.1), ("queue-lengths", 2.9), ("expected-waits", 3.1)),
    (("unserved-by-segment", 6.6), ("speeds", 3.0), ("tiers", 3.9)),
    (("market-shares", 2.7), ("profits", 3.5), ("cash", 3.5), ("welfare-split", 3.9)),
)
HEIGHTS: Final = (4.3, 3.5, 3.9, 3.7)
#: Type small enough for four charts in a row.
TYPE: Final[Any] = {"font.size": 9.0, "axes.titlesize": 11.5, "axes.labelsize": 9.0, "xtick.labelsize": 8.6,
               "ytick.labelsize": 8.6, "legend.fontsize": 8.6}  # fmt: skip

type Options = Mapping[str, Mapping[str, Any]]


def dashboard(result: RunResult, options: Options | None = None) -> Figure:
    """Draw the page; ``options``: what single charts are told beside the frames, by the chart's name."""
    mpl.use("Agg")
    with style(), mpl.rc_context(TYPE):
        figure = plt.figure(figsize=PAGE, layout="constrained")
        head, *rows, foot = _parts(figure, len(ROWS) + 2, 1, height_ratios=(1.5, *HEIGHTS, 0.28))
        _head(head, result)
        for row, charts in zip(rows, ROWS, strict=True):
            places = _parts(row, 1, len(charts), width_ratios=[width for _, width in charts])
            for place, (name, _) in zip(places, charts, strict=True):
                CHARTS[name].draw(result.frames, place.subplots(), **(options or {}).get(name, {}))
        _foot(foot, result)
    return figure


def _parts(figure: Any, rows: int, columns: int, **ratios: Any) -> list[SubFigure]:
    """The parts of a figure, left to right and top to bottom."""
    return list(figure.subfigures(rows, columns, squeeze=False, **ratios).ravel())


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


def draw(result: RunResult, path: Path, options: Options | None = None) -> Path:
    """Draw the page into a file."""
    checked_picture_path(path)
    figure = dashboard(result, options)
    try:
        with style():
            save(figure, path)
    finally:
        plt.close(figure)
    return path
