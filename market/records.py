"""Tidy frames, collected into columns that are made ready beforehand; what they hold, ``simulation.columns`` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market.calendar import Calendar

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A column of a frame: its name, unit and meaning."""

    name: str
    unit: str
    meaning: str


#: Who chose what: one row a day of the run, segment and offer, since by the tick it would be the largest of all.
DAILY: Mapping[str, tuple[Column, ...]] = {
    "choices": (
        Column("ordered", "requests", "ordered in the day"),
        Column("served", "requests", "served in the day"),
        Column("paid", "USD", "paid for tokens in the day"),
    ),
}


class Table:
    """Columns of one frame: for each an array of (ticks, entities), doubled when it is full."""

    def __init__(self, columns: Sequence[Column], entities: int, ticks: int = 64) -> None:
        self.names = [column.name for column in columns]
        self.data: dict[str, Floats] = {name: np.zeros((ticks, entities)) for name in self.names}

    def row(self, tick: int, values: Mapping[str, Any]) -> None:
        """Write a tick's values, one array (or number) a column; every column must be there."""
        first = self.data[self.names[0]]
        if tick >= first.shape[0]:
            for name, old in self.data.items():
                self.data[name] = np.concatenate([old, np.zeros_like(old)])
        if len(values) != len(self.names):
            raise TypeError(f"columns differ: {set(self.names) ^ set(values)}")
        for name, value in values.items():
            self.data[name][tick] = value


class Records:
    """All tables of a run, and what ``explain`` needs by segment and offer."""

    def __init__(
        self,
        calendar: Calendar,
        columns: Mapping[str, Sequence[Column]],
        entities: Mapping[str, Sequence[str]],
        kinds: Mapping[str, str],
    ) -> None:
        """``entities``: names by frame; ``kinds``: what they are called, empty for the one nameless entity."""
        self.calendar, self.entities, self.kinds = calendar, entities, kinds
        self.tables = {name: Table(of_frame, len(entities[name])) for name, of_frame in columns.items()}
        self.flows: list[dict[str, Floats]] = []
        self.ticks = 0

    def frame(self, name: str) -> pd.DataFrame:
        """A tidy frame: one row a tick and entity, with the tick and its begin (UTC)."""
        table, names = self.tables[name], self.entities[name]
        count = len(names)
        columns: dict[str, Any] = {
            "tick": np.repeat(np.arange(self.ticks), count),
            "time": np.repeat(self.calendar.timestamps(self.ticks), count),
        }
        if self.kinds[name]:
            columns[self.kinds[name]] = _categories(np.tile(np.arange(count), self.ticks), names)
        columns |= {key: values[: self.ticks].ravel() for key, values in table.data.items()}
        return pd.DataFrame(columns)

    def take(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Take what another run of the same economy has measured, in place of what was so far."""
        for name, table in self.tables.items():
            count = len(self.entities[name])
            for key in table.data if count else ():
                table.data[key] = frames[name][key].to_numpy(dtype=np.float64).reshape(-1, count)
                self.ticks = table.data[key].shape[0]

    def choices(self) -> pd.DataFrame:
        """What each segment bought from each offer: one row a day of the run, with the day's first tick."""
        segments, offers = self.entities["segments"], self.entities["offers"]
        first = np.arange(0, self.ticks, self.calendar.ticks_per_day)
        made: dict[str, Any] = {
            "tick": first.repeat(len(segments) * len(offers)),
            "time": self.calendar.timestamps(self.ticks)[first].repeat(len(segments) * len(offers)),
            "segment": _categories(np.tile(np.arange(len(segments)).repeat(len(offers)), first.size), segments),
            "offer": _categories(np.tile(np.arange(len(offers)), first.size * len(segments)), offers),
        }
        for column in DAILY["choices"]:
            sums = np.zeros((first.size, len(segments), len(offers)))
            for tick, flow in enumerate(self.flows):
                sums[tick // self.calendar.ticks_per_day] += flow[column.name]
            made[column.name] = sums.ravel()
        return pd.DataFrame(made)

    def frames(self) -> dict[str, pd.DataFrame]:
        """All frames by name."""
        return {**{name: self.frame(name) for name in self.tables}, "choices": self.choices()}

    def series(self, frame: str, column: str, entity: str | None = None) -> Floats:
        """One column over time, of one entity or summed over all."""
        data = self.tables[frame].data[column][: self.ticks]
        if entity is None:
            return np.asarray(data.sum(axis=1))
        return data[:, list(self.entities[frame]).index(entity)].copy()


def _categories(codes: NDArray[np.int64], names: Sequence[str]) -> pd.Categorical[Any] | pd.Series:
    """Names by their numbers; where there are none, no names, as Parquet keeps them."""
    if not names:
        return pd.Series([], dtype="str")
    return pd.Categorical.from_codes(codes.astype(np.int64), pd.Index(names))
