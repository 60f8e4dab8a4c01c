"""Renting: who gets which machines in the wholesale market."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.exchange.books import Book
from market.exchange.elastic_demand import ElasticDemand
from market.simulation.asking import Asking
from market.simulation.contracting import ticks_in_month
from market.simulation.expecting import expected_orders
from market.simulation.financing import research_demand
from market.simulation.state import (
    HOURS_PER_MONTH,
    Contracts,
    Expected,
    Firms,
    Fleets,
    Founded,
    Known,
    Machines,
    Ordered,
    Paid,
    Posted,
    Served,
    Terms,
)
from market.supply.specs import HomeMachines
from market.supply.wholesale import Allotment, Bid

type Floats = NDArray[np.float64]


def rent(
    founded: Founded, tick: int, fleets: Fleets, terms: Terms, firms: Firms, contracts: Contracts, machines: Machines,
    posted: Posted, expected: Expected, ordered: Ordered, served: Served, known: Known, paid: Paid, effects: Effects,
) -> Machines:  # fmt: skip
    """Machines are given out: first-party use, then contracts, then the spot auction; buyers learn what they cost."""
    hours, period = founded.hours, founded.calendar.period(tick)
    book = terms.book
    capacity, own_racks, home_racks = own_machines(founded, firms, period, effects)
    parties = [(founded.number_of[c.seller], founded.number_of[c.buyer]) for c in contracts.running]
    prices = firms.with_openings(book.price) * book.billed
    asking = Asking(founded, (), book, firms.alive, expected.delay_h)
    orders = expected_orders(asking, tick, prices, ordered, known) + served.waiting
    orders = without_spare(book, orders, served.waiting)
    for j, target in posted.routed_to.items():
        orders[:, target] += orders[:, j]  # what a broker sends is part of what its provider expects
        orders[:, j] = 0.0
    promised = np.zeros(len(founded.providers))
    for contract, (_, buyer) in zip(contracts.running, parties, strict=True):
        promised[buyer] += contract.racks * hours
    bids = []
    earned = earned_per_request(founded, prices, known.members, orders)
    for p in (p for p in founded.providers if firms.active[p.number]):
        held = float(promised[p.number]) + float(capacity[p.pools].sum())
        # Where the mechanism charges rents users pay for scarce machines on top.
        stays = not (founded.economy.clearing.charges_rents or p.spec.pricing.covers_cost(hours))
        slopes = ordered.slopes[:, p.offers] * (not stays)
        bids += p.bids(book, orders[:, p.offers], slopes, earned[:, p.offers], held, stays=stays)
    allotment = allot(
        founded, tick, fleets, contracts, parties, bids, research_demand(founded, tick, firms, paid), effects
    )
    got = allotment.spot.copy()
    for (_, buyer), racks in zip(parties, allotment.by_contract, strict=True):
        got[buyer] += racks
    for p in founded.providers:
        capacity[p.pools[0]] += got[p.number]
        if p.spec.spot:
            need = float((orders[:, p.offers] * book.work[:, p.offers]).sum())
            p.purchases.learn(period, allotment.price, need)
    spot_racks = allotment.spot / hours
    return Machines(
        capacity=capacity,
        allotment=allotment,
        own_racks=own_racks,
        home_racks=home_racks,
        spot_racks=spot_racks,
        contracted_racks=got / hours - spot_racks,
        earned=earned_lately(machines.earned, allotment, hours),
        spot_prices=np.append(machines.spot_prices, allotment.price)[-ticks_in_month(founded) :],
    )


def without_spare(book: Book, orders: Floats, waiting: Floats) -> Floats:
    """Orders for which machines are rented: of tiers on spare ones, what would be late at that pace otherwise."""
    if not book.spare.any():
        return orders
    return np.where(book.spare, waiting / book.window_ticks, orders)


def own_machines(founded: Founded, firms: Firms, period: int, effects: Effects) -> tuple[Floats, Floats, Floats]:
    """Rack-hours by pool, and racks owned and rented from homes by provider, before anything is rented."""
    capacity = np.zeros(founded.book.pools)
    own_racks, home_racks = np.zeros(len(founded.providers)), np.zeros(len(founded.providers))
    for p in founded.providers:
        for k, number in enumerate(p.pools if firms.active[p.number] else ()):
            homes = p.spec.pools[k].homes
            place = len(founded.owners) + p.number
            more = float(effects.added[place]) if k == 0 else 0.0
            own = (p.owned_racks(k, period) + more) * float(effects.running[place])
            rented = offered_at_home(founded, homes) if homes else 0.0
            capacity[number] = (own + rented) * founded.hours
            own_racks[p.number] += own
            home_racks[p.number] += rented
    return capacity, own_racks, home_racks


def offered_at_home(founded: Founded, homes: HomeMachines) -> float:
    """Machines that users offer for rent in this tick: none if the pay does not cover the electricity."""
    if homes.usd_per_hour < homes.power_usd_per_hour:
        return 0.0
    cohort = next(c for c in founded.cohorts if c.name == homes.segment)
    return cohort.owners * cohort.users * homes.idle_share


def allot(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    contracts: Contracts,
    parties: Sequence[tuple[int, int]],
    bids: Sequence[Bid],
    research: Sequence[ElasticDemand],
    effects: Effects,
) -> Allotment:
    """Give the owners' rack-hours out."""
    owned = fleets.racks * founded.hours
    return founded.economy.wholesale.allot(
        owned,
        first_party(founded, tick, owned),
        np.array([h.ask_at(float(effects.power[h.number])) for h in founded.owners]),
        contracts.running,
        parties,
        bids,
        len(founded.providers),
        founded.hours,
        np.array([not h.spec.first_party_first for h in founded.owners], dtype=bool),
        research,
    )


def first_party(founded: Founded, tick: int, owned: Floats) -> Floats:
    """What owners' own training and products call for [rack-h], by owner."""
    wanted: Floats = owned * np.array([h.spec.first_party for h in founded.owners])
    for products in founded.economy.products:
        wanted[founded.number_of[products.owner]] += products.racks_at(founded.calendar, tick) * founded.hours
    return wanted


def earned_per_request(founded: Founded, prices: Floats, members: Floats, expected: Floats) -> Floats:
    """What a request earns its seller [USD], by segment and offer: the list price, and its part of subscriptions."""
    if not founded.fee.any():
        return prices
    fees = members * founded.fee * (founded.hours / HOURS_PER_MONTH)
    return np.asarray(prices + np.divide(fees, expected, out=np.zeros_like(fees), where=expected > 0))


def earned_lately(before: Floats, allotment: Allotment, hours: float) -> Floats:
    """What a rack-hour that is for rent has earned over about a month, by owner [USD per rack-h]."""
    rentable = allotment.sold_spot + allotment.idle
    sold = np.divide(allotment.sold_spot, rentable, out=np.ones_like(rentable), where=rentable > 0)
    pace = np.where(before != 0.0, hours / HOURS_PER_MONTH, 1.0)
    return np.asarray(before + pace * (allotment.price * sold - before))
