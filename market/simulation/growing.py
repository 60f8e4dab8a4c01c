"""Growing: machines that owners have ordered arrive, and new ones are ordered."""

from __future__ import annotations

import numpy as np

from market.events.effects import Effects
from market.exchange.ledger import Payment
from market.simulation.contracting import backlog_before
from market.simulation.founded import Founded
from market.simulation.state import Contracts, Firms, Fleets, Machines


def grow(
    founded: Founded, tick: int, machines: Machines, contracts: Contracts, firms: Firms, effects: Effects
) -> Fleets:
    """Fleets move to the new hour; what is ordered has to be paid. Who has failed orders nothing."""
    years = founded.calendar.years(tick)
    backlog = backlog_before(founded, tick, contracts)
    payments = []
    for owner in founded.owners:
        delayed = max(years - float(effects.late_years[owner.number]), 0.0)
        earned, power = float(machines.earned[owner.number]), float(effects.power[owner.number])
        price = machines.allotment.price if machines.spot_prices.size else np.nan
        stops = bool(firms.failed[owner.number])
        ordered = owner.grow(delayed, earned, price, power, backlog=backlog.get(owner.name, 0.0), stops=stops)
        added = ordered + float(effects.bought[owner.number])
        payments.append(Payment(owner.name, "capital", added * owner.spec.rack_price, "capital"))
    count = len(founded.owners)
    racks = np.array([owner.racks for owner in founded.owners]) + effects.added[:count]
    return Fleets(racks * effects.running[:count], tuple(payments))
