"""Growing: machines that owners have ordered arrive, and new ones are ordered."""

from __future__ import annotations

import numpy as np

from market.events.effects import Effects
from market.exchange.ledger import Payment
from market.simulation.founded import Founded
from market.simulation.state import Fleets, Machines


def grow(founded: Founded, tick: int, machines: Machines, effects: Effects) -> Fleets:
    """Fleets move to the new hour; what is ordered has to be paid."""
    years = founded.calendar.years(tick)
    payments = []
    for owner in founded.owners:
        delayed = max(years - float(effects.late_years[owner.number]), 0.0)
        earned, power = float(machines.earned[owner.number]), float(effects.power[owner.number])
        price = machines.allotment.price if machines.spot_prices.size else np.nan
        ordered = owner.grow(delayed, earned, price, power)
        added = ordered + float(effects.bought[owner.number])
        payments.append(Payment(owner.name, "capital", added * owner.spec.rack_price, "capital"))
    count = len(founded.owners)
    racks = np.array([owner.racks for owner in founded.owners]) + effects.added[:count]
    return Fleets(racks * effects.running[:count], tuple(payments))
