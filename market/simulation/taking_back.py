"""Taking back: contracts, own use and lists take machines off the spot market, and outages do; work restarts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.simulation.founded import Founded
from market.simulation.state import Machines
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]


def firm(allotment: Allotment) -> Floats:
    """Rack-hours that nobody takes back: of own use, contracts and lists, by owner."""
    return np.asarray(allotment.first_party + allotment.contracted + allotment.listed)


def taken_back(before: Allotment, now: Allotment) -> Floats:
    """Of what was rented on spot in the last tick, what firm use takes or stands still in this one [rack-h], by owner.

    Machines that stood idle and new ones are taken first; those that stand still are replaced from there.
    """
    free = before.idle + now.owned - before.owned
    return np.minimum(np.maximum(firm(now) - firm(before) - free, 0.0), before.sold_spot)


def work_done_again(founded: Founded, before: Allotment, now: Allotment, taken: Floats) -> tuple[Floats, Floats]:
    """Rack-hours of this tick that go into work lost with machines taken back, by provider and by budget.

    Renters lose machines in proportion to what they had on the spot market, whosever they were; each machine takes
    some hours of work with it. At most what a renter has on the spot market now is spent on that.
    """
    sold = float(before.sold_spot.sum())
    racks = float(taken.sum()) / founded.hours / sold if sold > 0 else 0.0
    restart = np.array([p.spec.restart_h for p in founded.providers], dtype=np.float64)
    of_research = np.array([one.spec.restart_h for one in founded.researchers], dtype=np.float64)
    return (
        np.minimum(racks * before.spot * restart, now.spot),
        np.minimum(racks * before.research * of_research, now.research),
    )


def chance_lately(founded: Founded, machines: Machines, taken: Floats) -> float:
    """Chance that a machine on the spot market is taken back in an hour, over about a month [1/h]."""
    sold = float(machines.allotment.sold_spot.sum())
    if sold <= 0:
        return machines.chance
    lately = float(taken.sum()) / sold / founded.hours
    return machines.chance + min(founded.hours / founded.month_h, 1.0) * (lately - machines.chance)
