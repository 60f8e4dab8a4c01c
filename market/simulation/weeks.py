"""Weeks: what providers know of each hour of the week, and what they could sell in it at other prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.exchange.books import Book
from market.simulation.asking import Asking
from market.simulation.founded import Founded
from market.simulation.state import Known, Machines, Ordered, Posted, Posting, Weeks
from market.supply.provider import ProviderAgent
from market.supply.week import Asked, Damping, Week

type Floats = NDArray[np.float64]

#: Weight of this week in what is usual, at the least.
THIS_WEEK = 0.5
#: Where nobody ever changed the hours.
NEVER = Posting(-1, 1.0, Damping())


def unknown_weeks(providers: int, ticks: int) -> Weeks:
    """Nothing is known of any hour of the week."""
    none = np.zeros((providers, ticks))
    return Weeks(np.full((providers, ticks), np.nan), none, none, np.zeros(ticks))


def learn_weeks(
    founded: Founded, tick: int, machines: Machines, posted: Posted, ordered: Ordered, weeks: Weeks
) -> Weeks:
    """What was ordered and what machines there were become part of what is usual in this hour of the week.

    Nothing is remembered where nobody asks.
    """
    if not any(p.spec.pricing.moves_hours for p in founded.providers):
        return weeks
    book, now, hours = posted.book, founded.calendar.week_period(tick), founded.hours
    work = (ordered.orders * book.work).sum(axis=0) * ~book.spare
    by_pool = np.bincount(book.pool, weights=work, minlength=book.pools)
    load, seen, held = weeks.load.copy(), weeks.seen.copy(), weeks.held.copy()
    for p in founded.providers:
        k = p.number
        if tick == posted.hours.get(k, NEVER).tick:
            seen[k] = 0.0  # what was ordered under other hours is no guide
        weight = max(1.0 / (seen[k, now] + 1.0), THIS_WEEK)
        before = 0.0 if seen[k, now] == 0.0 else load[k, now]
        load[k, now] = before + weight * (float(by_pool[p.pools].sum()) - before)
        seen[k, now] += 1.0
        held[k, now] = float(machines.capacity[p.pools].sum()) - float(machines.spot_racks[k]) * hours
    rent = weeks.rent_usd.copy()
    rent[now] = machines.allotment.price
    return Weeks(load, seen, held, rent)


def week_of(
    p: ProviderAgent,
    asking: Asking,
    tick: int,
    level: Floats,
    factor: Floats,
    hours: Mapping[int, Posting],
    known: Known,
) -> Week:
    """What a provider knows of its week.

    ``asking``: users with the waits that they think usual; ``factor``: what the hour multiplies each offer's bill by.
    """
    calendar, weeks, k = asking.founded.calendar, known.weeks, p.number
    count, now = calendar.ticks_per_week, calendar.week_period(tick)
    ticks = tick - now + np.arange(count)  # this week's, from Monday on: the days that are over like those to come
    ticks = np.where(ticks < 0, ticks + count, ticks)
    blocked = may_be_blocked(p, asking.book)
    first = int(p.offers[blocked][0]) if blocked.any() else -1
    of_hour = np.ones(count)
    if first >= 0 and k in hours:
        tariff = asking.book.tariffs[first]
        of_hour = np.array([tariff.factor(calendar.moment(int(t)), calendar.tick_hours) for t in ticks])
    before = hours.get(k, NEVER)
    seen = np.where(weeks.seen[k] > 0, weeks.load[k], np.nan)
    wants = [cohort.would_want_in(ticks.tolist()) for cohort in asking.founded.cohorts]
    return Week(
        ticks_per_day=calendar.ticks_per_day,
        begin_h=(calendar.hour_of_day(tick) - calendar.tick_hours / 2.0) % calendar.tick_hours,
        load=seen,
        held=weeks.held[k],
        rent_usd=weeks.rent_usd if p.spec.spot else np.full(count, np.inf),
        term_usd=p.term_usd,
        factor=of_hour,
        mean=before.mean,
        damping=before.damping,
        now=now,
        ask=partial(ask, p, asking, wants, level, blocked, factor),
    )


def may_be_blocked(p: ProviderAgent, book: Book) -> NDArray[np.bool_]:
    """Own offers whose bill the hour may multiply: lists that move, but not of tiers that wait for spare machines."""
    return np.asarray(p.movable & ~book.spare[p.offers])


def ask(
    p: ProviderAgent,
    asking: Asking,
    wants: Sequence[Sequence[tuple[Wanted, Floats]]],
    level: Floats,
    blocked: NDArray[np.bool_],
    factor: Floats,
    multiple: float,
) -> Asked:
    """What a provider would sell in each tick of the week at so many times its lists, the others' as they stand."""
    book, own = asking.book, p.offers
    price = (level * factor)[own]
    price = np.where(blocked, level[own] * multiple, price)
    trial = book.request_prices()
    trial[:, own] = price * book.billed[:, own]
    count = wants[0][0][1].size if wants else 0
    bill, other, cost, work, surplus = (np.zeros(count) for _ in range(5))
    upkeep = p.marginal_cost(np.zeros(own.size), 0.0)
    use = p.marginal_cost(np.ones(own.size), 0.0) - upkeep
    load = book.work[:, own] * ~book.spare[own]
    for part in range(max((len(some) for some in wants), default=0)):
        shares = np.array([some[part][1] if part < len(some) else np.zeros(count) for some in wants])
        wanted = tuple(some[min(part, len(some) - 1)][0] for some in wants)
        response = replace(asking, wanted=wanted)(trial)
        sold = response.requests[:, own]
        billed = sold * book.billed[:, own]
        bill += (billed * (level[own] * blocked)).sum(axis=1) @ shares
        other += (billed * (price * ~blocked)).sum(axis=1) @ shares
        cost += (billed * upkeep + sold * book.work[:, own] * use).sum(axis=1) @ shares
        work += (sold * load).sum(axis=1) @ shares
        surplus += response.surplus @ shares
    return Asked(bill, other, cost, work, surplus)
