"""Tables and consoles for a terminal: one look, and nothing cut off, however narrow."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

#: Columns of a report that goes to a file or a pipe.
PLAIN_WIDTH = 100
#: Columns from which on names are kept in one piece; below, they are folded: a column that is not takes all the room.
WIDE = 80


def table(title: str, columns: Sequence[str]) -> Table:
    """An empty table: the first column to the left, the others (numbers) to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, name in enumerate(columns):
        made.add_column(name, justify="left" if number == 0 else "right", overflow="fold")
    return made


def console() -> Console:
    """The terminal at its own width; a fixed width where output is no terminal, so that files are the same.

    Brackets are brackets: people's names and questions may have some.
    """
    plain = Console(markup=False)
    return plain if plain.is_terminal or "COLUMNS" in os.environ else Console(width=PLAIN_WIDTH, markup=False)
