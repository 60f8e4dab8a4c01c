"""Rows of two bars: what is paid, and what its machines cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from scenarios.pictures.chart_data import Panel
from scenarios.pictures.panel import rows
from scenarios.pictures.style import GREY, PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Bars of a row, one above the other.
THICK: Final = 0.38


def draw_paid_beside_machines(ax: Axes, panel: Panel, notes: Sequence[str]) -> None:
    """What is paid in the colour of each row, what machines cost in grey, and a note at the right.

    The panel's frame has the columns ``paid`` and ``machines``, and its rows are named by ``panel.names``.
    """
    table, places = panel.frame, np.arange(len(panel.frame))
    names = [str(name) for name in table[panel.names]]
    colours = [panel.colours[name] for name in names]
    ax.barh(places - THICK / 2, table["paid"], THICK, color=colours, linewidth=0)
    ax.barh(places + THICK / 2, table["machines"], THICK, color=GREY, linewidth=0)
    for place, note in zip(places, notes, strict=True):
        ax.annotate(
            note,
            (1.02, place),
            xycoords=("axes fraction", "data"),
            ha="left",
            va="center",
            fontsize="small",
            color=PALE,
            linespacing=1.05,
            annotation_clip=False,
        )
    rows(ax, names, colours)
    ax.set_xlim(left=0)
    ax.set_xlabel(panel.label)
