"""A page of pictures: its parts, its head and its foot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot as plt

from scenarios.pictures.panel import LETTER
from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import INK, PALE, save, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

#: Width of a page [inch].
WIDTH: Final = 17.0
#: Type small enough for four charts in a row.
TYPE: Final[Any] = {
    "font.size": 9.0,
    "axes.titlesize": 11.5,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.6,
    "ytick.labelsize": 8.6,
    "legend.fontsize": 8.6,
}
#: Inset of the head from the left edge, as a share of the width.
LEFT: Final = 0.008
#: Letters that a title of full size and the foot have room for.
TITLE, FOOT = 85, 210
#: Height of a key figure's meaning [points], and the share of its column that it may fill.
MEANING, ROOM = 9.5, 0.96


def divided(figure: Any, rows: int, columns: int, **ratios: Any) -> list[SubFigure]:
    """The parts of a figure, left to right and top to bottom."""
    return list(figure.subfigures(rows, columns, squeeze=False, **ratios).ravel())


def write_head(figure: SubFigure, title: str, subtitle: str, figures: Sequence[tuple[str, str]]) -> None:
    """Title, a line below it, and key figures in a row: value and meaning."""
    size = min(20.0, 20.0 * TITLE / max(len(title), 1))
    figure.text(LEFT, 0.95, title, fontsize=size, fontweight="bold", va="top", color=INK, parse_math=False)
    figure.text(LEFT, 0.65, subtitle, fontsize=11, va="top", color=PALE, parse_math=False)
    letters = int(ROOM * WIDTH / max(len(figures), 1) * 72.0 / (LETTER * MEANING))
    for place, (value, meaning) in enumerate(figures):
        x = LEFT + place / len(figures)
        figure.text(x, 0.45, value, fontsize=16, fontweight="bold", va="top", color=INK, parse_math=False)
        said = "\n".join(textwrap.wrap(meaning, letters)[:2])
        figure.text(x, 0.225, said, fontsize=MEANING, va="top", color=PALE, parse_math=False)


def write_foot(figure: SubFigure, text: str) -> None:
    """A small line at the end; a long command is cut."""
    short = text if len(text) <= FOOT else f"{text[: FOOT - 4]} ..."
    figure.text(LEFT, 0.5, short, fontsize=8.5, va="center", color=PALE, parse_math=False)


def write(figure: Figure, target: Path) -> Path:
    """Write a page into a file, and let it go."""
    checked_picture_path(target)
    try:
        with style():
            save(figure, target)
    finally:
        plt.close(figure)
    return target
