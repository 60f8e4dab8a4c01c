"""Charts on the page: a picture with a sentence, its numbers in a fold, and its values under the pointer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot as plt

from scenarios.pictures.style import style
from scenarios.pictures.svg import svg
from scenarios.reports import chart_values
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.html_table import Cell, Column, Row, Table, word
from scenarios.reports.measured_numbers import plain

if TYPE_CHECKING:
    from scenarios.pictures.chart import Chart
    from scenarios.pictures.chart_data import ChartData

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
        data: what is drawn in it.
        values: the same for the pointer, with places in the picture.
        width: its width [inch].
    """

    name: str
    title: str
    shows: str
    markup: str
    data: ChartData
    values: list[dict[str, Any]]
    width: float

    def html(self, level: int = 3) -> Html:
        """The picture under a heading of this level."""
        keys = ". Left and right keys read values." if self.values else ""
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
        if self.values:
            data = json.dumps(self.values, separators=(",", ":"), allow_nan=False)
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
        found = {name: colour for panel in self.values for name, colour, *_ in panel["series"]}
        if len(set(found.values())) < LEAST_COLOURS:
            return None
        swatches = {name: element("i", "", style=f"background:{colour}") for name, colour in found.items()}
        names = [element("li", swatch, name) for name, swatch in swatches.items()]
        return element("ul", names, class_="names", aria_hidden="true")

    def _numbers(self) -> Html:
        """First, lowest, mean, highest and last value of every path."""
        rows: list[Row] = []
        panels = chart_values.with_paths(self.data)
        for panel in panels:
            begin = f"{panel.title}: " if len(panels) > 1 else ""
            rows += [
                [f"{begin}{name}", *(Cell(plain(value), value) for value in chart_values.ends(values))]
                for name, values in panel.paths.items()
            ]
        unit = ", ".join(dict.fromkeys(panel.label for panel in panels))
        heads = [Column(title) for title in ("first", "lowest", "mean", "highest", "last")]
        table = Table(f"{self.name}-numbers", f"{self.title}: {unit}", [word("what"), *heads], rows)
        return folded("The numbers", table.html())


def card(chart: Chart, data: ChartData, name: str, title: str, shows: str, size: tuple[float, float]) -> Picture:
    """A picture of the data of a chart, of this size [inch]."""
    with style():
        drawing = chart.drawing(data, plt.subplots(figsize=size)[1])
    figure: Any = drawing.axes.figure
    drawing.axes.set_title("", loc="left")  # the page has it as a heading
    try:
        markup = svg(figure, name, ALT)
        values = chart_values.record(drawing)
    finally:
        plt.close(figure)
    alt = " ".join(f"{title}. {shows} {chart_values.described(data, plain)}".split())
    short = alt if len(alt) <= MOST_LETTERS else f"{alt[: MOST_LETTERS - 4]} ..."
    markup = markup.replace(ALT, escape(short), 1)
    return Picture(name, title, shows, _smaller(markup), data, values, size[0])


def card_of(chart: Chart, source: Any, prefix: str = "", **options: Any) -> Picture:
    """A chart under its own title, drawn from tidy frames; ``prefix`` tells several of the same chart apart."""
    wide, high = chart.size
    size = (COLUMN, high) if COLUMN < wide < MOST else chart.size
    hint = f" {chart.hint[0].upper()}{chart.hint[1:]}." if chart.hint else ""
    plain_chart = replace(chart, hint="")  # said in the caption
    data = chart.data(source, **options)
    return card(plain_chart, data, f"{prefix}{chart.name}", chart.title, f"{chart.shows}{hint}", size)


#: Stands for the alternative text until the picture is drawn, and its numbers are known.
ALT: Final = "what-it-shows"


def _smaller(markup: str) -> str:
    """Without what a page does not need: line breaks between elements."""
    return re.sub(r">\n+<", "><", markup)
