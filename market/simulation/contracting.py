"""Contracting: contracts begin, end, are renewed, and are not where that suits one of the two no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from market.events.effects import Effects
from market.simulation.backlog import to_come
from market.simulation.founded import Founded
from market.simulation.needing import TIMES
from market.simulation.state import HOURS_PER_MONTH, Contracts, Firms, Machines, Quoted
from market.supply.rents import Seen
from market.supply.specs import Contract

#: Share of what is at stake below which a gain counts as none.
SAME_GAIN = 1e-9


def mean_spot_price(founded: Founded, machines: Machines) -> float:
    """Mean spot price of the last month [USD per rack-h]; before the first tick the lowest ask."""
    if machines.spot_prices.size == 0:
        return min((owner.ask for owner in founded.owners), default=0.0)
    return float(machines.spot_prices.mean())


def backlog_before(founded: Founded, tick: int, contracts: Contracts) -> dict[str, float]:
    """What is to come to owners under contracts when a tick begins [USD], by name."""
    return to_come(founded, tick - 1, contracts.running if tick > 0 else contracts.signed, seller=True)


def ticks_in_month(founded: Founded) -> int:
    """Ticks over which the mean spot price is taken."""
    return max(1, round(HOURS_PER_MONTH / founded.hours))


def renew_contracts(
    founded: Founded,
    tick: int,
    firms: Firms,
    quoted: Quoted,
    machines: Machines,
    contracts: Contracts,
    effects: Effects,
) -> Contracts:
    """Contracts that end are renewed at the market where they say so; those of firms that left are void."""
    month = ticks_in_month(founded)
    due = [c for c in contracts.signed if c.renews and c.first_tick + c.ticks == tick]
    due += [c for c in contracts.refused if (tick - c.first_tick - c.ticks) % month == 0]
    due = [c for c in due if not firms.left[founded.number_of[c.buyer]]]
    refused = [c for c in contracts.refused if c not in due and not firms.left[founded.number_of[c.buyer]]]
    renewed: list[Contract] = []
    for contract in due:
        seller = founded.owners[founded.number_of[contract.seller]]
        ask = seller.ask_at(float(effects.power[seller.number]))
        anew = signed_anew(founded, tick, quoted, machines, (*contracts.signed, *renewed), contract, ask)
        if anew is None:
            refused.append(contract)
        else:
            renewed.append(anew)
    signed = contracts.signed + tuple(renewed)
    running = tuple(c for c in signed if c.runs(tick) and firms.active[founded.number_of[c.buyer]])
    return Contracts(signed, running, tuple(refused))


def signed_anew(
    founded: Founded,
    tick: int,
    quoted: Quoted,
    machines: Machines,
    signed: Sequence[Contract],
    contract: Contract,
    ask: float,
) -> Contract | None:
    """A contract for another term from now on, or None where it suits one of the two no more.

    ``ask``: below which its seller does not rent [USD per rack-h].
    """
    terms = founded.economy.wholesale.terms
    if terms is None:
        return replace(contract, first_tick=tick, price=mean_spot_price(founded, machines))
    seen = Seen(mean_spot_price(founded, machines), quoted.months, founded.calendar.years(tick))
    hours = contract.ticks * founded.hours / founded.calendar.simulated_share
    expected = terms.expected(seen, hours, founded.hours)
    worth = machines.worth.get(contract, np.ones(TIMES.size))
    most = contract.racks if not contract.adjusts else unpromised(founded, tick, signed, contract)
    best, gain = None, -math.inf
    for times, worth_then in zip(TIMES.tolist(), worth.tolist(), strict=True):
        racks = contract.racks * times
        if times != 1.0 and (not contract.adjusts or racks > most):
            continue
        bargain = terms.bargain(expected, hours, racks, worth_then, ask)
        # A gain that is rounding is no reason to sign for another number.
        if bargain.price is not None and racks * (bargain.most - bargain.least) > gain + SAME_GAIN * racks * expected:
            gain = racks * (bargain.most - bargain.least)
            best = replace(contract, first_tick=tick, price=bargain.price, racks=racks)
    return best


def unpromised(founded: Founded, tick: int, signed: Sequence[Contract], contract: Contract) -> float:
    """Racks that a seller has neither promised to others nor takes for its own training and products at any hour."""
    owner = founded.owners[founded.number_of[contract.seller]]
    promised = sum(c.racks for c in signed if c.seller == contract.seller and c.runs(tick))
    return max(owner.racks * (1.0 - owner.spec.first_party) - promised, 0.0)
