"""Bookkeeping: how firms have done lately, and what their machines are worth in their books."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market.exchange.ledger import Ledger, Payment
from market.simulation.financing import SALES
from market.simulation.founded import Founded
from market.simulation.state import Lately
from market.supply.term_market import HOURS_A_YEAR

type Floats = NDArray[np.float64]

#: Kinds of payments of investors, owners and creditors: no part of what a firm does.
OF_OWNERS = ("funding", "parent", "acquisition", "written off")
#: Kinds that are no cost of serving: paid whatever is sold.
BELOW_THE_LINE = (*OF_OWNERS, "burn", "research", "interest")


def lately(founded: Founded, tick: int, before: Lately, ledger: Ledger) -> Lately:
    """Running means of what providers sold, earned and kept, with the tick that has just been paid."""
    number = {p.name: p.number for p in founded.providers}
    # Lists, not arrays: what is added one by one is added faster there.
    sold, earned, net = ([0.0] * len(number) for _ in range(3))
    for (payer, receiver, kind), amount in ledger.flows.items():
        if kind in OF_OWNERS:
            continue
        of_serving = kind not in BELOW_THE_LINE
        if (k := number.get(payer)) is not None:
            net[k] -= amount
            if of_serving:
                earned[k] -= amount
        if (k := number.get(receiver)) is not None:
            net[k] += amount
            if of_serving:
                earned[k] += amount
            if kind in SALES:
                sold[k] += amount
    a_day = 24.0 / founded.hours

    def mean(old: Floats, new: list[float], hours: float) -> Floats:
        pace = max(founded.hours / hours, 1.0 / (tick + 1.0))  # of all ticks so far while they are few
        return np.asarray(old + min(pace, 1.0) * (np.array(new) * a_day - old))

    return Lately(
        mean(before.sold, sold, founded.month_h),
        mean(before.sold_quarter, sold, 3.0 * founded.month_h),
        mean(before.earned, earned, founded.month_h),
        mean(before.net, net, founded.month_h),
    )


def value_of_racks(founded: Founded, before: Floats, bought: Sequence[Payment]) -> tuple[Floats, Floats]:
    """What owners' racks are worth in their books, and what of it is gone in the tick [USD].

    They lose a part in proportion to time, and new ones come in at what they cost.
    """
    years = founded.hours / HOURS_A_YEAR / founded.calendar.simulated_share
    lives = np.array([owner.spec.life_years for owner in founded.owners], dtype=np.float64)
    gone = before * -np.expm1(-years / lives)
    paid = [sum(payment.amount for payment in bought if payment.payer == owner.name) for owner in founded.owners]
    return before - gone + np.array(paid, dtype=np.float64), gone
