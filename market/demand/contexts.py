"""Requests that are longer than what a model can attend to: whose, and which offers are no option to them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.traits import Barred

type Floats = NDArray[np.float64]

#: No model has a limit.
UNLIMITED: Floats = np.zeros(0)


def too_long(tokens: NDArray[Any], contexts: Floats) -> Barred | None:
    """What is no option to whom: by how many limits a request passes, and offer; and that number by individual.

    Args:
        tokens: of a request, input and output, by individual.
        contexts: tokens that an offer's model can attend to at most, by offer; infinite for no limit.

    >>> rows, number = too_long(np.array([90.0, 100.0, 150.0, 300.0]), np.array([np.inf, 100.0, 200.0]))
    >>> rows.astype(int)
    array([[0, 0, 0],
           [0, 1, 0],
           [0, 1, 1]])
    >>> number
    array([0, 0, 1, 2], dtype=int32)
    >>> too_long(np.array([90.0]), np.array([np.inf, np.inf])) is None
    True
    """
    limits = np.unique(contexts[np.isfinite(contexts)])
    if limits.size == 0:
        return None
    rows = np.vstack([np.zeros(contexts.size, dtype=bool), contexts[None, :] <= limits[:, None]])
    return rows, np.searchsorted(limits, tokens, side="left").astype(np.int32)


def may_follow(contexts: Floats) -> Floats:
    """Whether who leaves an offer may join another, by offer left and joined: its request may be as long as it serves.

    >>> may_follow(np.array([np.inf, 100.0]))
    array([[1., 0.],
           [1., 1.]])
    """
    return (contexts[None, :] >= contexts[:, None]).astype(np.float64)
