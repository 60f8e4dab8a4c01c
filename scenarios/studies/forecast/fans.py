"""Fans of a forecast, and when something happens, with which probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from capacity.errors import InputError, UnknownNameError, nearest
from scenarios.studies.bands import quantiles
from scenarios.studies.forecast.task import OPEN, REFUSED, SPOT, STANDARD, UNITS, WAIT


@dataclass(frozen=True)
class Event:
    """Something that a run comes to or not.

    Attributes:
        series: series by month.
        size: how large it becomes.
        of: whether that is over its first month, or in its unit.
    """

    series: str
    size: float
    of: Literal["start", "unit"] = "start"

    @property
    def name(self) -> str:
        """In words.

        >>> Event("spot", 2.0).name, Event("refused", 0.1, "unit").name
        ('spot 2x its start', 'refused 0.1 (share of requests)')
        """
        return (
            f"{self.series} {self.size:g}x its start"
            if self.of == "start"
            else (f"{self.series} {self.size:g} ({UNITS[self.series]})")
        )

    def month(self, line: Mapping[str, float]) -> int | None:
        """First month in which a run has come to it; None for never."""
        start = line.get("1")
        if self.of == "start" and start is None:
            return None
        goal = self.size * start if self.of == "start" and start is not None else self.size
        return next((int(month) for month, value in line.items() if value >= goal), None)


#: What is asked where nothing else is: prices over their start, refusals and waits as such.
EVENTS: Final = (
    Event(SPOT, 1.5),
    Event(SPOT, 2.0),
    Event(SPOT, 4.0),
    Event(STANDARD, 1.5),
    Event(OPEN, 1.5),
    Event(OPEN, 2.0),
    Event(REFUSED, 2.0),
    Event(WAIT, 5.0, "unit"),
)


def event_of(text: str) -> Event:
    """An event as it is asked for: ``spot=2x``, ``refused=0.1``.

    >>> event_of("standard list=1.5x")
    Event(series='standard list', size=1.5, of='start')
    """
    series, _, size = (part.strip() for part in text.partition("="))
    if series not in UNITS:
        raise UnknownNameError(
            f"--when {text}: '{series}' is unknown{nearest(series, list(UNITS))}; known: {', '.join(UNITS)}"
        )
    try:
        value = float(size.removesuffix("x"))
    except ValueError:
        value = float("nan")
    if not 0.0 < value < float("inf"):
        raise InputError(
            f"--when {text}: it must be a number above 0, or that and x for times its start, as {series}=2x"
        )
    return Event(series, value, "start" if size.endswith("x") else "unit")


def fans(runs: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of month, series and quantiles over the runs."""
    rows: list[dict[str, Any]] = []
    for series in UNITS:
        frame = pd.DataFrame([run["series"].get(series, {}) for run in runs])
        for month in sorted(frame.columns, key=int):
            values = frame[month].dropna().to_numpy(dtype=np.float64)
            rows.append({"month": int(month), "series": series, **quantiles(values)})
    return pd.DataFrame(rows)


def chances(runs: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> pd.DataFrame:
    """By event and month: how many of the runs have come to it by then, and which share of them."""
    months = sorted({int(month) for run in runs for month in run["series"][SPOT]})
    rows = []
    for event in events:
        first = [event.month(run["series"].get(event.series, {})) for run in runs]
        for month in months:
            come = sum(one is not None and one <= month for one in first)
            rows.append({"event": event.name, "month": month, "runs": come, "share": come / len(runs)})
    return pd.DataFrame(rows)
