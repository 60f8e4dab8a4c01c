"""Giving up: owners judge what the next of their older machines would leave over if some had gone, and let those go.

In each hour the spot market is cleared as it is and with a share of all older machines gone, the dearest to keep first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.simulation.founded import Founded
from market.supply.vintages import MONTH, STEPS, Exit, dearest_left, fewer
from market.supply.wholesale import Older

type Floats = NDArray[np.float64]

#: Years that rounding takes off a month.
ROUNDING: Final = 1e-9


def month_of(founded: Founded, tick: int) -> int:
    """Months from the start to a tick."""
    return int(founded.calendar.years(tick) / MONTH + ROUNDING)


def give_up(founded: Founded, tick: int, outlook: Exit) -> None:
    """When a month is over, owners give up of each older vintage what they find too many, and no more than they may."""
    if outlook.month < 0 or month_of(founded, tick) == outlook.month:
        return
    racks = np.concatenate([owner.older.racks for owner in founded.owners])
    kept = fewer(racks, _keeping(founded), outlook.too_many())
    gone = np.divide(racks - kept, racks, out=np.zeros(racks.shape), where=racks > 0)
    first = 0
    for owner in founded.owners:
        size = owner.older.racks.size
        most = np.minimum(gone[first : first + size], owner.spec.retires_a_month)
        owner.fleet.racks -= owner.older.give_up(most)
        first += size


def look_ahead(
    founded: Founded,
    tick: int,
    before: Exit,
    older: Older,
    price: float,
    effects: Effects,
    price_without: Callable[[Floats], float],
) -> Exit:
    """What the next machine to go leaves over beyond its upkeep, with the hour that has just been cleared at a price.

    ``price_without``: spot price with so many rack-hours less of the older machines [USD per rack-h].
    """
    if not any(owner.spec.retires_a_month > 0 and owner.older.upkeep > 0 for owner in founded.owners):
        return before
    keeping = _keeping(founded)
    upkeep = np.concatenate([[one.upkeep for one in owner.spec.older] for owner in founded.owners])
    power = np.repeat(effects.power[: len(founded.owners)], [owner.older.racks.size for owner in founded.owners])
    gaps = np.zeros(STEPS)
    for k in range(STEPS):
        kept = fewer(older.quantity, keeping, k / STEPS)
        then = price_without(older.quantity - kept) if k > 0 else price
        next_one = dearest_left(kept, keeping)
        gaps[k] = max(then - (keeping - upkeep)[next_one] * power[next_one], 0.0) - upkeep[next_one]
    return before.with_hour(month_of(founded, tick), gaps)


def _keeping(founded: Founded) -> Floats:
    """What an hour in use costs with upkeep, of all older machines [USD per rack-h]."""
    return np.concatenate([owner.older.keeping for owner in founded.owners])
