"""The shadow price of machines that are full, for a seller that cannot rent others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from capacity import solvers
from market.supply.outlook import Floats, Outlook

#: How near to its end the search for the shadow price comes [relative].
NEAR_ENOUGH = 1e-12
#: Times that a bound of the shadow price is raised: by then it is beyond what anybody would pay.
RISES = 60


def fullness(outlook: Outlook, price: Floats) -> float:
    """Machine time that demand at a list takes, over what there is [1]; 0 where nothing is asked."""
    work = float(outlook.estimate(price).demand @ outlook.work)
    if work <= 0.0:
        return 0.0
    return work / outlook.capacity if outlook.capacity > 0 else np.inf


def climb_within(
    outlook: Outlook,
    free: tuple[Floats, bool],
    follow: Callable[[Outlook, Floats], tuple[Floats, bool]],
) -> tuple[Floats, bool]:
    """The list at which demand just fills the machines, and whether it has settled.

    It is the best one at the cost c + r a, for the shadow price r [USD per rack-hour] at which it does.

    Args:
        outlook: what the seller sees.
        free: the same without a limit, where more is asked than machines do.
        follow: the best list from a start, as costs are in an outlook, and whether it has settled.
    """
    start, settled = free
    busy = float(np.max(outlook.work, initial=0.0))
    if outlook.capacity <= 0.0 or busy <= 0.0:
        return start, settled
    found: dict[float, tuple[Floats, bool]] = {0.0: free}

    def spare(rent: float) -> float:
        """Machines over what is asked, in logs: above 0 where some stand idle."""
        if rent not in found:
            near = found[min(found, key=lambda known: abs(known - rent))][0]
            dearer = replace(outlook, cost=outlook.cost + rent * outlook.work)
            found[rent] = follow(dearer, np.maximum(near, dearer.least_price))
        full = fullness(outlook, found[rent][0])
        return -float(np.log(full)) if full > 0 else 1.0

    high = max(float(np.max(start, initial=0.0)), 1e-9) / busy
    for _ in range(RISES):
        if spare(high) >= 0.0:
            break
        high *= 2.0
    else:
        return start, settled
    return found[solvers.brentq(spare, 0.0, high, xtol=NEAR_ENOUGH * high, rtol=NEAR_ENOUGH)]
