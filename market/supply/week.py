"""A seller's week: what it sells, has and could rent in each hour from Monday to Sunday, and how it answers a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

#: Parts of what is sold.
PARTS = ("bill", "other", "cost", "work", "surplus")


@dataclass(frozen=True)
class Asked:
    """What a seller would sell in each tick of a week at one multiple of its lists, before anybody is turned away.

    Attributes:
        bill: what users would pay it at the list of hours with factor 1, for what the hour multiplies [USD], by tick.
        other: what they would pay it for the rest [USD].
        cost: what serving them costs it beside machines [USD].
        work: machine time [rack-h].
        surplus: what all that the market offers is worth to users, over what they pay [USD].
    """

    bill: Floats
    other: Floats
    cost: Floats
    work: Floats
    surplus: Floats


@dataclass(frozen=True)
class Damping:
    """How far a seller goes towards the hours that it wishes for: half as far each time that it swings.

    Attributes:
        weight: part of the way.
        move: its last move: change of the log of what the hour multiplies the bill by, by tick of the week.
    """

    weight: float = 1.0
    move: Floats = field(default_factory=lambda: np.zeros(0))

    def after(self, move: Floats) -> float:
        """Weight of the next move, if this is where it wishes to go.

        >>> Damping(0.5, np.array([0.1, 0.0])).after(np.array([-0.2, 0.0]))
        0.25
        """
        if not self.move.size:
            return self.weight
        return self.weight * 0.5 if float(move @ self.move) < 0.0 else min(1.2 * self.weight, 1.0)


@dataclass(frozen=True)
class Week:
    """Arrays by tick of the week, from Monday 0:00 UTC.

    Attributes:
        ticks_per_day: ticks in a day.
        begin_h: hour of the day at which the first tick begins [h].
        load: machine time that was ordered [rack-h], mean of the weeks since the hours were last changed; NaN where
            nothing is known yet. Tiers on spare machines are left out: they wait.
        held: machine time that it has without renting by the hour [rack-h].
        rent_usd: what renting a rack-hour more costs [USD]; infinite where it rents none.
        term_usd: what a rack-hour costs that is held in all hours of a term [USD], where that is how it has machines
            and how many is still to be chosen; None where they are given.
        factor: what the hour multiplies the bill by.
        mean: the mean of that, by what it sold when the hours were last changed.
        damping: how far it goes.
        now: number of the present tick in the week.
        ask: what would be sold at so many times the list of the hours with factor 1, in all hours.
    """

    ticks_per_day: int
    begin_h: float
    load: Floats
    held: Floats
    rent_usd: Floats
    term_usd: float | None
    factor: Floats
    mean: float
    damping: Damping
    now: int
    ask: Callable[[float], Asked]

    @property
    def tick_hours(self) -> float:
        """Length of a tick [h]."""
        return 24.0 / self.ticks_per_day

    def sold(self, most_load: float) -> Floats:
        """Of the load, what it can serve with such a share of its machines [rack-h]; 0 where nothing is known.

        All of it where it may have more of them, by the hour or for the next term.
        """
        load = np.nan_to_num(self.load)
        if self.term_usd is not None or np.isfinite(self.rent_usd).all():
            return load
        return np.minimum(load, most_load * self.held)


class Curves:
    """What is sold in each tick of a week by multiple of the list: what was asked, and straight lines between."""

    def __init__(self, week: Week, multiples: Floats) -> None:
        self._week = week
        self._asked: dict[float, Asked] = {}
        self._scale = np.ones(week.load.size)
        for multiple in multiples:
            self.add(float(multiple))
        self._scale = self._by_load()

    def add(self, multiple: float) -> None:
        """Ask at one more multiple."""
        if multiple not in self._asked:
            self._asked[multiple] = self._week.ask(multiple)
            known = sorted(self._asked)
            self._known = np.array(known)
            self._table = np.array([[getattr(self._asked[one], name) for name in PARTS] for one in known])

    def _by_load(self) -> Floats:
        """Load over what is asked at the present list: work that was put off, or came through brokers."""
        week, expected = self._week, np.zeros(self._week.load.size)
        for factor in np.unique(week.factor):
            here = week.factor == factor
            expected[here] = week.ask(float(factor)).work[here]
        known = np.isfinite(week.load) & (expected > 0)
        return np.divide(week.load, expected, out=np.ones_like(expected), where=known)

    def at(self, multiples: Floats) -> Asked:
        """By multiple and tick."""
        known, last = self._known, self._known.size - 1
        left = np.clip(np.searchsorted(known, multiples) - 1, 0, max(last - 1, 0))
        right = np.minimum(left + 1, last)
        width = known[right] - known[left]
        part = np.divide(multiples - known[left], width, out=np.zeros_like(multiples), where=width > 0)
        part = np.clip(part, 0.0, 1.0)[:, None, None]
        between = self._table[left] + part * (self._table[right] - self._table[left])
        return Asked(*(between * self._scale).transpose(1, 0, 2))
