"""As equal as what is asked lets it be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import numpy as np

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats


@dataclass(frozen=True)
class MaxMin(Rationing):
    """Water-filling: all get the same, except who asked for less, who gets all of it.

    The smallest allotment is as large as can be, then the second smallest, and so on: Bertsekas and
    Gallager, 'Data Networks' (2nd ed., 1992), section 6.5.2. As a bankruptcy rule it is *constrained equal
    awards*: Aumann and Maschler, Journal of Economic Theory 36 (1985) 195-213. Asking for more than one
    needs gains nothing; asking under several names does.

    >>> MaxMin().share(Claims.of([4.0, 1.0]), 3.0, np.random.default_rng(0)).tolist()
    [2.0, 1.0]
    """

    kind = "max-min"

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Served = min(work, level), with the level at which the sum is the capacity."""
        ascending = np.sort(claims.work)
        filled = np.concatenate(([0.0], ascending.cumsum()[:-1]))
        # The level if all claims before this one were filled and the rest were not.
        level = (capacity - filled) / np.arange(ascending.size, 0, -1)
        unfilled = level <= ascending
        unfilled[-1] = True  # it is, in a shortage, but for rounding
        return np.minimum(claims.work, float(level[np.argmax(unfilled)]))
