"""One after another, as by priority or by arrival."""

from __future__ import annotations

import numpy as np

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats


def in_turn(turn: Floats, within: Rationing, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
    """Serve claims in ascending order of ``turn``; the one in which capacity ends is shared by ``within``."""
    order = np.lexsort((claims.work, turn))  # by work too: sums are then the same to the bit in any order
    turns, first = np.unique(turn[order], return_index=True)
    upto = np.add.reduceat(claims.work[order], first).cumsum()
    last = min(int(upto.searchsorted(capacity, side="right")), turns.size - 1)
    served = np.where(turn < turns[last], claims.work, 0.0)
    left = capacity - (float(upto[last - 1]) if last else 0.0)
    sharing = np.flatnonzero(turn == turns[last])
    served[sharing] = within.divide(claims.pick(sharing), left, rng)
    return served
