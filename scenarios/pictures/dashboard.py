"""One page for a run: who trades at what price, who waits, who is served, who earns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from scenarios.pictures.page_layout import HEAD, TYPE, WIDTH, divided, foot_height, write, write_foot, write_head
from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.registry import CHARTS
from scenarios.pictures.style import style
from scenarios.pictures.telling import telling
from scenarios.results import summary_tables
from scenarios.results.called import title
from scenarios.results.frames import looked
from scenarios.results.key_figures import key_figures, subtitle
from scenarios.results.run_folder import RunResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Charts of the page of all, row by row, each with its share of the width; and the heights of the rows.
ROWS: Final = (
    (("price-paths", 5.2), ("supply-demand", 4.6), ("day-shape", 3.7)),
    (("utilisation", 4.2), ("spot-price", 3.0), ("queue-lengths", 2.8), ("expected-waits", 3.5)),
    (("unserved-by-segment", 6.2), ("quotas", 3.7), ("speeds", 3.6)),
    (("tiers", 5.2), ("market-shares", 3.2), ("profits", 5.1)),
    (("cash", 6.7), ("welfare-split", 6.8)),
)
HEIGHTS: Final = (4.3, 3.5, 3.9, 3.9, 3.7)
#: Width of the page of eight, and height of one of its rows [inch]: two charts side by side, to be read without a lens.
NARROW, ROW = 12.5, 3.7
ACROSS: Final = 2
#: Most further charts in a row of the page of all.
MOST: Final = 4

type Options = Mapping[str, Mapping[str, Any]]
type Rows = Sequence[Sequence[tuple[str, float]]]


def dashboard(result: RunResult, options: Options | None = None, *, everything: bool = False) -> Figure:
    """Draw the page: the eight charts that tell most of this run, or all.

    ``options``: what single charts are told beside the frames, by the chart's name.
    """
    mpl.use("Agg")
    result = replace(result, frames=looked(result.frames))
    if everything:
        more = _further_rows()
        return _page(result, options or {}, (*ROWS, *more), (*HEIGHTS, *[ROW] * len(more)), WIDTH)
    names = telling(result.frames)
    rows = [[(name, 1.0) for name in names[at : at + ACROSS]] for at in range(0, len(names), ACROSS)]
    return _page(result, options or {}, rows, [ROW] * len(rows), NARROW)


def _further_rows() -> list[list[tuple[str, float]]]:
    """Rows of the charts that files of one's own add to the page of all."""
    names = [name for name, chart in CHARTS.items() if not chart.is_shipped]
    return [[(name, 1.0) for name in names[at : at + MOST]] for at in range(0, len(names), MOST)]


def _page(result: RunResult, options: Options, rows: Rows, heights: Sequence[float], width: float) -> Figure:
    made = _how_it_was_made(result)
    parts = (HEAD, *heights, foot_height(made, width))
    with style(), mpl.rc_context(TYPE):
        figure = plt.figure(figsize=(width, sum(parts)), layout="constrained")
        head, *places, foot = divided(figure, len(parts), 1, height_ratios=parts)
        write_head(head, title(result.about), subtitle(result.about), key_figures(result), width)
        for place, charts in zip(places, rows, strict=True):
            panels = divided(place, 1, len(charts), width_ratios=[share for _, share in charts])
            for panel, (name, _) in zip(panels, charts, strict=True):
                CHARTS[name].draw(result.frames, panel.subplots(), **options.get(name, {}))
        write_foot(foot, made, width)
    return figure


def _how_it_was_made(result: RunResult) -> str:
    about = result.about
    code = about["code"]["commit"] or about["code"]["hash"]
    kept = all(check.kept for check in summary_tables.checks(result.frames))
    sums = "money and requests add up" if kept else "MONEY OR REQUESTS DO NOT ADD UP: see the summary"
    return f"tokenmarket {about['versions']['tokenmarket']}, code {code}  ·  {sums}  ·  made with: {about['command']}"


def draw(result: RunResult, path: Path, options: Options | None = None, *, everything: bool = False) -> Path:
    """Draw the page into a file."""
    checked_picture_path(path)
    return write(dashboard(result, options, everything=everything), path)
