"""Second choices: what those who have chosen an offer would take in its place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.demand.nests import Nests

type Floats = NDArray[np.float64]


def second_choices(
    chosen: Floats, nothing: float, nests: Nests | None = None, free: NDArray[np.bool_] | None = None
) -> Floats:
    """Chance that who chose offer j takes k of those that are free, by j and k; what is missing to 1 takes nothing.

    With P the chances of a choice and P' those of the choice without j, it is (P'_k - P_k) / P_j. Without nests that is
    P_k over all but P_j, whoever chose j. In a nest of scale l in which j has the weight v, the others left s and all
    that there ever was S, an option of weight w has w ((s + v) / S)^(l - 1) with j and w (s / S)^(l - 1) without it; so
    that of P' over P all else follows [nested logit: Williams 1977; Daly and Zachary 1978].

    Args:
        chosen: how often offers are chosen, by offer; in the same unit ``nothing``: how often nothing is.
        nothing: as above.
        nests: offers whose tastes go together, or None.
        free: whether an offer may be taken, by offer; None for all. Who chose j is taken for one who likes it better
            than all that is free.

    >>> second_choices(np.array([3.0, 1.0, 2.0]), 1.0)[0].round(3)
    array([0.  , 0.25, 0.5 ])
    >>> second_choices(np.array([3.0, 1.0, 2.0]), 1.0, Nests(np.array([0, 0, 1, 1]), np.array([0.5, 1.0])))[0].round(3)
    array([0.   , 0.6  , 0.267])
    """
    left = np.empty((chosen.size, chosen.size))
    left[:] = chosen if free is None else np.where(free, chosen, 0.0)
    np.fill_diagonal(left, 0.0)
    if nests is None:
        return _over(left, left.sum(axis=1) + nothing)
    scale, in_nest = nests.of_offers, nests.together
    ever = in_nest @ chosen
    share = np.divide(left @ in_nest, ever, out=np.zeros_like(left), where=ever > 0)  # of the nest of k, by j and k
    weight = left * np.power(share, scale - 1.0, out=np.zeros_like(share), where=share > 0)
    total = weight.sum(axis=1) + nothing
    rest, own = np.diagonal(share), np.divide(chosen, ever, out=np.zeros_like(ever), where=ever > 0)
    some, alone = (own > 0) & (rest > 0), (own > 0) & (rest == 0)
    more = np.log1p(np.divide(own, rest, out=np.zeros_like(own), where=some))
    base = np.where(rest > 0, rest, 1.0)
    of_j = chosen * np.where(own > 0, rest + own, 1.0) ** (scale - 1.0)
    lost = ever * np.where(alone, own**scale, base**scale * np.expm1(scale * more))  # by all of its nest, with j
    gained = -(base ** (scale - 1.0)) * np.expm1((scale - 1.0) * more)  # by the others in it, per weight
    parts = _over(weight, total) * lost[:, None] + left * in_nest * gained[:, None]
    return _over(parts, of_j)


def _over(parts: Floats, total: Floats) -> Floats:
    """Rows over their totals; nothing where that is nothing."""
    return np.divide(parts, total[:, None], out=np.zeros_like(parts), where=total[:, None] > 0)
