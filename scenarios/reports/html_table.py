"""Tables that can be sorted: a cell has what is read, and what it is sorted by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.reports.html import Child, Html, element

type Value = str | float
type Row = list[Cell | str]


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        text: what is read.
        order: what it is sorted by, if not by its text; NaN comes last.
        mark: a class of its own, such as 'good'.
    """

    text: Child
    order: Value | None = None
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its heading, the line below it (a unit), and whether it holds numbers."""

    title: str
    unit: str = ""
    number: bool = True


def word(title: str) -> Column:
    """A column of words."""
    return Column(title, number=False)


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        name: its id in the page.
        caption: what it shows.
        columns: its columns; the first one names the rows.
        rows: a cell for each column.
        note: how to read it.
        sorts: whether its headings sort it.
        groups: rows under a heading of their own, below the others; sorting leaves them in their group.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row] = ()
    note: Child = ""
    sorts: bool = True
    groups: Sequence[tuple[Child, Sequence[Row]]] = ()

    def html(self) -> Html:
        """The table in a box of its own, which scrolls where it is too wide."""
        heads = [self._head(column) for column in self.columns]
        bodies = [self._body(self.rows)] if self.rows else []
        bodies += [self._body(rows, title) for title, rows in self.groups]
        most = max([len(self.rows), *(len(rows) for _, rows in self.groups)])
        made = element(
            "table",
            element("caption", element("span", self.caption, class_="stays"), id=f"{self.name}-caption"),
            element("thead", element("tr", heads)),
            bodies,
            id=self.name,
            class_="sorts" if self.sorts and most > 1 else None,
        )
        box = element("div", made, class_="box", tabindex="0", role="group", aria_labelledby=f"{self.name}-caption")
        return element("div", box, element("p", self.note, class_="note") if self.note else None, class_="table")

    def _body(self, rows: Sequence[Row], title: Child = None) -> Html:
        made = [
            element("tr", [self._cell(k, cell) for k, cell in enumerate(row)], data_n=str(number))
            for number, row in enumerate(rows)
        ]
        said = element("span", title, class_="stays")
        head = element("th", said, colspan=len(self.columns), scope="rowgroup") if title else None
        return element("tbody", element("tr", head, class_="group") if head else None, made)

    def _head(self, column: Column) -> Html:
        unit = element("span", f" [{column.unit}]", class_="unit") if column.unit else None
        return element("th", column.title, unit, scope="col", class_="number" if column.number else None)

    def _cell(self, place: int, cell: Cell | str) -> Html:
        made = cell if isinstance(cell, Cell) else Cell(cell)
        order = made.order
        if isinstance(order, float):
            order = f"{order:.9g}" if not math.isnan(order) else ""
        classes = " ".join(filter(None, ("number" if self.columns[place].number else "", made.mark)))
        given = {"data_v": order, "class_": classes or None}
        return element("th", made.text, scope="row", **given) if place == 0 else element("td", made.text, **given)
