"""What a chart shows, as data: a tidy frame a panel, and of every column its name, unit and meaning.

A picture is drawn from it. A report, an export or a test takes values, units and headings from it, never from the
picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd


class NothingToShowError(Exception):
    """The frames hold nothing that this chart could show; the message says so in words."""


@dataclass(frozen=True)
class Column:
    """A column of the frame of a chart.

    Attributes:
        name: its name in the frame.
        unit: its unit; '1' for ratios, empty for words.
        meaning: what it says.
        axis: what is written beside an axis that it is drawn along.
    """

    name: str
    unit: str
    meaning: str
    axis: str = ""

    @property
    def label(self) -> str:
        """Beside an axis: what is written there, or the meaning with its unit."""
        return self.axis or (f"{self.meaning} [{self.unit}]" if self.unit else self.meaning)


TIME: Final = Column("time", "UTC", "begin of the span that a value is of", "time [UTC]")
HOUR: Final = Column("hour", "h", "hour of the day, in the middle of the tick", "hour of the day [UTC]")
SERIES: Final = Column("series", "", "what a line, an area or a row stands for")
KIND: Final = Column("kind", "", "kind of seller or user")
TIER: Final = Column("tier", "", "tier of the offer")


@dataclass(frozen=True, eq=False)
class Panel:
    """What one panel of a chart shows.

    Attributes:
        frame: tidy; a row is a value that is drawn, with what belongs to it.
        columns: what each column of the frame says, in its order.
        value: the column that is drawn, the one of most interest if there are several.
        x: the column along the x axis; empty where there are names in its place, each with a row of its own.
        names: the column that names the lines, areas or rows.
        title: heading within the chart; empty for the only panel.
        colours: colour of each line, area or row, by its name.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    value: str
    x: str = ""
    names: str = SERIES.name
    title: str = ""
    colours: Mapping[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said, held = [column.name for column in self.columns], [str(name) for name in self.frame.columns]
        if said != held:
            raise ValueError(f"a chart's frame has the columns {held}, but says what {said} are")

    def column(self, name: str) -> Column:
        """What a column says."""
        return next(column for column in self.columns if column.name == name)

    @property
    def label(self) -> str:
        """What is written beside the axis of the values."""
        return self.column(self.value).label

    @property
    def is_over_time(self) -> bool:
        """Whether its x axis is time."""
        return bool(self.x) and pd.api.types.is_datetime64_any_dtype(self.frame[self.x])

    @property
    def paths(self) -> dict[str, pd.Series[Any]]:
        """Values along the x axis, by name, in the order of the frame."""
        return self.paths_of(self.value)

    def paths_of(self, column: str) -> dict[str, pd.Series[Any]]:
        """A column along the x axis, by name, in the order of the frame."""
        parts = self.frame.groupby(self.names, sort=False, observed=True)
        return {str(name): part.set_index(self.x)[column] for name, part in parts}

    def first(self, column: str) -> dict[str, Any]:
        """What a column says of each name, where it says the same in all its rows."""
        firsts = self.frame.drop_duplicates(self.names)
        return dict(zip(firsts[self.names].astype(str), firsts[column], strict=True))

    @property
    def ends(self) -> dict[str, float]:
        """The last value of each name that is known; NaN where none is."""
        return {name: float(one.ffill().iloc[-1]) for name, one in self.paths.items()}


@dataclass(frozen=True, eq=False)
class ChartData:
    """What a chart shows.

    Attributes:
        panels: one or several, in the order in which they are drawn.
        note: how to read it, worked out from the data; empty where the chart's own hint says it.
        nothing: why there is nothing to see; empty where there is something.
        title: heading worked out from the data; empty where it is the chart's own.
        warm_up: begin and end of the days in which prices are still being learned, where the chart marks them.
    """

    panels: tuple[Panel, ...] = ()
    note: str = ""
    nothing: str = ""
    title: str = ""
    warm_up: tuple[pd.Timestamp, pd.Timestamp] | None = None

    @property
    def panel(self) -> Panel:
        """The first panel."""
        return self.panels[0]

    @property
    def frame(self) -> pd.DataFrame:
        """Everything in one frame; with a column ``panel``, where there are several."""
        if len(self.panels) < 2:
            return self.panel.frame if self.panels else pd.DataFrame()
        titled = [
            panel.frame.assign(panel=panel.title or str(place)) for place, panel in enumerate(self.panels, start=1)
        ]
        return pd.concat(titled, ignore_index=True)


def one(panel: Panel, note: str = "", warm_up: tuple[pd.Timestamp, pd.Timestamp] | None = None) -> ChartData:
    """A chart of one panel."""
    return ChartData((panel,), note, warm_up=warm_up)


def long(
    paths: Mapping[str, Any],
    value: Column,
    *,
    x: Column = TIME,
    more: Sequence[tuple[Column, Mapping[str, Any]]] = (),
    title: str = "",
    colours: Mapping[Any, Any] | None = None,
) -> Panel:
    """A panel of paths, from a series a name; ``more``: columns that say the same of all values of a name."""
    parts = [
        pd.DataFrame(
            {
                SERIES.name: name,
                **{column.name: of[name] for column, of in more},
                x.name: np.asarray(path.index),
                value.name: np.asarray(path, dtype=np.float64),
            }
        )
        for name, path in paths.items()
        if len(path)
    ]
    columns = (SERIES, *(column for column, _ in more), x, value)
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[one.name for one in columns])
    return Panel(frame, columns, value.name, x.name, title=title, colours=colours or {})
