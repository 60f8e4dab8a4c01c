"""Posting: providers post list prices, and brokers send their users to the cheapest of others' offers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.exchange.books import Book, rank_in_pool
from market.kinds import answered
from market.simulation.asking import Asking, answer_hours, writing_hours
from market.simulation.research import estimate, toll
from market.simulation.state import Expected, Firms, Founded, Known, Machines, Ordered, Posted, Served, Terms
from market.supply.outlook import Outlook
from market.supply.provider import ProviderAgent

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
    served: Served,
    known: Known,
) -> Posted:
    """Providers see their outlook and post list prices."""
    listed = Listed(terms.book, firms.with_openings(posted.level), hour_factors(founded, terms.book, tick))
    if any(p.spec.pricing.moves_prices and p.offers.size for p in founded.providers):
        listed = new_prices(founded, tick, listed, firms, machines, wanted, expected, ordered, served.waiting, known)
    return route(founded, listed, firms, machines, posted)


@dataclass(frozen=True)
class Listed:
    """Offers, their list prices before the hour's factor [USD per million tokens], and that factor, by offer."""

    offers: Book
    level: Floats
    factor: Floats

    @property
    def book(self) -> Book:
        """The offers as they are priced in this hour."""
        return replace(self.offers, price=self.level * self.factor)


def hour_factors(founded: Founded, book: Book, tick: int) -> Floats:
    """What each offer's tariff multiplies its bill by in this tick."""
    begin, hours = founded.calendar.moment(tick), founded.hours
    return np.array([tariff.factor(begin, hours) for tariff in book.tariffs])


def new_prices(
    founded: Founded,
    tick: int,
    listed: Listed,
    firms: Firms,
    machines: Machines,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
    waiting: Floats,
    known: Known,
) -> Listed:
    """Tariffs and list prices of all offers, each provider's by its policy.

    What input costs over output is settled first, since the price of output has to fit it.
    """
    book = listed.book
    work_ordered = (ordered.orders * book.work).sum(axis=0)
    by_pool = np.bincount(book.pool, weights=work_ordered, minlength=book.pools)
    # Market research is about the tick that comes, at the waits that users think usual.
    would_want = tuple(cohort.would_want(tick) for cohort in founded.cohorts)
    delay = answer_hours(book, known.chance_wait_h + expected.backlog_wait_h, writing_hours(book, known.load))
    asking = Asking(founded, would_want, book, firms.alive, delay)
    last = Asking(founded, wanted, book, firms.alive, expected.delay_h)

    used = window_used(book, ordered.orders.sum(axis=0), waiting.sum(axis=0))

    def outlook_of(p: ProviderAgent, book: Book) -> Outlook:
        return p.outlook(
            book,
            listed.level,
            founded.calendar,
            tick,
            ordered.orders,
            machines.capacity,
            by_pool,
            used,
            partial(toll, replace(last, book=book), ordered, machines.capacity),
            partial(estimate, replace(asking, book=book), listed.factor),
        )

    offers, price = listed.offers, listed.level.copy()
    for p in founded.providers:
        if not (p.spec.pricing.moves_prices and p.offers.size):
            continue
        outlook = outlook_of(p, book)
        if p.spec.pricing.moves_parts:
            offers = with_parts(p, offers, outlook)
            outlook = outlook_of(p, replace(offers, price=book.price))
        price[p.offers] = asked_price(p, outlook)
    return replace(listed, offers=offers, level=price)


def asked_price(p: ProviderAgent, outlook: Outlook) -> Floats:
    """What a provider's policy wants, but for offers whose list price stays [USD per million output tokens]."""
    policy = p.spec.pricing
    who, what = f"provider '{p.name}': pricing policy ", "list prices of its offers [USD per million tokens]"
    wished = np.maximum(answered(who, policy, policy(outlook), p.offers.size, what), 0.0)
    return np.where(outlook.movable, wished, outlook.price)


def window_used(book: Book, orders: Floats, waiting: Floats) -> Floats:
    """Part of the time until the deadline that offers on spare machines need, by offer; 1 for all others.

    What waits over what comes is the time that it takes [Little 1961]. Where that is nothing, machines stand idle and
    cost nothing more; where it is the whole window, they have to be rented.
    """
    if not book.spare.any():
        return np.ones(book.offers)
    used, spare = np.ones(book.offers), np.flatnonzero(book.spare)
    in_time = orders[spare] * book.window_ticks[spare]
    part = np.divide(waiting[spare], in_time, out=np.zeros_like(in_time), where=in_time > 0)
    used[spare] = np.minimum(part, 1.0)
    return used


def with_parts(p: ProviderAgent, book: Book, outlook: Outlook) -> Book:
    """The book, with a provider's own prices of input and cached tokens over that of output."""
    policy, size = p.spec.pricing, 2 * p.offers.size
    who, what = f"provider '{p.name}': pricing policy ", "prices of input and cached tokens over output's, by offer"
    wished = answered(who, policy, np.ravel(policy.parts(outlook)), size, what).reshape(-1, 2)
    for j, movable, (fresh, cached) in zip(p.offers, outlook.movable, wished, strict=True):
        if movable:
            book = book.with_tariff(int(j), book.tariffs[j].with_ratios(float(fresh), float(cached)))
    return book


def route(founded: Founded, listed: Listed, firms: Firms, machines: Machines, posted: Posted) -> Posted:
    """Point every routed offer at the cheapest of its targets that has machines, at that price and a cut."""
    book, level = listed.book, listed.level
    if not founded.routes:
        return replace(posted, book=book, level=level)
    routed_to: dict[int, int] = {}
    copied = {name: getattr(book, name).copy() for name in ("work", "billed", "hours", "slots", "quality", "open")}
    level, tariffs = level.copy(), list(book.tariffs)
    price, promised, pool = book.price.copy(), book.promised.copy(), book.pool.copy()
    for j, (targets, cut) in founded.routes.items():
        ready = [t for t in targets if firms.alive[t] and machines.capacity[book.pool[t]] > 0]
        target = min(ready or targets, key=lambda t: float(book.price[t]))
        routed_to[j] = target
        price[j] = book.price[target] * (1.0 + cut)
        level[j] = level[target] * (1.0 + cut)
        tariffs[j] = book.tariffs[target]
        for values in copied.values():
            values[:, j] = values[:, target]
        promised[j], pool[j] = book.promised[target], book.pool[target]
    book = replace(book, price=price, promised=promised, pool=pool, tariffs=tuple(tariffs), **copied)
    if routed_to == posted.routed_to:
        return Posted(book, level, routed_to, posted.ahead_of)
    rank, ranks = rank_in_pool(pool, book.priority, by_rank=founded.economy.rationing.serves_by_rank)
    book = replace(book, rank=rank, ranks=ranks)
    return Posted(book, level, routed_to, served_ahead(book))


def served_ahead(book: Book) -> Floats:
    """1 where offer k is served before or with offer j, by offer j and k."""
    same_pool = book.pool[:, None] == book.pool[None, :]
    return np.asarray(same_pool & (book.rank[None, :] <= book.rank[:, None]), dtype=np.float64)
