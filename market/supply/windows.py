"""Blocks of hours of the week that gain most: runs of days, and a few windows of the day in all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.exchange.tariff import PeakHours

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

DAYS = 7


@dataclass(frozen=True)
class Block:
    """Some ticks of the day, on some days of the week.

    Attributes:
        days: whether a day of the week belongs to it, from Monday.
        ticks: whether a tick of the day does.
    """

    days: Flags
    ticks: Flags

    @property
    def mask(self) -> Flags:
        """By tick of the week."""
        return np.outer(self.days, self.ticks).ravel()

    def peak_hours(self, begin_h: float, factor: float) -> PeakHours:
        """As a part of a tariff; ``begin_h``: hour at which the first tick of a day begins.

        >>> block = Block(np.arange(7) < 5, np.isin(np.arange(24), [1, 2, 3, 6, 7, 8, 9]))
        >>> block.peak_hours(0.0, 2.0)
        PeakHours(peak_days=(1.0, 2.0, 3.0, 4.0, 5.0), peak_hours=(1.0, 4.0, 6.0, 10.0), peak_factor=2.0)
        """
        length = 24.0 / self.ticks.size
        edges = np.flatnonzero(np.diff(np.concatenate(([False], self.ticks, [False])).astype(int)))
        days = tuple(float(day + 1) for day in np.flatnonzero(self.days))
        return PeakHours(days, tuple(float(edge * length + begin_h) for edge in edges), factor)


def runs_of_days() -> Flags:
    """Days that follow each other, around the end of the week too: by run and day, all days first."""
    runs = [np.ones(DAYS, dtype=bool)]
    for length in range(DAYS - 1, 0, -1):
        for first in range(DAYS):
            run = np.zeros(DAYS, dtype=bool)
            run[(first + np.arange(length)) % DAYS] = True
            runs.append(run)
    return np.array(runs)


def most_in_windows(gain: Floats, windows: int) -> Floats:
    """Largest sum over at most so many windows of a day that closes on itself, by row; ``gain``: by row and tick.

    >>> most_in_windows(np.array([[1.0, -3.0, 2.0, 5.0, -1.0, 4.0]]), 1)
    array([11.])
    """
    inside = _along(gain, 2 * windows + 1, from_inside=True)[:, 1::2].max(axis=1)
    return np.asarray(np.maximum(_along(gain, 2 * windows, from_inside=False).max(axis=1), inside))


def _along(gain: Floats, last: int, *, from_inside: bool) -> Floats:
    """Largest sums by row and state at the end of a day; odd states are inside a window, even ones outside."""
    best = np.full((gain.shape[0], last + 1), -np.inf)
    best[:, int(from_inside)] = gain[:, 0] if from_inside else 0.0
    for tick in range(int(from_inside), gain.shape[1]):
        best[:, 1:] = np.maximum(best[:, 1:], best[:, :-1])
        best[:, 1::2] += gain[:, tick : tick + 1]
    return best


def windows_of(gain: Floats, windows: int) -> Flags:
    """Ticks of the day in the windows of the largest sum; ``gain``: by tick."""
    most = float(most_in_windows(gain[None, :], windows)[0])
    chosen = np.ones(gain.size, dtype=bool)
    for tick in range(gain.size):  # a tick that can be left out without a loss is
        trial = gain.copy()
        trial[~chosen] = -np.inf
        trial[tick] = -np.inf
        if float(most_in_windows(trial[None, :], windows)[0]) >= most - 1e-12 * max(abs(most), 1.0):
            chosen[tick] = False
    return chosen
