"""In the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import numpy as np

from capacity.fields import inner
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats
from market.exchange.rationing.in_turn import in_turn
from market.exchange.rationing.pro_rata import ProRata


@dataclass(frozen=True)
class FirstCome(Rationing):
    """The earliest takes what it asks, then the next; who came at the same time is served by ``within``.

    Strict priority with the time of arrival for priority. In an hourly tick a great many arrive at the
    same time, so ``within`` matters.

    >>> FirstCome().share(Claims.of([3.0, 2.0], arrived=[1, 0]), 3.0, np.random.default_rng(0)).tolist()
    [1.0, 2.0]
    """

    kind = "first-come"

    within: Rationing = inner(Rationing, "rule among those who came at the same time", ProRata())

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """All of each arrival that fits, and the rule ``within`` in the first that does not."""
        return in_turn(claims.arrived, self.within, claims, capacity, rng)
