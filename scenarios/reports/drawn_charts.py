"""Charts on the page: a picture with a sentence, its numbers in a fold, and its values under the pointer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from matplotlib import pyplot as plt

from scenarios.pictures.panel import NOTE
from scenarios.pictures.registry import Chart
from scenarios.pictures.style import style
from scenarios.pictures.svg import svg
from scenarios.reports import drawn_series
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.html_table import Cell, Column, Row, Table, word
from scenarios.reports.measured_numbers import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Points of the picture that are so many pixels of the page, so that letters are of one size everywhere.
SCALE: Final = 1.1
INCH: Final = 72.0
#: Width of a column of the page; wider pictures are drawn as wide as it, the widest keep their width [inch].
COLUMN, MOST = 7.2, 10.0
#: Colours from which a picture has lines to be told apart.
LEAST_COLOURS: Final = 2
#: A picture with more elements than this has a longer alternative text than anybody listens to.
MOST_LETTERS: Final = 900


@dataclass(frozen=True)
class Picture:
    """A chart that was drawn.

    Attributes:
        name: its id in the page.
        title: what it is called.
        shows: what it shows, in a sentence.
        markup: the picture.
        panels: what is drawn in it.
        width: its width [inch].
    """

    name: str
    title: str
    shows: str
    markup: str
    panels: tuple[drawn_series.Panel, ...]
    width: float

    def html(self, level: int = 3) -> Html:
        """The picture under a heading of this level."""
        keys = ". Left and right keys read values." if self.panels else ""
        box = element(
            "div",
            Html(self.markup),
            class_="box chart-box",
            tabindex="0",
            role="group",
            aria_label=f"{self.title}{keys}",
        )
        parts: list[Child] = [
            element(f"h{level}", self.title, id=f"{self.name}-title"),
            element("p", self.shows, class_="shows") if self.shows else None,
            box,
            self._names(),
        ]
        if self.panels:
            data = json.dumps(drawn_series.record(list(self.panels)), separators=(",", ":"), allow_nan=False)
            safe = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
            parts += [Html(f'<script type="application/json" class="values">{safe}</script>'), self._numbers()]
        width = f"--width:{round(self.width * INCH * SCALE)}px"
        return element(
            "article", parts, class_="chart-card", id=self.name, style=width, aria_labelledby=f"{self.name}-title"
        )

    def titled(self, title: str) -> Picture:
        """The same under another heading, without the sentence that is said above."""
        return replace(self, title=title, shows="")

    def _names(self) -> Html | None:
        """Names of lines with their colours, for screens too narrow to show them where the lines end."""
        found = {one.name: one.colour for panel in self.panels for one in panel.series}
        if len(set(found.values())) < LEAST_COLOURS:
            return None
        swatches = {name: element("i", "", style=f"background:{colour}") for name, colour in found.items()}
        names = [element("li", swatch, name) for name, swatch in swatches.items()]
        return element("ul", names, class_="names", aria_hidden="true")

    def _numbers(self) -> Html:
        """First, lowest, mean, highest and last value of every path."""
        rows: list[Row] = []
        for panel in self.panels:
            begin = f"{panel.title}: " if panel.title else ""
            rows += [
                [f"{begin}{one.name}", *(Cell(plain(value), value) for value in drawn_series.ends(one))]
                for one in panel.series
            ]
        unit = ", ".join(dict.fromkeys(" ".join(panel.unit.split()) for panel in self.panels if panel.unit))
        heads = [Column(title) for title in ("first", "lowest", "mean", "highest", "last")]
        table = Table(f"{self.name}-numbers", f"{self.title}: {unit}", [word("what"), *heads], rows)
        return folded("The numbers", table.html())


def draw(chart: Chart, data: Any, prefix: str = "", **options: Any) -> Picture:
    """Draw a chart; ``prefix`` tells several of the same chart apart."""
    wide, high = chart.size
    size = (COLUMN, high) if COLUMN < wide < MOST else chart.size

    def make() -> Axes:
        axes = chart.draw(data, axes_of(size), **options)
        if chart.hint:  # said in the caption
            forget_note(axes)
        return axes

    hint = f" {chart.hint[0].upper()}{chart.hint[1:]}." if chart.hint else ""
    return picture(make, f"{prefix}{chart.name}", chart.title, f"{chart.shows}{hint}")


def forget_note(axes: Axes) -> None:
    """Take the small line above a chart away, where it says nothing."""
    for text in [text for text in axes.texts if text.get_gid() == NOTE]:
        text.remove()


def axes_of(size: tuple[float, float]) -> Axes:
    """Axes of a picture of this size [inch]."""
    return plt.subplots(figsize=size)[1]


def picture(make: Callable[[], Axes], name: str, title: str, shows: str) -> Picture:
    """A picture of the Axes that ``make`` draws."""
    with style():
        axes = make()
    figure: Any = axes.figure
    axes.set_title("", loc="left")  # the page has it as a heading
    try:
        markup = svg(figure, name, ALT)
        panels = tuple(drawn_series.panels(figure))
        said = drawn_series.described(list(panels), plain) or _texts(axes)
    finally:
        plt.close(figure)
    alt = " ".join(f"{title}. {shows} {said}".split())
    short = alt if len(alt) <= MOST_LETTERS else f"{alt[: MOST_LETTERS - 4]} ..."
    markup = markup.replace(ALT, element("i", short)[3:-4].replace('"', "&quot;"), 1)
    return Picture(name, title, shows, _smaller(markup), panels, float(figure.get_size_inches()[0]))


#: Stands for the alternative text until the picture is drawn, and its numbers are known.
ALT: Final = "what-it-shows"


def _texts(axes: Axes) -> str:
    """Names of rows with what is written beside them, or all that is written in a picture without rows."""
    names = [text.get_text() for text in axes.get_yticklabels() if text.get_text()]
    said = [" ".join(text.get_text().split()) for text in axes.texts if text.get_gid() is None and text.get_text()]
    if len(names) == len(said) and axes.get_ylabel() == "":
        return "; ".join(f"{' '.join(name.split())}: {text}" for name, text in zip(names, said, strict=True)) + "."
    panels = [
        f"{' '.join(panel.get_title(loc='left').split())}: {_marks(panel, names)}"
        for panel in cast("list[Axes]", axes.child_axes)
    ]
    return ("; ".join(said) or "; ".join(panels)) + "."


def _marks(panel: Axes, names: list[str]) -> str:
    """Large dots of a small panel: the means, row by row; or the values of the only time there is."""
    dots = [line for line in panel.lines if line.get_marker() == "o" and len(np.ravel(line.get_xdata())) == 1]
    if panel.get_xlim()[0] > drawn_series.FIRST_DATE:  # through time, but all of it is one point
        said = {str(line.get_label()): float(np.ravel(line.get_ydata(orig=False))[0]) for line in dots}
        return ", ".join(f"{name} {plain(value)}" for name, value in said.items() if not name.startswith("_"))
    names = [text.get_text() for text in panel.get_yticklabels() if text.get_text()] or names
    found = [float(np.ravel(line.get_xdata(orig=False))[0]) for line in dots]
    pairs = zip(names if len(names) == len(found) else [""] * len(found), found, strict=True)
    return ", ".join(f"{' '.join(name.split())} {plain(value)}".strip() for name, value in pairs)


def _smaller(markup: str) -> str:
    """Without what a page does not need: line breaks between elements."""
    return re.sub(r">\n+<", "><", markup)
