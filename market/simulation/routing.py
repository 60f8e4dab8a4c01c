"""Brokers: offers that are served by the cheapest of other providers' offers, and machines rented from homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from market.exchange.books import rank_in_pool

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket
    from market.supply.specs import HomeMachines


def route_offers(model: TokenMarket) -> None:
    """Point every routed offer at the cheapest of its targets that has machines, at that price and a cut."""
    if not model.routes:
        return
    book, moved = model.book, False
    for j, (targets, cut) in model.routes.items():
        ready = [t for t in targets if model.alive[t] and model.capacity[book.pool[t]] > 0]
        target = min(ready or targets, key=lambda t: float(book.price[t]))
        moved |= target != model.routed_to.get(j)
        model.routed_to[j] = target
        book.price[j] = book.price[target] * (1.0 + cut)
        for values in (book.work, book.hours, book.slots, book.quality, book.open):
            values[:, j] = values[:, target]
        book.promised[j] = book.promised[target]
        book.pool[j] = book.pool[target]
    if moved:
        book.rank, book.ranks = rank_in_pool(book.pool, book.priority)
        same_pool = book.pool[:, None] == book.pool[None, :]
        model.ahead_of = (same_pool & (book.priority[None, :] <= book.priority[:, None])).astype(np.float64)


def pay_for_routed(model: TokenMarket) -> None:
    """Brokers pay the providers that served their users all but their cut: list price, and rent of scarce machines."""
    for j, target in model.routed_to.items():
        tokens = float((model.round.served[:, j] * model.book.billed[:, j]).sum())
        broker = model.providers[int(model.book.provider[j])]
        seller = model.providers[int(model.book.provider[target])]
        kept = tokens * float(model.book.price[target]) * model.routes[j][1]
        model.ledger.pay(broker.name, seller.name, float(model.paid[:, j].sum()) - kept, "routed tokens")
        cost = seller.spec.offers[int(np.flatnonzero(seller.offers == target)[0])].cost
        model.ledger.pay(seller.name, "upkeep", tokens * cost, "upkeep")


def offered_at_home(model: TokenMarket, homes: HomeMachines) -> float:
    """Machines that users offer for rent in this tick: none if the pay does not cover the electricity."""
    if homes.usd_per_hour < homes.power_usd_per_hour:
        return 0.0
    cohort = next(c for c in model.cohorts if c.name == homes.segment)
    return cohort.owners * cohort.users * homes.idle_share


def pay_for_homes(model: TokenMarket) -> None:
    """Brokers pay the owners of home machines for the hours used; the owners pay for electricity."""
    for p in model.providers:
        for number, pool in zip(p.pools, p.spec.pools, strict=True):
            if pool.homes is not None:
                used = float(model.used[number])
                model.ledger.pay(p.name, pool.homes.segment, used * pool.homes.usd_per_hour, "home machines")
                model.ledger.pay(pool.homes.segment, "power", used * pool.homes.power_usd_per_hour, "power")
