"""Machines of one's own: who has one, what it is worth, and who buys one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.adoption import gain_of_machine
from market.demand.options import Options
from market.demand.segment import LocalMachine, Segment
from market.demand.traits import Traits

type Values = NDArray[Any]


class OwnMachines:
    """Which individuals of a segment have a machine of their own."""

    def __init__(
        self,
        segment: Segment,
        has_one: NDArray[np.bool_],
        haste: Values | None,
        tick_hours: float,
        rng: np.random.Generator,
    ) -> None:
        """``haste``: share of its worth that each individual loses per hour; None where that is the segment's."""
        self.segment, self.has_one, self.haste = segment, has_one, haste
        self.tick_hours, self._rng = tick_hours, rng

    @property
    def machine(self) -> LocalMachine | None:
        """What there is to be had."""
        return self.segment.local

    def _utility(self, quality: float, inverse_worth: Values, haste: Values | None) -> Values:
        """Utility of one, relative to the worth."""
        s, machine = self.segment, self.machine
        assert machine is not None
        hours = s.workload.output / machine.speed / 3600.0
        gain = quality - hours * (s.time_value if haste is None else haste)
        cost = s.price_coefficient * machine.usd_per_request * inverse_worth
        dtype = np.dtype(s.dtype)
        return np.asarray(np.asarray(gain, dtype=dtype) - cost).astype(dtype)

    def utility(self, quality: float, inverse_worth: Values, *, allowed: bool = True) -> Values | None:
        """The same by individual, -inf for those without one; None where there are none, or they may not be used."""
        if self.machine is None or not allowed:
            return None
        return np.where(self.has_one, self._utility(quality, inverse_worth, self.haste), -np.inf).astype(
            self.segment.dtype
        )

    def limit(self) -> float | None:
        """Requests that one can do in a tick; None where that limits nobody."""
        machine = self.machine
        if machine is None or not np.isfinite(machine.requests_per_hour) or not self.has_one.any():
            return None
        return machine.requests_per_hour * self.tick_hours

    def who_thinks(self) -> NDArray[np.int64]:
        """Some wear out, and a few individuals who have none think about one."""
        machine = self.machine
        if machine is None or not np.isfinite(machine.price_usd):
            return np.zeros(0, dtype=np.int64)
        days = self.tick_hours / 24.0
        worn = self._rng.binomial(int(self.has_one.sum()), min(days / machine.life_days, 1.0))
        if worn:
            self.has_one[self._rng.choice(np.flatnonzero(self.has_one), worn, replace=False)] = False
        number = self._rng.binomial(self.has_one.size, min(machine.consider_per_day * days, 1.0))
        who = self._rng.integers(0, self.has_one.size, number)
        return np.unique(who[~self.has_one[who]])

    def buy(
        self, who: NDArray[np.int64], options: Options, inverse_worth: Values, traits: Traits,
        quality: float, per_day: Values,
    ) -> int:  # fmt: skip
        """Those of these individuals buy one whom it saves more than it costs; how many they are.

        Args:
            who: numbers of the individuals; the arrays and traits are theirs.
            options: what is open to anybody.
            inverse_worth: one over the worth of a request [1/USD].
            traits: how they differ besides worth.
            quality: worth of what a machine answers, relative to a perfect answer.
            per_day: requests of one user and day.
        """
        machine = self.machine
        assert machine is not None
        gain = gain_of_machine(options, inverse_worth, traits, self._utility(quality, inverse_worth, traits.haste))
        done = np.minimum(per_day, 24.0 * machine.requests_per_hour)  # as far as the machine can
        buys = who[gain * done > machine.price_usd / machine.life_days]
        self.has_one[buys] = True
        return int(buys.size)
