"""What events do to a market in a tick: numbers that the phases of the tick read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

HOURS_A_YEAR = 24.0 * 365.25


@dataclass(frozen=True)
class Effects:
    """What events do in a tick, all of them together.

    Machines are those of owners, and after them those of sellers.

    Attributes:
        there: whether an offer is sold, by offer.
        fresh: whether it is sold for the first time, by offer.
        held: whether an offer's list price stays, whatever its seller's policy would do with it, by offer.
        times: list price over that of the last tick, by offer.
        bill: what is billed in this tick over what the tariff says, by offer.
        quota: quota over what its seller's policy grants, by offer.
        running: share of the machines that run, by owner of machines.
        added: racks beside those that it has by itself, by owner of machines.
        bought: of these, racks that came in this tick, by owner of machines.
        late_years: time by which its own machines come later [years], by owner of machines.
        power: what power and upkeep cost over what they did, by owner of machines.
    """

    there: Flags
    fresh: Flags
    held: Flags
    times: Floats
    bill: Floats
    quota: Floats
    running: Floats
    added: Floats
    bought: Floats
    late_years: Floats
    power: Floats


def nothing_happens(offers: int, holders: int) -> Effects:
    """A tick without events; ``holders``: owners of machines and sellers."""
    no_machines, as_listed, all_run = np.zeros(holders), np.ones(offers), np.ones(holders)
    return Effects(
        there=np.ones(offers, dtype=bool),
        fresh=np.zeros(offers, dtype=bool),
        held=np.zeros(offers, dtype=bool),
        times=as_listed,
        bill=as_listed,
        quota=as_listed,
        running=all_run,
        added=no_machines,
        bought=no_machines,
        late_years=no_machines,
        power=all_run,
    )


@dataclass(frozen=True)
class Span:
    """A tick, seen from an event.

    Attributes:
        begin: begin of the tick, in UTC.
        hours: its length [h].
        share: part of the tick in which the event is in force.
        first: whether it was not in force in the tick before.
        years_in_force: for how long it has been in force at the end of the tick [years].
    """

    begin: datetime
    hours: float
    share: float
    first: bool
    years_in_force: float


def span_of(begin: datetime, hours: float, since: datetime, days: float, before: datetime | None) -> Span:
    """A tick seen from an event that is in force from a moment on, for so many days.

    ``before``: end of the tick before, or None for the first tick, in which all begins that began earlier.
    """
    from_begin = (since - begin).total_seconds() / 3600.0
    starts, ends = max(from_begin, 0.0), min(from_begin + 24.0 * days, hours)
    share = max(ends - starts, 0.0) / hours
    first = share > 0.0 and (before is None or since >= before)
    lasted = min(max(hours - from_begin, 0.0), 24.0 * days)
    return Span(begin, hours, share, first, lasted / HOURS_A_YEAR)


def end_of(begin: datetime, hours: float) -> datetime:
    """End of a tick."""
    return begin + timedelta(hours=hours)
