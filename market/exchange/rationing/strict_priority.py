"""In the order of priorities."""

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
class StrictPriority(Rationing):
    """The first priority takes what it asks, then the second, and so on; equals are served by ``within``.

    Moulin (2000), who characterises the priority rules and their compositions with others.

    >>> StrictPriority().share(Claims.of([3.0, 2.0], priority=[1, 0]), 3.0, np.random.default_rng(0)).tolist()
    [1.0, 2.0]
    """

    serves_by_rank = True

    within: Rationing = inner(Rationing, "rule among those of one priority", ProRata())

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """All of each priority that fits, and the rule ``within`` in the first that does not."""
        return in_turn(claims.priority, self.within, claims, capacity, rng)
