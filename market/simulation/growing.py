"""Growing: machines that owners have ordered arrive, and new ones are ordered."""

from __future__ import annotations

import numpy as np

from market.exchange.ledger import Payment
from market.simulation.founded import Founded
from market.simulation.state import Fleets, Machines


def grow(founded: Founded, tick: int, machines: Machines) -> Fleets:
    """Fleets move to the new hour; what is ordered has to be paid."""
    years = founded.calendar.years(tick)
    payments = []
    for owner in founded.owners:
        added = owner.grow(years, float(machines.earned[owner.number]))
        payments.append(Payment(owner.name, "capital", added * owner.spec.rack_price, "capital"))
    return Fleets(np.array([owner.racks for owner in founded.owners]), tuple(payments))
