"""What individuals choose from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.demand.nests import Nests
from market.demand.traits import Barred, either


class Options(NamedTuple):
    """What is to be chosen from; all relative to the worth of a perfect answer.

    Attributes:
        gain: a_j: quality less the cost of delay, where all mind it alike; -inf for what is not open.
        cost: b_j: price x price coefficient, in the unit of the worth.
        group: number of the provider of each option, for attachment.
        bonus: worth of staying with one's provider.
        noise: scale of the tastes, between nests; 0 takes the best.
        outside: utility of nothing, or None.
        price_coefficient: utility that a dollar is worth, above 0; a worth divided by it is in dollars.
        refused: whether an option is none to those who refuse it, by row (see ``Traits.refusing``) and option, or None.
        nests: options whose tastes go together, or None.
        slow: delay [h] where some mind it more than others (see ``Traits.haste``); or None.
    """

    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    group: NDArray[np.int64]
    bonus: float
    noise: float
    outside: float | None
    price_coefficient: float
    refused: NDArray[np.bool_] | None = None
    nests: Nests | None = None
    slow: NDArray[np.float64] | None = None

    def but_for(self, barred: Barred | None) -> Options:
        """The same, where something else is no option to some either (see ``traits.numbered``); None for nothing."""
        return self if barred is None else self._replace(refused=either(self.refused, barred))
