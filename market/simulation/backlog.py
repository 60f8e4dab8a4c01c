"""Backlog: what is to come to who lets machines, and from who rents them, under contracts that run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from market.simulation.founded import Founded
    from market.supply.contract import Contract

#: Of contracts without end the payments of so many years are told.
ENDLESS_YEARS: Final = 1.0


def to_come(founded: Founded, tick: int, running: Sequence[Contract], *, seller: bool) -> dict[str, float]:
    """Payments after a tick under contracts that run [USD], by name of who gets them, or of who pays."""
    hours = founded.hours
    total: dict[str, float] = {}
    for contract in running:
        name = contract.seller if seller else contract.buyer
        left = ticks_left(founded, tick, contract)
        total[name] = total.get(name, 0.0) + contract.racks_now * contract.price_now * hours * left
    return total


def ticks_left(founded: Founded, tick: int, contract: Contract) -> float:
    """Ticks of a contract after a tick; of one without end those of a year."""
    endless = ENDLESS_YEARS * 8_766.0 * founded.calendar.simulated_share / founded.hours
    return min(contract.first_tick + contract.ticks - tick - 1, endless)
