"""Quoting: what machines cost at lists and for a term, and what the market expects of the spot price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from market.events.effects import Effects
from market.simulation.founded import Founded
from market.simulation.rents_seen import rents_seen
from market.simulation.state import Fleets, Machines, Quoted
from market.supply.owner import HyperscalerAgent
from market.supply.rents import Seen
from market.supply.term_market import HOURS_A_YEAR, TermMarket

#: Dates for which the market says what it expects, in years from now.
AHEAD: Final = {
    "now": 0.0,
    "1 month": 1.0 / 12.0,
    "3 months": 0.25,
    "6 months": 0.5,
    "1 year": 1.0,
    "2 years": 2.0,
    "3 years": 3.0,
}


def first_quotes(owners: Sequence[HyperscalerAgent]) -> Quoted:
    """Lists as they are at the start; nothing is known of the market."""
    listed = [owner.spec.on_demand.price if owner.spec.on_demand else np.inf for owner in owners]
    nothing = np.zeros(len(AHEAD))
    return Quoted(np.array(listed, dtype=np.float64), nothing, nothing, np.zeros(0), (0, 0.0, 0, 0.0), np.zeros(0))


def quote(founded: Founded, tick: int, fleets: Fleets, machines: Machines, quoted: Quoted, effects: Effects) -> Quoted:
    """Owners look at their lists; the market forms its expectations, and prices terms by them."""
    known = with_last_tick(founded, tick, machines, quoted)
    seen = rents_seen(founded, tick, machines, known, fleets.sales.price, effects)
    market = founded.economy.wholesale.terms
    ahead = np.array(list(AHEAD.values()))
    asks = [owner.ask_at(float(effects.power[owner.number])) for owner in founded.owners]
    ask = min(asks, default=0.0)
    return replace(
        known,
        listed=listed(founded, tick, machines, quoted, asks),
        expected=market.forecast.expected(seen, ahead),
        terms=np.array([price_of_term(market, seen, years * HOURS_A_YEAR, founded.hours, ask) for years in ahead]),
    )


def listed(founded: Founded, tick: int, machines: Machines, quoted: Quoted, asks: Sequence[float]) -> np.ndarray:
    """List prices of this tick, by owner; ``asks``: below which they do not rent."""
    prices = quoted.listed.copy()
    for owner in founded.owners:
        if owner.spec.on_demand is not None:
            before = float(prices[owner.number])
            now = owner.spec.on_demand.posted(before, tick * founded.hours, founded.hours, machines.bids)
            prices[owner.number] = max(now, asks[owner.number])
    return prices


def with_last_tick(founded: Founded, tick: int, machines: Machines, quoted: Quoted) -> Quoted:
    """Mean prices and racks of whole calendar months, and the month that runs, with the last tick in it."""
    month, total, count, racks = quoted.month
    months, stood = quoted.months, quoted.month_racks
    if machines.spot_prices.size:
        of_price = int(founded.calendar.years(tick - 1) * 12.0)
        if of_price != month and count:
            months, stood = np.append(months, total / count), np.append(stood, racks / count)
            total, count, racks = 0.0, 0, 0.0
        month, total, count = of_price, total + float(machines.spot_prices[-1]), count + 1
        racks += float(machines.stood[-1])
    return replace(quoted, months=months, month=(month, total, count, racks), month_racks=stood)


def price_of_term(market: TermMarket, seen: Seen, hours: float, tick_hours: float, ask: float) -> float:
    """Price of a rack for so many hours from now, to a buyer who needs it always [USD per rack-h].

    ``ask``: below which no owner rents.
    """
    expected = market.expected(seen, max(hours, tick_hours), tick_hours)
    bargain = market.bargain(expected, hours, racks=1.0, ask=ask)
    return bargain.price if bargain.price is not None else bargain.least
