"""Requests that a seller has no machines for, and where they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, exact
from scenarios.verification.setups import buyers, run

type Floats = NDArray[np.float64]

#: Worth of what three sellers sell, and weights of these and of nothing in the choice.
QUALITY = np.array([1.0, 0.4, -0.3])
WEIGHTS = np.exp(np.append(QUALITY, 0.0))
SHARES = WEIGHTS / WEIGHTS.sum()


@check("overflow", "Requests that find a seller full", "logit: second and third choices")
def overflow() -> Iterator[Finding]:
    """A thousand requests, three sellers, of whom the best can do half of what it is asked for.

    By a logit whose weights are e_j, who would have taken A takes B with chance e_B / (e_B + e_C + e_0), and waits with
    that of nothing. Where B has room for half of these, the others look at C and at nothing alone.
    """
    a, b, c, _ = 1000.0 * SHARES
    half, left = 0.5 * a, WEIGHTS[1:].sum()
    to_b, to_c = half * WEIGHTS[1] / left, half * WEIGHTS[2] / left
    found = _orders((half, 1e6, 1e6))
    yield from each(exact, "orders, room at all others:", (a - to_b - to_c, b + to_b, c + to_c), found)
    again = 0.5 * to_b * WEIGHTS[2] / (WEIGHTS[2] + WEIGHTS[3])
    found = _orders((half, b + 0.5 * to_b, 1e6))
    answer = (a - 0.5 * to_b - to_c - again, b + 0.5 * to_b, c + to_c + again)
    yield from each(exact, "orders, room for half at the second:", answer, found)
    yield from each(exact, "orders, all full:", (a, b, c), _orders((half, 0.5 * b, 0.5 * c)))
    yield from each(exact, "orders where nobody looks elsewhere:", (a, b, c), _orders((half, 1e6, 1e6), overflow=False))


def _orders(racks: tuple[float, float, float], *, overflow: bool = True) -> Floats:
    """Orders of the first hour, by seller."""
    firms = [
        Provider(name, (Offer(name, 0.0, quality),), pools=(Pool(can),))
        for name, quality, can in zip("ABC", QUALITY.tolist(), racks, strict=True)
    ]
    users = replace(buyers(time_value=0.0), users=1000)
    return np.asarray(run(users, firms, 1, overflow=overflow).orders[0])
