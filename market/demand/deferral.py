"""Putting work off: a habit for each hour of the day, moved towards the hours that have been worth more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.segment import Deferral

type Floats = NDArray[np.float64]

#: What becomes of the pace when a move goes back on the last one, and otherwise. Declared: any two numbers below and
#: above 1 come to rest at the same place, the sooner the further they are from 1.
BACK, ONWARD = 0.5, 1.1


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

    ``spread[d, h, k]`` is the share of period h's movable work that is put off by k ticks, on weekdays (d = 0) and at
    weekends (1). A cohort learns what a request would have been worth in each period (the expected surplus of one more
    of anybody, beyond quotas, which prices, waits and crowding all enter), and each day moves that day's spread towards
    what pays, by projection onto the simplex. Where all who can wait run to the same cheap hours, these fill up, and
    the next day they run back. So the work of a period goes half as far whenever its move goes back on the last one,
    and a little further again otherwise: the rest point is the same.
    """

    def __init__(self, deferral: Deferral, periods: int, tick_hours: float) -> None:
        """``periods``: ticks in a day."""
        self.deferral = deferral
        self.delays = np.arange(int(deferral.deadline_h / tick_hours + 1e-9) + 1)
        self.spread: Floats = np.zeros((2, periods, self.delays.size))
        self.spread[:, :, 0] = 1.0
        self.worth: Floats = np.full((2, periods), np.nan)
        hours = self.delays * tick_hours
        self.cost: Floats = np.where(self.delays > 0, deferral.cost_usd, 0.0) + deferral.cost_usd_per_h * hours
        self.scale = 0.0
        self.pace: Floats = np.full((2, periods), deferral.pace)
        self._move: Floats = np.zeros_like(self.spread)

    def learn(self, period: int, worth: float, scale: float, *, weekend: bool = False) -> None:
        """Remember what a request was worth in this period [USD]; ``scale`` is what a request usually costs."""
        of_day = self.worth[int(weekend)]
        old = of_day[period]
        new = 1.0 / self.deferral.memory_days
        of_day[period] = worth if np.isnan(old) else old + new * (worth - old)
        self.scale = max(self.scale, abs(scale), 1e-12)
        if period == of_day.size - 1 and not np.isnan(of_day).any():
            self._adapt(int(weekend))

    def _adapt(self, day: int) -> None:
        """Move the spread of weekdays (0) or weekends (1) by what their hours were worth."""
        spread, worth = self.spread[day], self.worth[day]
        periods = np.arange(worth.size)
        payoff = worth[(periods[:, None] + self.delays[None, :]) % worth.size] - self.cost
        wish = (payoff - payoff.mean(axis=1, keepdims=True)) / self.scale
        move = onto_simplex(spread + self.pace[day][:, None] * wish) - spread
        back = (move * self._move[day]).sum(axis=1) < 0.0
        self.pace[day] = np.minimum(self.pace[day] * np.where(back, BACK, ONWARD), self.deferral.pace)
        move = np.where(back[:, None], onto_simplex(spread + self.pace[day][:, None] * wish) - spread, move)
        self.spread[day], self._move[day] = spread + move, move


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
