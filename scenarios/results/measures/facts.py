"""The frames of a run as arrays that measures share: worked out once, whatever asks for them."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.results.frames import Frames

type Floats = NDArray[np.float64]
type Mask = NDArray[np.bool_]
type Wanted = str | tuple[str, ...]

HOURS_PER_WEEK: Final = 168.0
#: Share of ticks that counts as busy, and as calm.
PEAK_SHARE: Final = 0.25
#: What becomes of a request that nobody ever serves.
LOST: Final = ("nothing", "unaffordable", "turned_away")
#: Models that count as small.
SMALL: Final = ("mini", "gpt-oss-120b", "local-27b")
#: Open models that count as large.
LARGE_OPEN: Final = ("kimi-k2", "deepseek-v3", "deepseek-v3.2")
LARGE: Final = ("frontier", *LARGE_OPEN)


def ratio(top: float, bottom: float) -> float:
    """Top over bottom, NaN where that is nothing."""
    return float(top / bottom) if bottom > 0 else float("nan")


def divided(top: Floats, bottom: Floats) -> Floats:
    """Top over bottom, 0 where that is nothing."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def tick_hours(frames: Frames) -> float:
    """Length of a tick [h]."""
    times = frames["ticks"]["time"]
    return float((times.iloc[1] - times.iloc[0]).total_seconds()) / 3600.0 if len(times) > 1 else 1.0


def busy_and_calm(frames: Frames) -> tuple[pd.Index, pd.Index]:
    """Ticks with most, and with least work ordered: the peak, and off the peak."""
    work = frames["pools"].groupby("tick")["ordered"].sum().sort_values(kind="stable")
    count = max(round(len(work) * PEAK_SHARE), 1)
    return work.index[-count:], work.index[:count]


class Facts:
    """A run, or a part of it.

    Attributes:
        frames: its tidy frames.
    """

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self._masks: dict[tuple[tuple[str, Wanted], ...], Mask] = {}

    # -------------------------------------------------------------------------------- time

    @cached_property
    def hours(self) -> float:
        """Length of a tick [h]."""
        return tick_hours(self.frames)

    @property
    def ticks(self) -> int:
        """Ticks of the run."""
        return len(self.frames["ticks"])

    @property
    def day(self) -> int:
        """Ticks in a day."""
        return max(round(24.0 / self.hours), 1)

    @property
    def week(self) -> int:
        """Ticks in a week, or in half of a run that is shorter than two."""
        return max(1, min(round(HOURS_PER_WEEK / self.hours), self.ticks // 2 or 1))

    def part(self, begin: int, end: int) -> Facts:
        """The ticks from ``begin`` up to ``end``, counted within this."""
        offset = int(self.frames["ticks"]["tick"].iloc[0]) if self.ticks else 0
        first, last = begin + offset, end + offset
        return Facts(
            {
                name: frame[(frame["tick"] >= first) & (frame["tick"] < last)] if "tick" in frame else frame
                for name, frame in self.frames.items()
            }
        )

    @cached_property
    def early(self) -> Facts:
        """The first week."""
        return self.part(0, self.week)

    @cached_property
    def late(self) -> Facts:
        """The last week."""
        return self.part(self.ticks - self.week, self.ticks)

    # -------------------------------------------------------------------------------- what was sold

    def total(self, frame: str, *columns: str, segment: str = "") -> float:
        """Sum of columns of a frame, of one segment or all."""
        rows = self.frames[frame]
        rows = rows[rows["segment"] == segment] if segment else rows
        return float(rows[list(columns)].to_numpy().sum())

    @cached_property
    def listing_of(self) -> NDArray[np.int64]:
        """Row of ``listings`` for each row of ``offers``."""
        return _codes(self.frames["offers"]["offer"], self.frames["listings"]["offer"])

    def offers(self, column: str) -> Floats:
        """A column of the frame of offers."""
        return np.asarray(self.frames["offers"][column], dtype=np.float64)

    @cached_property
    def billed(self) -> Floats:
        """Million output-equivalent tokens that were paid for, by row of ``offers``."""
        return divided(self.offers("revenue"), self.offers("paid_price"))

    def where(self, **wanted: Wanted) -> Mask:
        """Rows of ``offers`` whose listing has these properties: ``kind="open", tier=("priority", "standard")``."""
        key = tuple(wanted.items())
        if key not in self._masks:
            self._masks[key] = self.listed(**wanted)[self.listing_of]
        return self._masks[key]

    def listed(self, **wanted: Wanted) -> Mask:
        """Rows of ``listings`` with these properties."""
        listings = self.frames["listings"]
        found = np.ones(len(listings), dtype=bool)
        for column, values in wanted.items():
            found &= listings[column].isin([values] if isinstance(values, str) else list(values)).to_numpy()
        return found

    def by_tick(self, values: Floats, rows: Mask) -> Floats:
        """Sums of values over rows of ``offers``, by tick."""
        first = int(self.frames["ticks"]["tick"].iloc[0]) if self.ticks else 0
        tick = self.frames["offers"]["tick"].to_numpy()[rows] - first
        return np.bincount(tick, weights=values[rows], minlength=self.ticks)

    def mean_by_tick(self, column: str, rows: Mask) -> Floats:
        """Mean of a column over rows of ``offers``, by tick."""
        return divided(self.by_tick(self.offers(column), rows), self.by_tick(np.ones(rows.size), rows))

    # -------------------------------------------------------------------------------- who chose what

    def bought(self, segment: str, /, column: str = "served", **wanted: Wanted) -> float:
        """What a segment ordered, was served or paid (``column``), at offers with these properties."""
        choices = self.frames["choices"]
        rows = self.listed(**wanted)[_codes(choices["offer"], self.frames["listings"]["offer"])]
        rows &= (choices["segment"] == segment).to_numpy()
        return float(choices[column].to_numpy()[rows].sum())

    def share_bought(self, segment: str, **wanted: Wanted) -> float:
        """Share of a segment's served requests that offers with these properties serve; 0 if none is served."""
        total = self.bought(segment)
        return self.bought(segment, "served", **wanted) / total if total > 0 else 0.0


def _codes(names: pd.Series, known: pd.Series) -> NDArray[np.int64]:
    if isinstance(names.dtype, pd.CategoricalDtype):
        places = pd.Index(known).get_indexer(pd.Index(names.cat.categories))
        return np.asarray(places[names.cat.codes.to_numpy()], dtype=np.int64)
    return np.asarray(pd.Index(known).get_indexer(pd.Index(names)), dtype=np.int64)
