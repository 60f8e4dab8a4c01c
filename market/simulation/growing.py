"""Growing: machines that owners have ordered arrive, and new ones are ordered."""

from __future__ import annotations

import numpy as np

from market.events.effects import Effects
from market.exchange.ledger import Payment
from market.simulation.contracting import backlog_before
from market.simulation.founded import Founded
from market.simulation.giving_up import give_up
from market.simulation.rents_seen import outlooks, own_time
from market.simulation.selling_racks import paid_for_racks, sell_racks
from market.simulation.state import Contracts, Firms, Fleets, Machines, Quoted
from market.supply.expansion import Ordering
from market.supply.owner import HyperscalerAgent


def grow(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    machines: Machines,
    contracts: Contracts,
    firms: Firms,
    quoted: Quoted,
    effects: Effects,
) -> Fleets:
    """Fleets move to the new hour; what is ordered has to be paid. Who has failed orders nothing."""
    years, maker = founded.calendar.years(tick), founded.economy.maker
    backlog = backlog_before(founded, tick, contracts)
    payments: list[Payment] = []
    buyers: dict[HyperscalerAgent, float] = {}
    give_up(founded, tick, machines.exit)
    sales = fleets.sales
    outlook = outlooks(founded, tick, machines, quoted, sales.price, effects)
    for owner in founded.owners:
        expansion, delayed = owner.spec.expansion, own_time(owner, years, effects)
        price, to_come = owner.spec.rack_price * expansion.price_over_first(years), backlog.get(owner.name, 0.0)
        owner.see(float(machines.earned[owner.number]), to_come, price, outlook.get(owner.number))
        added = float(effects.bought[owner.number])
        if not firms.failed[owner.number]:
            if maker is None or not isinstance(expansion, Ordering):
                added += expansion(owner.fleet, delayed)
            elif expansion.looks(owner.fleet, delayed):
                buyers[owner] = delayed
        payments.append(Payment(owner.name, "capital", added * price, "capital"))
    if maker is not None:
        sales = sell_racks(founded, maker, sales, buyers, backlog, years)
        payments += paid_for_racks(founded, maker, sales)
    count = len(founded.owners)
    racks = np.array([owner.racks for owner in founded.owners]) + effects.added[:count]
    return Fleets(racks * effects.running[:count], tuple(payments), sales)
