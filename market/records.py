"""What is measured: tidy frames, collected into columns that are made ready beforehand.

``COLUMNS`` is the one list of what each frame holds, with units; docs are printed from it.
"""

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


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "ticks": _columns(
        ("asked", "requests", "requests that come to the market in the tick, put-off ones when they fall due"),
        ("ordered", "requests", "of these, ordered from an offer"),
        ("local", "requests", "of these, done on a machine of one's own"),
        ("nothing", "requests", "of these, given up because nothing was worth its price and wait"),
        ("unaffordable", "requests", "of these, beyond the user's budget"),
        ("served", "requests", "served in the tick, whenever they came"),
        ("waiting", "requests", "waiting in queues at the end of the tick"),
        ("turned_away", "requests", "left a queue for good in the tick"),
        ("moved", "requests", "left a queue in the tick and joined another"),
        ("put_off", "requests", "put off in the tick to a later one"),
        ("pending", "requests", "put off and not due yet at the end of the tick"),
        ("tokens", "million tokens", "served, input and output"),
        ("paid", "USD", "paid by users"),
        ("capacity", "rack-h", "work that could be done"),
        ("used", "rack-h", "work done"),
        ("spot_price", "USD per rack-h", "wholesale spot price"),
        ("surplus", "USD", "expected surplus of the users at the prices and waits they saw"),
        ("gap", "1", "duality gap of the scarcity auction over money spent"),
        ("evaluations", "1", "how often the mechanism asked users in the tick"),
    ),
    "offers": _columns(
        ("price", "USD per million output-equivalent tokens", "list price"),
        ("paid_price", "USD per million output-equivalent tokens", "mean price paid, scarcity rent included"),
        ("ordered", "requests", "ordered in the tick"),
        ("joined", "requests", "joined from another offer's queue in the tick"),
        ("served", "requests", "served in the tick"),
        ("waiting", "requests", "waiting at the end of the tick"),
        ("late", "requests", "turned away at the deadline"),
        ("impatient", "requests", "lost patience, and left for another offer or for good"),
        ("wait_h", "h", "expected wait of a request that comes in the tick"),
        ("served_wait_h", "request-h", "waiting time of those served, summed"),
        ("left_wait_h", "request-h", "waiting time of those who left, summed"),
        ("speed", "token/s", "speed that users got, mean over segments by requests served"),
        ("tokens", "million tokens", "served, input and output"),
        ("revenue", "USD", "paid by users for tokens"),
        ("members", "people", "users who subscribe to it"),
        ("work", "rack-h", "work done"),
    ),
    "pools": _columns(
        ("capacity", "rack-h", "work that could be done"),
        ("used", "rack-h", "work done"),
        ("ordered", "rack-h", "work ordered in the tick"),
        ("backlog", "rack-h", "work waiting at the end of the tick"),
        ("utilisation", "1", "used over capacity"),
        ("rent", "USD per rack-h", "scarcity rent; 0 where prices are posted"),
    ),
    "providers": _columns(
        ("cash", "USD", "money at the end of the tick"),
        ("revenue", "USD", "from users, for tokens and subscriptions, and from brokers"),
        ("subscriptions", "USD", "of these, subscriptions"),
        ("rent_paid", "USD", "paid for contracts and spot"),
        (
            "running_cost",
            "USD",
            "paid for power, upkeep and capital of its own, to home machines and for routed tokens",
        ),
        ("profit", "USD", "revenue less rent and running cost, before burn and funding"),
        ("burn", "USD", "paid for staff, training and research, whatever is sold"),
        ("funding", "USD", "from investors, what there was before the first tick aside"),
        ("owned", "rack-h", "of own machines"),
        ("contracted", "rack-h", "delivered under contracts"),
        ("spot", "rack-h", "rented on the spot market"),
        ("homes", "rack-h", "offered by users who rent out machines at home; a rack is one such machine"),
        ("used", "rack-h", "work done"),
        ("active", "1", "1 while it sells, 0 before it comes and after it has left"),
        ("acquired", "1", "1 once a hyperscaler has bought it"),
        ("granted", "1", "share of its quotas that it grants"),
    ),
    "segments": _columns(
        ("users", "people", "real users"),
        ("owners", "1", "share of individuals with a machine of their own"),
        ("asked", "requests", "came to the market in the tick"),
        ("ordered", "requests", "ordered from an offer"),
        ("local", "requests", "done on a machine of one's own"),
        ("nothing", "requests", "given up because nothing was worth its price and wait"),
        ("unaffordable", "requests", "beyond the user's budget"),
        ("put_off", "requests", "put off to a later tick"),
        ("pending", "requests", "put off and not due yet at the end of the tick"),
        ("served", "requests", "served in the tick"),
        ("waiting", "requests", "waiting at the end of the tick"),
        ("turned_away", "requests", "left a queue for good"),
        ("moved", "requests", "left a queue and joined another"),
        ("tokens", "million tokens", "served, input and output"),
        ("paid", "USD", "paid"),
        ("surplus", "USD", "expected surplus at the prices and waits seen"),
    ),
    "wholesale": _columns(
        ("racks", "racks", "owned"),
        ("owned", "rack-h", "that its racks can do"),
        ("first_party", "rack-h", "used by its own products and training"),
        ("contracted", "rack-h", "delivered under contracts"),
        ("short", "rack-h", "promised under contracts and not delivered"),
        ("sold_spot", "rack-h", "rented out on the spot market"),
        ("idle", "rack-h", "left over"),
        ("income", "USD", "from contracts and spot"),
        ("running_cost", "USD", "power and upkeep of the racks in use"),
        ("capital", "USD", "paid for racks that it adds"),
        ("cash", "USD", "money at the end of the tick"),
    ),
}
#: Who chose what: one row a day of the run, segment and offer, since by the tick it would be the largest of all.
DAILY: Mapping[str, tuple[Column, ...]] = {
    "choices": _columns(
        ("ordered", "requests", "ordered in the day"),
        ("served", "requests", "served in the day"),
        ("paid", "USD", "paid for tokens in the day"),
    ),
}
ENTITY = {
    "offers": "offer", "pools": "pool", "providers": "provider", "segments": "segment", "wholesale": "hyperscaler",
}  # fmt: skip


class Table:
    """Columns of one frame: for each an array of (ticks, entities), doubled when it is full."""

    def __init__(self, columns: Sequence[Column], entities: int, ticks: int = 64) -> None:
        self.names = [column.name for column in columns]
        self.data: dict[str, Floats] = {name: np.zeros((ticks, entities)) for name in self.names}

    def row(self, tick: int, **values: Any) -> None:
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

    def __init__(self, calendar: Calendar, entities: Mapping[str, Sequence[str]]) -> None:
        """``entities``: names by frame; 'ticks' has one nameless entity."""
        self.calendar = calendar
        self.entities = {"ticks": [""], **entities}
        self.tables = {name: Table(columns, len(self.entities[name])) for name, columns in COLUMNS.items()}
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
        if name in ENTITY:
            columns[ENTITY[name]] = pd.Categorical.from_codes(np.tile(np.arange(count), self.ticks), list(names))
        columns |= {key: values[: self.ticks].ravel() for key, values in table.data.items()}
        return pd.DataFrame(columns)

    def choices(self) -> pd.DataFrame:
        """What each segment bought from each offer: one row a day of the run, with the day's first tick."""
        segments, offers = self.entities["segments"], self.entities["offers"]
        first = np.arange(0, self.ticks, self.calendar.ticks_per_day)
        made: dict[str, Any] = {
            "tick": first.repeat(len(segments) * len(offers)),
            "time": self.calendar.timestamps(self.ticks)[first].repeat(len(segments) * len(offers)),
            "segment": pd.Categorical.from_codes(
                np.tile(np.arange(len(segments)).repeat(len(offers)), first.size), list(segments)
            ),
            "offer": pd.Categorical.from_codes(
                np.tile(np.arange(len(offers)), first.size * len(segments)), list(offers)
            ),
        }
        for column in DAILY["choices"]:
            sums = np.zeros((first.size, len(segments), len(offers)))
            for tick, flow in enumerate(self.flows):
                sums[tick // self.calendar.ticks_per_day] += flow[column.name]
            made[column.name] = sums.ravel()
        return pd.DataFrame(made)

    def frames(self) -> dict[str, pd.DataFrame]:
        """All frames by name."""
        return {**{name: self.frame(name) for name in COLUMNS}, "choices": self.choices()}

    def series(self, frame: str, column: str, entity: str | None = None) -> Floats:
        """One column over time, of one entity or summed over all."""
        data = self.tables[frame].data[column][: self.ticks]
        if entity is None:
            return np.asarray(data.sum(axis=1))
        return data[:, list(self.entities[frame]).index(entity)].copy()
