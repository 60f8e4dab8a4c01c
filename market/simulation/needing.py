"""Needing: what sellers of tokens expect to be ordered, and what machines are worth to them by that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from market.calendar import HOURS_PER_MONTH
from market.exchange.books import Book
from market.simulation.asking import Asking
from market.simulation.expecting import expected_orders
from market.simulation.founded import Founded
from market.simulation.state import (
    Contracts,
    Expected,
    Firms,
    Known,
    Machines,
    Ordered,
    Posted,
    Served,
    Terms,
)
from market.supply.contract import Contract
from market.supply.needs import Needs
from market.supply.provider import ProviderAgent
from market.supply.wholesale import NO_BIDS, Bids

type Floats = NDArray[np.float64]

#: How many times its racks a contract may be signed anew for, where the number is bargained for; first the same.
TIMES = np.array([1.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0])

#: Requests below which nobody asks: so few that fees divided by them are no number.
NOBODY = 1e-200


def foresee(
    founded: Founded,
    tick: int,
    terms: Terms,
    firms: Firms,
    posted: Posted,
    expected: Expected,
    ordered: Ordered,
    served: Served,
    known: Known,
) -> Needs:
    """What sellers expect to serve in this tick, and what it earns them."""
    book = terms.book
    prices = firms.with_openings(book.price) * book.billed
    asking = Asking(founded, (), book, firms.alive, expected.delay_h)
    orders, slopes = expected_orders(asking, tick, prices, ordered, known)
    orders = orders + served.waiting
    orders = without_spare(book, orders, served.waiting)
    for j, target in posted.routed_to.items():
        orders[:, target] += orders[:, j]  # what a broker sends is part of what its provider expects
        orders[:, j] = 0.0
    earned = earned_per_request(founded, prices, known, orders)
    place = founded.calendar.kind_of_day(tick), founded.calendar.period(tick)
    return Needs(book, orders, earned, slopes, place, founded.upkeep)


def without_spare(book: Book, orders: Floats, waiting: Floats) -> Floats:
    """Orders for which machines are rented: of tiers on spare ones, what would be late at that pace otherwise."""
    if not book.spare.any():
        return orders
    return np.where(book.spare, waiting / book.window_ticks, orders)


def earned_per_request(founded: Founded, prices: Floats, known: Known, expected: Floats) -> Floats:
    """What a request earns its seller [USD], by segment and offer: the list price, and its part of what users bring.

    Members bring their fees; who has no subscription what the seller holds such a user to be worth.
    """
    if not (founded.fee.any() or founded.user_worth.any()):
        return prices
    fees = known.members * founded.fee + known.visitors * founded.user_worth
    fees = fees * (founded.hours / HOURS_PER_MONTH)
    return np.asarray(prices + np.divide(fees, expected, out=np.zeros(fees.shape), where=expected > NOBODY))


def bids_of(founded: Founded, needs: Needs, p: ProviderAgent, held: Floats, machines: Machines) -> Bids:
    """Bids of a seller on the spot market, which has some machines already [rack-h]; none if it does not go there."""
    return beyond(founded, needs, p, float(held[p.number]), machines.chance) if p.spec.spot else NO_BIDS


def beyond(founded: Founded, needs: Needs, p: ProviderAgent, held: float, chance: float = 0.0) -> Bids:
    """What rack-hours beyond those held are worth to a seller, dearest first.

    ``chance``: that a machine on the spot market is taken back in an hour [1/h].
    """
    # Where the mechanism charges rents users pay for scarce machines on top.
    stays = not (founded.economy.clearing.charges_rents or p.spec.pricing.covers_cost(founded.hours))
    return p.bids(needs, held, stays=stays, lost=p.spec.restart_h * chance)


def worth_of_contracts(
    founded: Founded,
    needs: Needs,
    contracts: Contracts,
    before: Mapping[Contract, Floats],
    held: Floats,
    price: float,
    chance: float,
) -> dict[Contract, Floats]:
    """What racks under each contract have been worth over what they would have cost on the spot market.

    In a tick a rack-hour under contract saves what it would have cost to rent, work lost with machines taken back
    included, or earns what it could not have been rented for, and nothing where it is not needed. Who may not rent by
    the hour has it earn all that it earns.
    """
    if not founded.economy.wholesale.terms.bargained:
        return {}
    worth = {}
    pace = min(founded.hours / founded.month_h, 1.0)
    for contract in (*contracts.running, *contracts.refused):
        p = founded.providers[founded.number_of[contract.buyer]]
        racks = contract.racks_now * founded.hours * TIMES
        now = np.ones(TIMES.size)
        if price > 0 and contract.racks_now > 0:
            under_it = contract.racks_now * founded.hours if contract in contracts.running else 0.0
            without = float(held[p.number]) - under_it
            steps = beyond(founded, needs, p, max(without, 0.0), chance)
            saved = np.minimum(steps.price, price + steps.lost * steps.price) if p.spec.spot else steps.price
            upto = np.append(0.0, np.cumsum(steps.quantity))
            total = np.append(0.0, np.cumsum(saved * np.diff(upto)))
            now = np.interp(racks, upto, total) / (racks * price)
        old = before.get(contract)
        worth[contract] = now if old is None else old + pace * (now - old)
    return worth
