"""Contracting: contracts begin, end, are renewed, and are not where that suits one of the two no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.simulation.backlog import to_come
from market.simulation.founded import Founded
from market.simulation.needing import TIMES
from market.simulation.quoting import AHEAD
from market.simulation.rents_seen import mean_spot_price, rents_seen
from market.simulation.state import Contracts, Firms, Fleets, Machines, Quoted
from market.supply.contract import Contract
from market.supply.rents import Seen
from market.supply.term_market import HOURS_A_YEAR

#: Share of what is at stake below which a gain counts as none.
SAME_GAIN = 1e-9
#: The length of a contract that ends at once, where lengths are compared by their logarithms [years].
SHORTEST = 1e-3
#: Logarithms of the dates of the forward curve.
LOG_AHEAD = np.log(np.maximum(np.array(list(AHEAD.values())), SHORTEST))


def backlog_before(founded: Founded, tick: int, contracts: Contracts) -> dict[str, float]:
    """What is to come to owners under contracts when a tick begins [USD], by name."""
    return to_come(founded, tick - 1, contracts.running if tick > 0 else contracts.signed, seller=True)


def renew_contracts(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    firms: Firms,
    quoted: Quoted,
    machines: Machines,
    contracts: Contracts,
    effects: Effects,
) -> Contracts:
    """Contracts that end are renewed at the market where they say so; those of firms that left are void."""
    spot = mean_spot_price(founded, machines)
    before = tuple(ramped(founded, c, spot) for c in contracts.signed)
    due = [c for c in before if c.renews and c.first_tick + c.ticks == tick]
    lapsed = [ramped(founded, c, spot) for c in contracts.refused]
    due += [c for c in lapsed if (tick - c.first_tick - c.ticks) % founded.ticks_in_month == 0]
    due = [c for c in due if not firms.left[founded.number_of[c.buyer]]]
    refused = [c for c in lapsed if c not in due and not firms.left[founded.number_of[c.buyer]]]
    renewed: list[Contract] = []
    seen = rents_seen(founded, tick, machines, quoted, fleets.sales.price, effects) if due else Seen(0.0)
    for contract in due:
        seller = founded.owners[founded.number_of[contract.seller]]
        ask = seller.ask_at(float(effects.power[seller.number]))
        anew = signed_anew(founded, tick, seen, machines, (*before, *renewed), contract, ask)
        if anew is None:
            refused.append(contract)
        else:
            renewed.append(from_now_on(anew, seller.racks))
    signed = before + tuple(renewed)
    running = tuple(c for c in signed if c.runs(tick) and firms.active[founded.number_of[c.buyer]])
    return Contracts(signed, running, tuple(refused))


def ramped(founded: Founded, contract: Contract, spot: float) -> Contract:
    """A contract for as many racks as it is now, where these become more or fewer as all those of its seller do.

    ``spot``: mean price of the last month, which those that are added cost [USD per rack-h].
    """
    if not contract.ramps:
        return contract
    seller = founded.owners[founded.number_of[contract.seller]]
    return replace(contract, grown=seller.racks / (contract.seller_had or seller.spec.racks), added_price=spot)


def from_now_on(contract: Contract, seller_has: float) -> Contract:
    """A renewed contract, for as many racks as it was for and as they cost now, if it ramps."""
    if not contract.ramps or seller_has == 0:
        return contract
    return replace(contract, racks=contract.racks_now, seller_had=seller_has, grown=1.0)


def signed_anew(
    founded: Founded,
    tick: int,
    seen: Seen,
    machines: Machines,
    signed: Sequence[Contract],
    contract: Contract,
    ask: float,
) -> Contract | None:
    """A contract for another term from now on, or None where it suits one of the two no more.

    ``seen``: what the market has seen of rents; ``ask``: below which its seller does not rent [USD per rack-h].
    """
    terms = founded.economy.wholesale.terms
    if not terms.bargained:
        return replace(contract, first_tick=tick, price=mean_spot_price(founded, machines))
    worth = machines.worth.get(contract, np.ones(TIMES.size))
    most = contract.racks_now if not contract.adjusts else unpromised(founded, tick, signed, contract)
    best, gain = None, -math.inf
    lengths = contract.lengths or (contract.ticks,)
    horizon = to_hours(founded, max(lengths))
    # The longest first: of lengths that bring the same it is chosen.
    for ticks in sorted(lengths, reverse=True):
        hours = to_hours(founded, ticks)
        expected = terms.expected(seen, hours, founded.hours)
        for times, worth_then in zip(TIMES.tolist(), terms.needed(TIMES, worth, hours).tolist(), strict=True):
            racks = contract.racks_now * times
            if times != 1.0 and (not contract.adjusts or racks > most):
                continue
            bargain = terms.bargain(expected, hours, racks, worth_then, ask)
            each = bargain.most - bargain.least - terms.exposed(expected, hours, horizon, racks)
            # A gain that is rounding is no reason to sign for another number.
            if bargain.price is not None and racks * each > gain + SAME_GAIN * racks * expected:
                gain = racks * each
                price, number = bargain.price, contract.racks * times
                best = replace(contract, first_tick=tick, price=price, racks=number, ticks=ticks)
    return best


def to_hours(founded: Founded, ticks: int) -> float:
    """Length of a term [h], weeks that are left out counted."""
    return ticks * founded.hours / founded.calendar.simulated_share


def racks_by_length(founded: Founded, running: Sequence[Contract]) -> NDArray[np.float64]:
    """Racks under contract, by which of the dates of the forward curve is nearest to the length of their term."""
    racks = np.zeros(LOG_AHEAD.size)
    for contract in running:
        years = to_hours(founded, contract.ticks) / HOURS_A_YEAR
        racks[int(np.argmin(np.abs(LOG_AHEAD - math.log(max(years, SHORTEST)))))] += contract.racks_now
    return racks


def unpromised(founded: Founded, tick: int, signed: Sequence[Contract], contract: Contract) -> float:
    """Racks that a seller has neither promised to others nor takes for its own training and products at any hour."""
    owner = founded.owners[founded.number_of[contract.seller]]
    promised = sum(c.racks_now for c in signed if c.seller == contract.seller and c.runs(tick))
    return max(owner.racks * (1.0 - owner.spec.first_party) - promised, 0.0)
