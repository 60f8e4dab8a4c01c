"""What a chart is: one function that makes its data from tidy frames, and how they are drawn.

A chart registers itself. This is one, in a file of one's own:

    @chart("Sold by the hour", order=99)
    def sold(frames):
        \"\"\"Tokens sold by the hour.\"\"\"
        made = frames["ticks"].set_index("time")["tokens"]
        return one(long({"tokens": made}, Column("value", "million tokens", "tokens sold")))

    @sold.drawn_by
    def _draw(data, ax):
        for name, path in data.panel.paths.items():
            ax.plot(path.index, path, label=name)
        ax.set_ylabel(data.panel.label)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from matplotlib import pyplot as plt

from capacity.errors import InputError
from scenarios.pictures.chart_data import ChartData, NothingToShowError
from scenarios.pictures.panel import empty, head
from scenarios.pictures.style import style
from scenarios.results.register import Register, file_of, place_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Width and height of a chart of its own [inch].
SIZE: Final = (7.2, 4.2)

type Make = Callable[..., ChartData]
#: Draws the data into Axes; returns the Axes of each panel, where they are not these Axes themselves.
type Paint = Callable[[ChartData, Axes], Sequence[Axes] | None]


@dataclass(frozen=True)
class Drawing:
    """A chart that was drawn.

    Attributes:
        axes: what it was drawn into.
        data: what it shows.
        places: the Axes of each panel of the data.
    """

    axes: Axes
    data: ChartData
    places: tuple[Axes, ...]


@dataclass(eq=False)
class Chart:
    """A chart, and what is said of it wherever charts are listed.

    Attributes:
        name: its name, as in a catalogue: 'price-paths'.
        title: what is written above it.
        shows: what it shows, in one sentence.
        make: makes its data.
        hint: how to read it: the small line under the title; empty where that line is worked out from the data.
        size: width and height of a picture of its own [inch].
        group: the heading under which it is told.
        order: its place among the charts.
        note_width: share of the panel's width that the small line may fill.
    """

    name: str
    title: str
    shows: str
    make: Make
    hint: str = ""
    size: tuple[float, float] = SIZE
    group: str = "More"
    order: float = 1000.0
    note_width: float = 1.0
    _paint: Paint | None = None

    @property
    def written_in(self) -> str:
        """The function that makes its data, and its file."""
        return place_of(self.make)

    @property
    def is_shipped(self) -> bool:
        """Whether it is the project's own, and not one of a file of one's own."""
        return self.make.__module__.startswith("scenarios.")

    @property
    def can_be_drawn(self) -> bool:
        """Whether it was said what draws it."""
        return self._paint is not None

    def drawn_by(self, paint: Paint) -> Paint:
        """Say what draws it: a function of the data and the Axes to draw into."""
        self._paint = paint
        return paint

    def data(self, source: Any, **options: Any) -> ChartData:
        """What the chart shows of these frames: its tidy frame, with unit and meaning of each column."""
        try:
            made = self.make(source, **options)
        except NothingToShowError as nothing:
            return ChartData(nothing=str(nothing))
        if not isinstance(made, ChartData):  # of a file of one's own
            raise InputError(
                f"{file_of(self.make)}: chart '{self.name}' gave {type(made).__name__}, but must be ChartData, as "
                "one(long({'name': values by time}, Column('value', unit, meaning))) makes it"
            )
        return made

    def draw(self, source: Any, ax: Axes | None = None, **options: Any) -> Axes:
        """Make the data and draw them; into Axes made anew, if none are given."""
        return self.drawing(self.data(source, **options), ax).axes

    def drawing(self, data: ChartData, ax: Axes | None = None) -> Drawing:
        """Draw data; where there are none, say why in place of an empty panel."""
        with nullcontext() if ax is not None else style():
            ax = plt.subplots(figsize=self.size)[1] if ax is None else ax
            if data.nothing:
                return Drawing(empty(ax, data.title or self.title, data.nothing), data, ())
            assert self._paint is not None, f"chart '{self.name}' lacks a function under @{self.make.__name__}.drawn_by"
            head(ax, data.title or self.title, data.note or self.hint, self.note_width)
            places = self._paint(data, ax)
        return Drawing(ax, data, (ax,) * len(data.panels) if places is None else tuple(places))


#: Charts of a run, in their order: ``CHARTS["price-paths"].draw(frames)``; ``.data(frames)`` gives what they show.
CHARTS: Final[Register[Chart]] = Register("chart")
#: Charts of a batch. Each takes a table of its own: see what its function says.
BATCH_CHARTS: Final[Register[Chart]] = Register("chart of a batch")
#: Charts of what machines can do.
CAPACITY_CHARTS: Final[Register[Chart]] = Register("chart of capacity")


def chart(
    title: str,
    hint: str = "",
    *,
    size: tuple[float, float] = SIZE,
    group: str = "More",
    order: float = 1000.0,
    note_width: float = 1.0,
    register: Register[Chart] = CHARTS,
) -> Callable[[Make], Chart]:
    """Make a chart of a function that makes its data; the first paragraph of its docstring says what it shows.

    Where the function raises ``NothingToShowError``, its message takes the place of an empty panel.
    """

    def decorate(make: Make) -> Chart:
        shows = " ".join((make.__doc__ or "").split("\n\n")[0].split())
        name = make.__name__.replace("_", "-")
        made = Chart(name, title, shows, make, hint, size, group, order, note_width)
        register.add(made)
        return made

    return decorate
