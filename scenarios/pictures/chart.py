"""What a chart is: one function on tidy frames that returns Axes, with a title and a hint on how to read it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot as plt

from scenarios.pictures.panel import empty, head, note
from scenarios.pictures.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Width and height of a chart of its own [inch].
SIZE: Final = (7.2, 4.2)


class NothingToShowError(Exception):
    """The frames hold nothing that this chart could show; the message says so in words."""


@dataclass(frozen=True)
class Chart:
    """A chart, and what is said of it wherever charts are listed.

    Attributes:
        name: its name, as in a catalogue: 'price-paths'.
        title: what is written above it.
        shows: what it shows, in one sentence.
        draw: the function; ``draw(data, ax=None, **options)`` gives the Axes, made anew if none are given.
        hint: how to read it: the small line under the title; empty where that line is worked out from the data.
        size: width and height of a picture of its own [inch].
    """

    name: str
    title: str
    shows: str
    draw: Callable[..., Axes]
    hint: str = ""
    size: tuple[float, float] = SIZE


def chart(
    title: str, hint: str = "", size: tuple[float, float] = SIZE
) -> Callable[[Callable[..., None]], Callable[..., Axes]]:
    """Make a chart of a function that draws into Axes; the first sentence of its docstring says what it shows.

    The chart has ``ax=None`` where the function has ``ax``. Where the function raises ``NothingToShowError``,
    its message takes the place of an empty panel.
    """

    def decorate(body: Callable[..., None]) -> Callable[..., Axes]:
        @wraps(body)
        def draw(data: Any, ax: Axes | None = None, **options: Any) -> Axes:
            with nullcontext() if ax is not None else style():
                ax = plt.subplots(figsize=size)[1] if ax is None else ax
                head(ax, title)
                try:
                    body(data, ax, **options)
                except NothingToShowError as nothing:
                    ax.clear()
                    return empty(ax, title, str(nothing))
                if hint:
                    note(ax, hint)
            return ax

        shows = " ".join((body.__doc__ or "").split("\n\n")[0].split())
        vars(draw)["chart"] = Chart(body.__name__.replace("_", "-"), title, shows, draw, hint, size)
        return draw

    return decorate


def chart_of(draw: Callable[..., Axes]) -> Chart:
    """The chart that a function draws."""
    made: Chart = vars(draw)["chart"]
    return made
