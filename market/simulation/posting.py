"""Posting: providers post list prices, and brokers send their users to the cheapest of others' offers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.exchange.books import Book, rank_in_pool
from market.kinds import answered
from market.simulation.asking import Asking, writing_hours
from market.simulation.research import estimate, toll
from market.simulation.state import Expected, Firms, Founded, Known, Machines, Ordered, Posted, Terms

type Floats = NDArray[np.float64]


def post(
    founded: Founded,
    tick: int,
    terms: Terms,
    firms: Firms,
    machines: Machines,
    posted: Posted,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
    known: Known,
) -> Posted:
    """Providers see their outlook and post list prices."""
    book = replace(terms.book, price=firms.with_openings(terms.book.price))
    movers = [p for p in founded.providers if p.spec.pricing.moves_prices and p.offers.size]
    if movers:
        price = new_prices(founded, tick, book, firms, machines, wanted, expected, ordered, known)
        book = replace(book, price=price)
    return route(founded, book, firms, machines, posted)


def new_prices(
    founded: Founded,
    tick: int,
    book: Book,
    firms: Firms,
    machines: Machines,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
    known: Known,
) -> Floats:
    """List prices of all offers, each provider's by its policy [USD per million tokens]."""
    work_ordered = (ordered.orders * book.work).sum(axis=0)
    by_pool = np.bincount(book.pool, weights=work_ordered, minlength=book.pools)
    # Market research is about the tick that comes, at the waits that users think usual.
    would_want = tuple(cohort.would_want(tick) for cohort in founded.cohorts)
    delay = known.chance_wait_h + expected.backlog_wait_h + writing_hours(book, known.load)
    asking = Asking(founded, would_want, book, firms.alive, np.asarray(delay))
    last = Asking(founded, wanted, book, firms.alive, expected.delay_h)
    price = book.price.copy()
    for p in founded.providers:
        if not (p.spec.pricing.moves_prices and p.offers.size):
            continue
        outlook = p.outlook(
            book,
            founded.calendar,
            tick,
            ordered.orders,
            machines.capacity,
            by_pool,
            partial(toll, last, ordered, machines.capacity),
            partial(estimate, asking),
        )
        policy = p.spec.pricing
        wanted_prices = answered(
            f"provider '{p.name}': pricing policy ",
            policy,
            policy(outlook),
            p.offers.size,
            "list prices of its offers [USD per million tokens]",
        )
        wished = np.maximum(wanted_prices, 0.0)
        price[p.offers] = np.where(outlook.movable, wished, outlook.price)
    return price


def route(founded: Founded, book: Book, firms: Firms, machines: Machines, posted: Posted) -> Posted:
    """Point every routed offer at the cheapest of its targets that has machines, at that price and a cut."""
    if not founded.routes:
        return replace(posted, book=book)
    routed_to: dict[int, int] = {}
    copied = {name: getattr(book, name).copy() for name in ("work", "hours", "slots", "quality", "open")}
    price, promised, pool = book.price.copy(), book.promised.copy(), book.pool.copy()
    for j, (targets, cut) in founded.routes.items():
        ready = [t for t in targets if firms.alive[t] and machines.capacity[book.pool[t]] > 0]
        target = min(ready or targets, key=lambda t: float(book.price[t]))
        routed_to[j] = target
        price[j] = book.price[target] * (1.0 + cut)
        for values in copied.values():
            values[:, j] = values[:, target]
        promised[j], pool[j] = book.promised[target], book.pool[target]
    book = replace(book, price=price, promised=promised, pool=pool, **copied)
    if routed_to == posted.routed_to:
        return Posted(book, routed_to, posted.ahead_of)
    rank, ranks = rank_in_pool(pool, book.priority, by_rank=founded.economy.rationing.serves_by_rank)
    book = replace(book, rank=rank, ranks=ranks)
    return Posted(book, routed_to, served_ahead(book))


def served_ahead(book: Book) -> Floats:
    """1 where offer k is served before or with offer j, by offer j and k."""
    same_pool = book.pool[:, None] == book.pool[None, :]
    return np.asarray(same_pool & (book.rank[None, :] <= book.rank[:, None]), dtype=np.float64)
