"""Contracting: contracts begin, end and are renewed."""

from __future__ import annotations

from dataclasses import replace

from market.simulation.state import HOURS_PER_MONTH, Contracts, Firms, Founded, Machines


def mean_spot_price(founded: Founded, machines: Machines) -> float:
    """Mean spot price of the last month [USD per rack-h]; before the first tick the lowest ask."""
    if machines.spot_prices.size == 0:
        return min((owner.ask for owner in founded.owners), default=0.0)
    return float(machines.spot_prices.mean())


def ticks_in_month(founded: Founded) -> int:
    """Ticks over which the mean spot price is taken."""
    return max(1, round(HOURS_PER_MONTH / founded.hours))


def renew_contracts(founded: Founded, tick: int, firms: Firms, machines: Machines, contracts: Contracts) -> Contracts:
    """Contracts that end are renewed at the market where they say so; those of firms that left are void."""
    renewed = tuple(
        replace(contract, first_tick=tick, price=mean_spot_price(founded, machines))
        for contract in contracts.signed
        if contract.renews and contract.first_tick + contract.ticks == tick
    )
    signed = contracts.signed + renewed
    running = tuple(c for c in signed if c.runs(tick) and firms.active[founded.number_of[c.buyer]])
    return Contracts(signed, running)
