"""Incomes: what a dollar weighs to somebody with an income, and how that is learned.

Somebody who spends e_0 a day on tokens and plans at the start has Y for everything else. What that buys is worth
Y ln(1 - (e - e_0)/Y) once he spends e, the log of Cobb and Douglas (1928), scaled so that at the start a dollar weighs
one and worths are what they are found to be then. The next dollar weighs

    w = 1 / (1 - (e - e_0)/Y),   the same as   w = 1 + w (e - e_0)/Y,                                            (1)

so an answer that is worth v at the start is worth v/w dollars: the multiplier of a budget of Y + e_0, which rises
without end as all of it goes. Bills come by the month and what is spent hangs on w, so w is a running mean of the right
side,

    dw/dt = (1 + w (e - e_0)/Y - w) / T,                                                                         (2)

in steps with e as it is and the rest at their end, so that w stays above 0 whatever is spent. It rests where (1) holds.
Where spending goes with w^-x it comes to rest for any x >= 0, without a swing in steps below T / x; while more than
all is spent, w grows at a rate of ((e - e_0)/Y - 1)/T, until no more than that is. The first T days say what e_0 is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capacity.errors import require, require_or_inf

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Income:
    """What a user lives on, or a firm pays for the work of one, beside what it spends on tokens at the start.

    Attributes:
        usd_per_day: Y, the mean over users [USD/day]; infinite where no income limits what is paid.
        with_use: by how many per cent it is higher of who asks one per cent more at the start. 0: the same for all; 1:
            in proportion, as if who asks ten times as much were a team of ten.
        memory_days: T, days over which users notice what they spend; what they do in the first of them is e_0.
    """

    usd_per_day: float = math.inf
    with_use: float = 0.0
    memory_days: float = 30.0

    def __post_init__(self) -> None:
        require_or_inf("income: usd_per_day", self.usd_per_day, above=0)
        require("income: with_use", self.with_use, at_least=0, at_most=1)
        require("income: memory_days", self.memory_days, at_least=1)

    @property
    def limits(self) -> bool:
        """Whether it limits anybody."""
        return math.isfinite(self.usd_per_day)

    def of_each(self, asked: NDArray[Any], people: NDArray[Any] | float) -> Floats:
        """Y of each individual [USD/day], by what one of it asks, and how many people each stands for.

        >>> Income(30.0, with_use=1.0).of_each(np.array([1.0, 3.0]), np.array([1.0, 1.0])).tolist()
        [15.0, 45.0]
        """
        part = np.asarray(asked, dtype=np.float64) ** self.with_use
        mean = np.average(part, weights=np.broadcast_to(people, part.shape))
        return self.usd_per_day * (part / mean if mean > 0 else np.ones(part.size))


#: What a dollar weighs at most, for who can do no other than to spend more than he has. Declared; far off.
MOST = 1e9
#: No income limits what is paid.
NO_LIMIT = Income()


def shared_out(paid: float, bills: NDArray[Any], people: NDArray[Any] | float) -> Floats:
    """What each of the people whom an individual stands for paid of a sum, shared out as bills of what they ordered.

    >>> shared_out(6.0, np.array([1.0, 2.0, 0.0]), np.array([1.0, 4.0, 2.0])).tolist()
    [2.0, 1.0, 0.0]
    """
    total = float(bills.sum(dtype=np.float64)) * (paid > 0)
    shares = np.divide(bills, total, where=total > 0, out=np.zeros(bills.size), dtype=np.float64)
    return np.asarray(np.divide(paid * shares, people, where=np.greater(people, 0), out=np.zeros(bills.size)))


class Earners:
    """What a dollar weighs to each individual, and what a request is worth to it in such dollars."""

    def __init__(self, income: Floats, memory_days: float, worth: NDArray[Any]) -> None:
        """``income``: Y [USD/day], ``worth``: of a request at the start [USD], by individual."""
        self.income, self.memory_days = income, memory_days
        self._at_start, self._days = worth, 0.0
        self.weight: Floats = np.ones(worth.size)
        self.before: Floats = np.zeros(worth.size)
        """e_0: what one user spends at the start [USD/day], by individual."""
        self.spent: Floats = np.zeros(worth.size)
        """What one user spent in the last tick [USD/day], by individual."""

    @property
    def worth(self) -> NDArray[Any]:
        """Worth of a request [USD], by individual."""
        return np.asarray(self._at_start / self.weight).astype(self._at_start.dtype)

    @property
    def inverse_worth(self) -> NDArray[Any]:
        """One over it [1/USD]."""
        return np.asarray(self.weight / self._at_start).astype(self._at_start.dtype)

    @property
    def share(self) -> Floats:
        """Share of all that it has which each spends, as far as it has noticed: e/(Y + e_0), e by equation (1).

        >>> users = Earners(np.array([10.0, 10.0, 10.0]), 30.0, np.array([1.0, 1.0, 1.0]))
        >>> users.learn(np.array([0.0, 0.0, 10.0]), days=30.0)  # the start
        >>> for _ in range(1000):
        ...     users.learn(np.array([0.0, 5.0, 15.0]), days=1.0)
        >>> users.worth.round(6).tolist(), users.share.round(6).tolist()
        ([1.0, 0.5, 0.5], [0.0, 0.5, 0.75])
        """
        income = self.income
        return (income * (1.0 - 1.0 / self.weight) + self.before) / (income + self.before)

    def learn(self, spent: Floats, days: float) -> None:
        """For so many days each spent so much [USD/day]: part of the start, or a step of equation (2)."""
        self.spent = spent
        income, memory = self.income, self.memory_days
        if self._days + days <= memory * (1.0 + 1e-9):
            self._days += days
            self.before = self.before + (spent - self.before) * (days / self._days)
        else:
            pace = days / memory
            weight = (self.weight * (1.0 + pace * spent / income) + pace) / (1.0 + pace * (1.0 + self.before / income))
            self.weight = np.minimum(weight, MOST)
