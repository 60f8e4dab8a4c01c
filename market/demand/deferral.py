"""Putting work off: a habit for each hour of the day, moved towards the hours that have been worth more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.segment import Deferral

type Floats = NDArray[np.float64]

#: What becomes of the pace when a move goes back on the last one, and otherwise. Declared: any two numbers below and
#: above 1 come to rest at the same place, the sooner the further they are from 1.
BACK, ONWARD = 0.5, 1.02


def onto_simplex(point: Floats) -> Floats:
    """Nearest points with entries >= 0 that sum to 1, along the last axis [Held, Wolfe and Crowder 1974]."""
    point = point - point.max(axis=-1, keepdims=True)  # the same projection, but nothing cancels however far off
    ordered = -np.sort(-point, axis=-1)
    excess = np.cumsum(ordered, axis=-1) - 1.0
    ranks = np.arange(1, point.shape[-1] + 1)
    last = np.sum(ordered - excess / ranks > 0, axis=-1, keepdims=True)
    threshold = np.take_along_axis(excess, last - 1, axis=-1) / last
    return np.asarray(np.maximum(point - threshold, 0.0))


class Habit:
    """How a cohort spreads the movable work of each period of the day over the periods up to its deadline.

    ``spread[h, k]`` is the share of period h's movable work that is put off by k ticks. A cohort learns
    what a request has been worth in each period (its expected surplus, which prices, waits and crowding all
    enter), and each day moves the spread towards what pays, by projection onto the simplex. Where all who can wait run
    to the same cheap hours, these fill up, and the next day they run back. So a cohort goes half as far whenever a move
    goes back on the last one, and a little further again otherwise: a rest point is the same, and it gets there.
    """

    def __init__(self, deferral: Deferral, periods: int, tick_hours: float) -> None:
        """``periods``: ticks in a day."""
        self.deferral = deferral
        self.delays = np.arange(int(deferral.deadline_h / tick_hours + 1e-9) + 1)
        self.spread: Floats = np.zeros((periods, self.delays.size))
        self.spread[:, 0] = 1.0
        self.worth: Floats = np.full(periods, np.nan)
        hours = self.delays * tick_hours
        self.cost: Floats = np.where(self.delays > 0, deferral.cost_usd, 0.0) + deferral.cost_usd_per_h * hours
        self.scale = 0.0
        self.pace = deferral.pace
        self._move: Floats = np.zeros_like(self.spread)
        self._back = False

    def learn(self, period: int, worth: float, scale: float) -> None:
        """Remember what a request was worth in this period [USD]; ``scale`` is what a request usually costs."""
        old = self.worth[period]
        new = 1.0 / self.deferral.memory_days
        self.worth[period] = worth if np.isnan(old) else old + new * (worth - old)
        self.scale = max(self.scale, abs(scale), 1e-12)
        if period == self.worth.size - 1 and not np.isnan(self.worth).any():
            self._adapt()

    def _adapt(self) -> None:
        periods = np.arange(self.worth.size)
        then = self.worth[(periods[:, None] + self.delays[None, :]) % self.worth.size]
        payoff = then - self.cost
        wish = (payoff - payoff.mean(axis=1, keepdims=True)) / self.scale
        move = onto_simplex(self.spread + self.pace * wish) - self.spread
        back = float((move * self._move).sum()) < 0.0
        if back and self._back:
            self.pace *= BACK
            move = onto_simplex(self.spread + self.pace * wish) - self.spread
        else:
            self.pace = min(self.pace * ONWARD, self.deferral.pace)
        self._back = back
        self.spread, self._move = self.spread + move, move


class PutOff:
    """Requests that have been put off, by ticks from now and individual."""

    def __init__(self, delays: int, individuals: int, dtype: np.dtype[Any]) -> None:
        self._due: NDArray[Any] = np.zeros((delays, individuals), dtype=dtype)

    @property
    def amount(self) -> float:
        """All of them."""
        return float(self._due.sum(dtype=np.float64))

    @property
    def now(self) -> NDArray[Any]:
        """Those due in this tick, by individual."""
        return np.asarray(self._due[0])

    def move_on(self, came_up: NDArray[Any], spread: Floats) -> None:
        """Take out what fell due, and put in what is put off: parts of what came up, by ticks from the next one on."""
        self._due[:-1] = self._due[1:]
        self._due[-1] = 0.0
        later = spread.astype(self._due.dtype)
        if later.any():
            self._due[: later.size] += later[:, None] * came_up[None, :]
