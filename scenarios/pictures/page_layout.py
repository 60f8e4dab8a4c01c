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
#: Type of a page: notes and labels, which are a sixth smaller than the rest, are of 8 points.
TYPE: Final[Any] = {
    "font.size": 9.7,
    "axes.titlesize": 11.5,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.6,
    "ytick.labelsize": 8.6,
    "legend.fontsize": 8.6,
}
#: Inset of the head from the left edge, as a share of the width.
LEFT: Final = 0.008
#: Letters that a title of one line, one of two lines, a line below it and one of the foot have room for on an inch.
TITLE, TITLES, SUBTITLE, FOOT = 5.0, 6.5, 10.5, 12.3
#: Sizes of a title of one line and of two [points]; most lines of a title and below it.
ONE_LINE, TWO_LINES, MOST_LINES = 20.0, 15.0, 2
#: Height of the head, and where its parts begin below its top [inch].
HEAD: Final = 1.75
SUBTITLE_AT, VALUES_AT, MEANINGS_AT = 0.58, 1.02, 1.34
#: Height of a line of the foot [inch].
FOOT_LINE: Final = 0.15
#: Height of a key figure's meaning [points], and the share of its column that it may fill.
MEANING, ROOM = 9.5, 0.96


def divided(figure: Any, rows: int, columns: int, **ratios: Any) -> list[SubFigure]:
    """The parts of a figure, left to right and top to bottom."""
    return list(figure.subfigures(rows, columns, squeeze=False, **ratios).ravel())


def write_head(
    figure: SubFigure,
    title: str,
    subtitle: str,
    figures: Sequence[tuple[str, str]],
    width: float = WIDTH,
    lines: int = MOST_LINES,
) -> None:
    """Title, lines below it, and key figures in a row: value and meaning, on at most so many ``lines``.

    ``width``: of the page [inch].
    """
    high = figure.bbox.height / figure.figure.dpi

    def put(x: float, down: float, text: str, **look: Any) -> None:
        figure.text(x, 1.0 - down / high, text, va="top", parse_math=False, **look)

    one_line = len(title) <= TITLE * width
    said = title if one_line else _wrapped(title, TITLES * width)
    put(LEFT, 0.08, said, fontsize=ONE_LINE if one_line else TWO_LINES, fontweight="bold", color=INK)
    put(LEFT, SUBTITLE_AT, _wrapped(subtitle, SUBTITLE * width), fontsize=10.5, color=PALE)
    letters = ROOM * width / max(len(figures), 1) * 72.0 / (LETTER * MEANING)
    for place, (value, meaning) in enumerate(figures):
        x = LEFT + place / len(figures)
        put(x, VALUES_AT, value, fontsize=16, fontweight="bold", color=INK)
        put(x, MEANINGS_AT, _wrapped(meaning, letters, lines), fontsize=MEANING, color=PALE)


def _wrapped(text: str, letters: float, most: int = MOST_LINES) -> str:
    """Text on at most so many lines."""
    lines = textwrap.wrap(text, int(letters))
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} ..."])


def foot_height(text: str, width: float = WIDTH) -> float:
    """Height that the foot takes [inch]."""
    return 0.2 + FOOT_LINE * len(_foot_lines(text, width))


def _foot_lines(text: str, width: float) -> list[str]:
    return textwrap.wrap(text, int(FOOT * width), break_on_hyphens=False)


def write_foot(figure: SubFigure, text: str, width: float = WIDTH) -> None:
    """Small lines at the end: all of the text, so that a command can be read and typed."""
    said = "\n".join(_foot_lines(text, width))
    figure.text(LEFT, 0.5, said, fontsize=8.5, va="center", color=PALE, parse_math=False)


def write(figure: Figure, target: Path) -> Path:
    """Write a page into a file, and let it go."""
    checked_picture_path(target)
    try:
        with style():
            save(figure, target)
    finally:
        plt.close(figure)
    return target
