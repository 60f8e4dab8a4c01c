"""One page for a run: who trades at what price, who waits, who is served, who earns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from scenarios.pictures.page_layout import TYPE, WIDTH, divided, write, write_foot, write_head
from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.registry import CHARTS
from scenarios.pictures.style import style
from scenarios.results import summary_tables
from scenarios.results.key_figures import key_figures, subtitle
from scenarios.results.run_folder import RunResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Charts of the page, row by row, each with its share of the width; and the heights of the rows.
ROWS: Final = (
    (("price-paths", 5.2), ("supply-demand", 4.6), ("day-shape", 3.7)),
    (("utilisation", 4.4), ("spot-price", 3.1), ("queue-lengths", 2.9), ("expected-waits", 3.1)),
    (("unserved-by-segment", 6.6), ("speeds", 3.0), ("tiers", 3.9)),
    (("market-shares", 2.7), ("profits", 3.5), ("cash", 3.5), ("welfare-split", 3.9)),
)
HEIGHTS: Final = (4.3, 3.5, 3.9, 3.7)

type Options = Mapping[str, Mapping[str, Any]]


def dashboard(result: RunResult, options: Options | None = None) -> Figure:
    """Draw the page; ``options``: what single charts are told beside the frames, by the chart's name."""
    mpl.use("Agg")
    with style(), mpl.rc_context(TYPE):
        figure = plt.figure(figsize=(WIDTH, sum(HEIGHTS) + 1.2), layout="constrained")
        head, *rows, foot = divided(figure, len(ROWS) + 2, 1, height_ratios=(1.5, *HEIGHTS, 0.28))
        write_head(head, str(result.about["question"]), subtitle(result.about), key_figures(result))
        for row, charts in zip(rows, ROWS, strict=True):
            places = divided(row, 1, len(charts), width_ratios=[width for _, width in charts])
            for place, (name, _) in zip(places, charts, strict=True):
                CHARTS[name].draw(result.frames, place.subplots(), **(options or {}).get(name, {}))
        write_foot(foot, _made(result))
    return figure


def _made(result: RunResult) -> str:
    about = result.about
    code = about["code"]["commit"] or about["code"]["hash"]
    kept = all(check.kept for check in summary_tables.checks(result.frames))
    sums = "money and requests add up" if kept else "MONEY OR REQUESTS DO NOT ADD UP: see the summary"
    return f"tokenmarket {about['versions']['tokenmarket']}, code {code}  ·  {sums}  ·  made with: {about['command']}"


def draw(result: RunResult, path: Path, options: Options | None = None) -> Path:
    """Draw the page into a file."""
    checked_picture_path(path)
    return write(dashboard(result, options), path)
