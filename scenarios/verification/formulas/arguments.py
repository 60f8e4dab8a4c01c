"""What only these formulas accept, beside what those of the market do."""

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import Numbers, numbers, refuse


def at_least_one(name: str, value: ArrayLike, *, whole: bool = False) -> Numbers:
    """Return `value` as finite floats of one or more, and whole numbers if `whole`."""
    array = numbers(name, value)
    good = (array >= 1) & (array < np.inf)
    if whole:
        good &= array == np.floor(array)
    refuse(name, "a whole number of one or more" if whole else "one or more and finite", array, good)
    return array


def probability(name: str, value: ArrayLike) -> Numbers:
    """Return `value` as floats from zero up to one, both included."""
    array = numbers(name, value)
    refuse(name, "from 0 to 1", array, (array >= 0) & (array <= 1))
    return array
