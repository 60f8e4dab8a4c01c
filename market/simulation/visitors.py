"""Visitors: users without a subscription, who are worth something to sellers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.simulation.founded import Founded

type Floats = NDArray[np.float64]


def visitors_of(founded: Founded, orders: Floats, members: Floats) -> Floats:
    """Users without a subscription, by segment and offer: with the sellers to whom they are worth something, by orders.

    So many of a segment have none, and each is counted once: where orders of such offers go, users go.
    """
    if not founded.user_worth.any():
        return np.zeros_like(orders)
    given = orders * (founded.user_worth > 0)
    total = given.sum(axis=1, keepdims=True)
    without = np.array([cohort.users for cohort in founded.cohorts]) - members.sum(axis=1)
    share = np.divide(given, total, out=np.zeros_like(given), where=total > 0)
    return np.asarray(np.maximum(without, 0.0)[:, None] * share)
