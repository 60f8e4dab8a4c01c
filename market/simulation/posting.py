"""Posting: providers post list prices, and brokers send their users to the cheapest of others' offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial

import numpy as np
from numpy.typing import NDArray

from capacity.errors import InputError, require
from market.demand.cohort import Wanted
from market.events.effects import Effects
from market.exchange.books import Book, rank_in_pool
from market.exchange.tariff import MOST_OVER_OUTPUT
from market.exchange.tier_terms import TierTerms
from market.kinds import named
from market.simulation.answering import Answering, Queues
from market.simulation.asking import Asking, answer_hours, writing_hours
from market.simulation.billing import bills_of
from market.simulation.founded import Founded
from market.simulation.research import Research, toll
from market.simulation.residual import AmongFull
from market.simulation.state import Expected, Firms, Known, Machines, Ordered, Posted, Posting, Terms
from market.simulation.weeks import may_be_blocked, week_of
from market.supply.bills import Parts
from market.supply.outlook import Hours, Outlook
from market.supply.provider import ProviderAgent

type Floats = NDArray[np.float64]

#: Requests that follow each other faster than this do not wait for each other [h].
SHORTEST_H = 1e-9


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
    effects: Effects,
) -> Posted:
    """Providers see their outlook and post list prices."""
    level = firms.with_openings(posted.level)
    listed = Listed(terms.book, level, hour_factors(founded, terms.book, tick) * effects.bill, posted.hours)
    fresh = effects.fresh.copy()
    fresh[list(firms.opening)] = True
    opened = np.where(fresh, float(tick), posted.opened)
    for p in founded.promoting:
        anew = p.spec.pricing.lists_anew((tick - opened[p.own]) * founded.hours, founded.hours)
        fresh[p.own] |= anew & firms.alive[p.own]
    looking = [p for p in founded.providers if looks_at_list(p, tick, founded.hours, fresh)]
    if looking:
        now = replace(effects, fresh=fresh)
        listed = new_prices(
            founded, tick, looking, listed, opened, firms, machines, wanted, expected, ordered, known, now
        )
    if effects.held.any():
        listed = replace(listed, level=np.where(effects.held, level * effects.times, listed.level))
    return replace(route(founded, listed, firms, machines, posted), opened=opened)


@dataclass(frozen=True)
class Listed:
    """Offers, their list prices before the hour's factor [USD per million tokens], and that factor, by offer.

    Also which hours providers have made dearer, by their numbers.
    """

    offers: Book
    level: Floats
    factor: Floats
    hours: Mapping[int, Posting]

    @cached_property
    def book(self) -> Book:
        """The offers as they are priced in this hour."""
        return replace(self.offers, price=self.level * self.factor)

    def with_own(self, p: ProviderAgent, other: Listed, tick_hours: float) -> Listed:
        """The same lists, but a provider's own as they are in another."""
        level, factor, hours = self.level.copy(), self.factor.copy(), dict(self.hours)
        level[p.offers], factor[p.offers] = other.level[p.offers], other.factor[p.offers]
        offers = self.offers
        for j in p.offers:
            if other.offers.tariffs[j] is not offers.tariffs[j]:
                offers = offers.with_tariff(int(j), other.offers.tariffs[j])
            if other.offers.listings[j] is not offers.listings[j]:
                offers = offers.with_terms(int(j), other.offers.listings[j].terms, tick_hours)
        if p.number in other.hours:
            hours[p.number] = other.hours[p.number]
        return Listed(offers, level, factor, hours)


def looks_at_list(p: ProviderAgent, tick: int, tick_hours: float, fresh: NDArray[np.bool_]) -> bool:
    """Whether a provider looks at its list in this tick.

    ``fresh``: offers that are new: their list opens whenever they come.
    """
    policy = p.spec.pricing
    if not policy.moves_prices or not p.offers.size:
        return False
    return policy.looks(tick, tick_hours) or bool(fresh[p.own].any())


def hour_factors(founded: Founded, book: Book, tick: int) -> Floats:
    """What each offer's tariff multiplies its bill by in this tick."""
    begin, hours = founded.calendar.moment(tick), founded.hours
    return np.array([tariff.factor(begin, hours) for tariff in book.tariffs])


def new_prices(
    founded: Founded,
    tick: int,
    looking: Sequence[ProviderAgent],
    listed: Listed,
    opened: Floats,
    firms: Firms,
    machines: Machines,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
    known: Known,
    effects: Effects,
) -> Listed:
    """Tariffs and list prices of all offers, of who looks at its own by its policy, as everybody else's stand."""
    book = listed.book
    work_ordered = (ordered.orders * book.work).sum(axis=0)
    delay = answer_hours(book, known.chance_wait_h + expected.backlog_wait_h, writing_hours(book, known.load))
    sight = Sight(
        founded,
        tick,
        machines,
        ordered,
        known,
        np.bincount(book.pool, weights=work_ordered, minlength=book.pools),
        expected,
        Research(founded, tick, firms.alive, delay, firms.alive & (machines.capacity[book.pool] > 0)),
        Asking(founded, wanted, book, firms.alive, expected.delay_h),
        effects,
        opened,
    )
    made = listed
    for p in looking:
        try:
            made = made.with_own(p, own_list(sight, p, listed), founded.hours)
        except InputError as error:
            raise InputError(f"provider '{p.name}': {error}") from error
    return made


@dataclass(frozen=True)
class Sight:
    """What providers look at when they make their lists.

    Attributes:
        founded, tick, machines, ordered, known: as in the state.
        work_ordered: by pool [rack-h].
        expected: delays that users expect.
        research: what users would want, at the waits that they think usual.
        last: users as they were in the last tick.
        effects: what events do in this tick; its ``fresh`` are all offers that are new, newcomers' too, or listed anew.
        opened: tick in which an offer was first sold, by offer.
    """

    founded: Founded
    tick: int
    machines: Machines
    ordered: Ordered
    known: Known
    work_ordered: Floats
    expected: Expected
    research: Research
    last: Asking
    effects: Effects
    opened: Floats

    def toll(self, book: Book, own: NDArray[np.int64]) -> Floats:
        """What one more order of each own offer cost the others last tick by waiting [USD per million tokens]."""
        return toll(replace(self.last, book=book), self.ordered, self.machines.capacity, own)

    def research_of(self, p: ProviderAgent, book: Book) -> Research | AmongFull | Answering:
        """What a provider finds out about demand, with waits that answer or rivals that are full if it counts that."""
        research = self.on_terms_of(book)
        if p.spec.pricing.counts_waits:
            return Answering(research, self.queues_of(p, book))
        if not (p.spec.pricing.counts_full_rivals and self.founded.economy.overflow):
            return research
        capacity = self.machines.capacity.copy()
        capacity[p.pools] = np.inf
        return AmongFull(research, capacity)

    def on_terms_of(self, book: Book) -> Research:
        """What users would want with the least delays and speeds of these offers."""
        if book.hours is self.last.book.hours and book.least_h is self.last.book.least_h:
            return self.research
        wait_h = self.known.chance_wait_h + self.expected.backlog_wait_h
        return replace(self.research, delay_h=answer_hours(book, wait_h, writing_hours(book, self.known.load)))

    def queues_of(self, p: ProviderAgent, book: Book) -> Queues:
        """A provider's machines, and how long requests wait for them."""
        held, hours, known = self.machines.capacity.copy(), self.founded.hours, self.known
        busy = np.full(held.size, np.inf)
        if p.spec.spot:
            first = p.pools[0]
            held[first] = max(held[first] - float(self.machines.spot_racks[p.number]) * hours, 0.0)
            busy[first] = known.load[first] if known.load[first] > 0 else 1.0 / (1.0 + p.spec.headroom)
        pools = np.array(p.pools, dtype=np.int64)
        return Queues(
            self.founded.economy.waits,
            self.founded.impatience,
            hours,
            pools,
            held,
            busy,
            known.chance_wait_h,
            known.load,
            self.between_h(book),
        )

    def between_h(self, book: Book) -> Floats:
        """Mean time from one request that is done to the next where machines are busy [h], by pool."""
        count = np.bincount(book.pool, minlength=book.pools)
        work = np.bincount(book.pool, weights=book.work.mean(axis=0), minlength=book.pools) / np.maximum(count, 1)
        racks = self.machines.capacity / self.founded.hours
        return np.clip(np.divide(work, racks, out=np.ones(work.shape), where=racks > 0), SHORTEST_H, 1.0)

    def outlook(self, p: ProviderAgent, listed: Listed) -> Outlook:
        """What a provider sees with these lists."""
        book = listed.book
        research, used = self.research_of(p, book), window_used(book, self.known, self.tick)
        outlook = p.outlook(
            book,
            listed.level,
            self.opened,
            self.founded.calendar,
            self.tick,
            self.ordered.orders,
            self.machines.capacity,
            self.work_ordered,
            used,
            partial(self.toll, book),
            partial(research.of_tick, book, listed.factor),
            partial(research.of_usual_tick, book, listed.factor),
        )
        if (listed.factor[p.offers] != 1.0).any():
            outlook = replace(outlook, factor=listed.factor[p.offers])
        if p.rises and not self.founded.economy.clearing.charges_rents:  # else users pay for scarce machines on top
            outlook = replace(outlook, rising=partial(p.rising_cost, outlook.work))
        if p.spec.pricing.moves_parts:
            bills = partial(bills_of, self.on_terms_of(book), p, book, listed.level, self.ordered.orders, used)
            outlook = replace(outlook, bills=cache(bills))
        if p.spec.pricing.moves_terms:
            outlook = replace(
                outlook,
                terms=tuple(book.listings[j].terms for j in p.offers),
                may_choose=tuple((*offer.tier.may_choose, offer.tier.terms) for offer in p.spec.offers),
                on_terms=lambda terms: self.outlook(p, on_terms(p, listed, terms, self.founded.hours)),
            )
        if not p.spec.pricing.moves_hours:
            return outlook
        users = self.on_terms_of(book).in_tick(book)
        week = partial(week_of, p, users, self.tick, listed.level, listed.factor, listed.hours, self.known)
        return replace(outlook, blocked=may_be_blocked(p, book), week=cache(week))


def own_list(sight: Sight, p: ProviderAgent, listed: Listed) -> Listed:
    """The lists with a provider's own made anew by its policy.

    Terms of tiers are settled first, then what input, cached and long tokens cost over output, then the hours that are
    dearer, since the price of output has to fit them.
    """
    policy = p.spec.pricing
    outlook = sight.outlook(p, listed)
    if policy.moves_terms and (posted := policy.checked_terms(outlook)) is not None:
        listed = on_terms(p, listed, posted.terms, sight.founded.hours)
        level = listed.level.copy()
        level[p.offers] = np.where(outlook.movable, posted.price, outlook.price)
        listed = replace(listed, level=level)
        outlook = sight.outlook(p, listed)
    if policy.moves_parts and (parts := policy.checked_parts(outlook)) is not None:
        listed = with_parts(p, listed, outlook, parts)
        outlook = sight.outlook(p, listed)
    if policy.moves_hours and (hours := policy.dear_hours(outlook)) is not None:
        listed = with_hours(sight, p, listed, outlook, hours)
        outlook = sight.outlook(p, listed)
    level = listed.level.copy()
    level[p.offers] = asked_price(p, outlook, sight.effects.fresh[p.offers])
    return Listed(listed.offers, level, listed.factor, listed.hours)


def on_terms(p: ProviderAgent, listed: Listed, terms: Sequence[TierTerms], tick_hours: float) -> Listed:
    """The lists with a provider's own tiers on other terms, by own offer."""
    book = listed.offers
    for j, one in zip(p.offers, terms, strict=True):
        if one != book.listings[j].terms:
            book = book.with_terms(int(j), one, tick_hours)
    return replace(listed, offers=book)


def with_hours(sight: Sight, p: ProviderAgent, listed: Listed, outlook: Outlook, hours: Hours) -> Listed:
    """The lists with a provider's dearer hours as it has just chosen them, and its list of the others."""
    blocked = outlook.blocked
    where = f"{named('pricing policy', p.spec.pricing)}: hours of the week"
    require(where + ": level", hours.level, at_least=0)
    book, level = listed.offers, listed.level.copy()
    for j in p.offers[blocked]:
        book = book.with_tariff(int(j), book.tariffs[j].with_hours(hours.parts))
    level[p.offers[blocked]] *= hours.level
    posting = Posting(sight.tick, hours.mean, hours.damping)
    factor = hour_factors(sight.founded, book, sight.tick) * sight.effects.bill
    return Listed(book, level, factor, {**listed.hours, p.number: posting})


def asked_price(p: ProviderAgent, outlook: Outlook, fresh: NDArray[np.bool_]) -> Floats:
    """What a provider's policy wants, but for offers whose list price stays [USD per million output tokens].

    ``fresh``: own offers that are new: the policy says where their list opens.
    """
    policy = p.spec.pricing
    wished = policy.checked_prices(outlook)
    if fresh.any():
        new = replace(outlook, movable=outlook.movable & fresh)
        wished = np.where(fresh, policy.checked_opening(new), wished)
    return np.where(outlook.movable, wished, outlook.price)


def window_used(book: Book, known: Known, tick: int) -> Floats:
    """Part of the time until the deadline that offers on spare machines need, by offer; 1 for all others.

    What waits over what comes is the time that it takes [Little 1961], over a week, or the later half of the run so
    far: a list that went by one hour would be dear after an hour in which much came, be left, and fall. Where that time
    is nothing, machines stand idle and cost nothing more; where it is the whole window, they have to be rented.
    """
    used, spare = np.ones(book.offers), np.flatnonzero(book.spare)
    if not spare.size:
        return used
    week = known.queues_of_week.shape[-1]
    lately = np.arange(tick - min((tick + 1) // 2, week), tick) % week
    ordered, waiting = known.queues_of_week[:, spare][..., lately].sum(axis=-1)
    in_time = ordered * book.window_ticks[spare]
    part = np.divide(waiting, in_time, out=np.zeros(in_time.shape), where=in_time > 0)
    used[spare] = np.minimum(part, 1.0)
    return used


def with_parts(p: ProviderAgent, listed: Listed, outlook: Outlook, parts: Parts) -> Listed:
    """The lists, with a provider's own prices of input, cached and long tokens over that of output, and its level."""
    book, level = listed.offers, listed.level.copy()
    for j, movable, ratios, by in zip(
        p.offers, outlook.movable, np.minimum(parts.ratios, MOST_OVER_OUTPUT), parts.level, strict=True
    ):
        if movable:
            fresh, cached, *long = map(float, ratios)
            book = book.with_tariff(int(j), book.tariffs[j].with_ratios(fresh, cached).with_surcharge(*long))
            level[j] *= by
    return Listed(book, level, listed.factor, listed.hours)


def route(founded: Founded, listed: Listed, firms: Firms, machines: Machines, posted: Posted) -> Posted:
    """Point every routed offer at the cheapest of its targets that has machines, at that price and a cut."""
    book, level = listed.book, listed.level
    if not founded.routes:
        return Posted(book, level, posted.routed_to, posted.ahead_of, posted.opened, listed.hours)
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
        return Posted(book, level, routed_to, posted.ahead_of, posted.opened, listed.hours)
    rank, ranks = rank_in_pool(pool, book.priority, by_rank=founded.economy.rationing.serves_by_rank)
    book = replace(book, rank=rank, ranks=ranks)
    return Posted(book, level, routed_to, served_ahead(book), posted.opened, listed.hours)


def served_ahead(book: Book) -> Floats:
    """1 where offer k is served before or with offer j, by offer j and k."""
    same_pool = book.pool[:, None] == book.pool[None, :]
    return np.asarray(same_pool & (book.rank[None, :] <= book.rank[:, None]), dtype=np.float64)
