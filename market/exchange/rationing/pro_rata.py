"""In proportion to what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import numpy as np

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats, total


@dataclass(frozen=True)
class ProRata(Rationing):
    """Everybody gets the same share of what they asked.

    The one rule under which nothing is gained by splitting a claim or by merging claims: O'Neill, 'A
    problem of rights arbitration from the Talmud', Mathematical Social Sciences 2 (1982) 345-371. But
    asking for more gets more, so it invites inflated claims.

    >>> ProRata().share(Claims.of([3.0, 1.0]), 2.0, np.random.default_rng(0)).tolist()
    [1.5, 0.5]
    """

    kind = "pro-rata"

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Served = work x capacity / sum of work."""
        return claims.work * (capacity / total(claims.work))
