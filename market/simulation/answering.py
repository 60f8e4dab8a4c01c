"""Waits that answer: demand at prices that are tried, when all have seen what they do to waits.

Whoever makes a tier cheaper fills it, and its buyers wait longer, as do those of all ranks below. Orders o at prices p
and waits w, and waits at orders, as the exchange works them out (``exchange.waits``), come to rest where both hold:

    o = O(p, w),   w = W(o)                                                                                          (1)
    do/dp = O_p + O_w w',   w' = (1 - W_o O_w)^-1 W_o O_p                                                            (2)

[Mendelson and Whang 1990; Afeche 2013]. The waits of all ranks of the own machines are found together, and with them
how fast answers are written where that goes with the load. Other sellers' waits are as they are, and so are those of
tiers on spare machines, which take what is left until their deadline. Who rents machines by the hour rents as many as
keep them as busy as they usually are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.demand.segment import Segment
from market.exchange.books import Book
from market.exchange.clearing.base import Response
from market.exchange.waits import Backlog, WaitModel
from market.simulation.asking import Asking, answer_hours, writing_hours
from market.simulation.looking import longest_wait_h
from market.simulation.research import Estimated, Research
from market.supply.outlook import Estimate

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

#: Who is asked for more than its machines do all day has who waits wait for that [h].
DAY_H = 24.0
#: Steps by which slopes are found as differences, in logs of waits and in loads.
STEP = 1e-4
#: How near to rest the search comes, in the same, and its steps at most.
NEAR, STEPS = 1e-9, 60
#: A step is at most so long, and is halved up to so many times where it leads farther from rest.
FARTHEST, HALVINGS = 4.0, 8
#: Part of the way to what orders make of waits that is gone where no better step is known.
DAMPED = 0.1
#: Users who take the best without fail share ties within this part of what a request is worth.
BLUR = 0.003


@dataclass(frozen=True)
class Queues:
    """A seller's machines, and how long requests wait for them.

    Attributes:
        waits: how requests wait by the load of a pool.
        impatience: rate at which requests that wait leave [1/h], by segment.
        hours: length of a tick [h].
        pools: numbers of its own pools.
        held: work that its machines can do in a tick, whatever it sells [rack-h], by pool of all.
        busy: part of machines that is usually used, where it rents them as it needs them, by pool; infinite where not.
        wait_h: what requests wait now, by offer, and ``load`` how busy machines are now, by pool: where to start.
        between_h: time from one request that is done to the next where machines are busy [h], by pool: waits that are
            shorter go with load, and longer ones with its log.
    """

    waits: WaitModel
    impatience: Floats
    hours: float
    pools: Ints
    held: Floats
    busy: Floats
    wait_h: Floats
    load: Floats
    between_h: Floats

    def capacity(self, book: Book, orders: Floats) -> Floats:
        """Work that can be done in a tick with these orders [rack-h], by pool."""
        asked = np.bincount(book.pool, weights=(orders * book.work).sum(axis=0), minlength=book.pools)
        return np.maximum(self.held, asked / self.busy)

    def rest(self, book: Book, orders: Floats) -> tuple[Floats, Floats]:
        """What requests wait if orders stay as they are [h], by offer, and how busy machines are, by pool."""
        capacity, days = self.capacity(book, orders), DAY_H / self.hours
        none = Backlog(np.zeros(orders.shape), self.impatience)
        waits = self.waits.expected(book, orders * days, none, capacity * days, DAY_H)
        asked = np.bincount(book.pool, weights=(orders * book.work).sum(axis=0), minlength=book.pools)
        load = np.divide(asked, capacity, out=np.zeros(asked.shape), where=capacity > 0)
        most = longest_wait_h(capacity, book.pool)
        return np.minimum(np.maximum(np.nan_to_num(waits, nan=np.inf), 0.0), most), np.minimum(load, 1.0)


class Rest:
    """Orders and waits at some prices, when both have come to rest: equation (1).

    What is looked for are the logs of waits by place in the order of service, and loads where answers are
    written slower for them.
    """

    def __init__(self, asking: Asking, trial: Floats, queues: Queues) -> None:
        """``trial``: prices of a request that are tried [USD], by segment and offer."""
        self.asking, self.trial, self.queues, book = asking, trial, queues, asking.book
        own = np.isin(book.pool, queues.pools) & ~book.spare
        place = np.where(own, book.pool * book.ranks + book.rank, -1)
        found, self.first, self.number = np.unique(place, return_index=True, return_inverse=True)
        self.first, self.number = self.first[found >= 0], self.number - int((found < 0).any())
        slower = np.ptp(book.hours[:, own], axis=(0, 2)).any() if own.any() else False
        self.loads = queues.pools if slower else queues.pools[:0]
        self.own = own
        self.short = queues.between_h[book.pool[self.first]]
        self.blur = np.array([_blur(users) for users in asking.founded.economy.segments])

    def numbers(self, wait_h: Floats, load: Floats) -> Floats:
        """What is looked for, of waits by offer and loads by pool."""
        return np.append(np.log(wait_h[self.first] + self.short), load[self.loads])

    def asking_at(self, numbers: Floats) -> Asking:
        """Users who expect these."""
        book, count = self.asking.book, self.first.size
        wait = np.maximum(np.exp(numbers[:count]) - self.short, 0.0)
        load = self.queues.load.copy()
        load[self.loads] = numbers[count:]
        own_wait = np.where(self.own, wait[self.number] if count else 0.0, 0.0)
        delay = np.where(self.own, answer_hours(book, own_wait, writing_hours(book, load)), self.asking.delay_h)
        return replace(self.asking, delay_h=delay)

    def orders(self, numbers: Floats) -> Floats:
        """What users order who expect these, by segment and offer."""
        return self.asking_at(numbers)(self.trial, self.blur).requests

    def after(self, orders: Floats) -> Floats:
        """What orders make of them."""
        return self.numbers(*self.queues.rest(self.asking.book, orders))

    @cached_property
    def found(self) -> tuple[Floats, Floats]:
        """Numbers at rest and orders: Newton's steps, halved where they lead away, with slopes kept up by Broyden's."""
        at = self.numbers(self.queues.wait_h, self.queues.load)
        orders = self.orders(at)
        off = self.after(orders) - at
        slopes: Floats | None = None
        for _ in range(STEPS):
            size = float(np.max(np.abs(off), initial=0.0))
            if size < NEAR:
                break
            fresh = slopes is None
            if slopes is None:
                slopes = self.by_numbers(at, orders)[0] - np.eye(at.size)
            step = -np.linalg.lstsq(slopes, off, rcond=None)[0]
            step *= min(1.0, FARTHEST / max(float(np.max(np.abs(step))), 1e-300))
            for _ in range(HALVINGS):
                orders_there = self.orders(at + step)
                there = self.after(orders_there) - (at + step)
                if np.max(np.abs(there)) < size:
                    break
                step = 0.5 * step
            else:
                if not fresh:
                    slopes = None
                    continue
                step = DAMPED * off
                orders_there = self.orders(at + step)
                there = self.after(orders_there) - (at + step)
            slopes = slopes + np.outer(there - off - slopes @ step, step) / float(step @ step)
            at, orders, off = at + step, orders_there, there
        return at, orders

    def by_numbers(self, at: Floats, orders: Floats) -> tuple[Floats, Floats]:
        """How what orders make of waits, and orders themselves, go with what is expected: W_o O_w and O_w."""
        now, of_waits, of_orders = self.after(orders), [], []
        for k in range(at.size):
            step = np.zeros(at.size)
            step[k] = STEP
            changed = self.orders(at + step)
            of_waits.append((self.after(changed) - now) / STEP)
            of_orders.append((changed - orders) / STEP)
        return np.array(of_waits).T.reshape(at.size, at.size), np.array(of_orders).reshape(at.size, *orders.shape)

    @cached_property
    def response(self) -> Response:
        """What users answer at rest, with slopes by price at these waits."""
        return self.asking_at(self.found[0])(self.trial, self.blur, slopes=True)

    def by_price(self, directions: Floats) -> Floats:
        """Change of orders with each direction of prices of a request, at rest: equation (2).

        ``directions``: by direction, segment and offer.
        """
        at, orders = self.found
        direct = np.array(
            [[self.response.derivative(s) @ one[s] for s in range(orders.shape[0])] for one in directions]
        ).reshape(len(directions), *orders.shape)
        if at.size == 0:
            return direct
        of_waits, of_orders = self.by_numbers(at, orders)
        size = np.maximum(np.abs(direct).sum(axis=(1, 2)), 1e-300)
        total = float(orders.sum())
        pushed = []
        for one, all_of_it in zip(direct, size, strict=True):
            apart = STEP * max(total, 1e-300) / all_of_it
            more, less = (self.after(np.maximum(orders + sign * apart * one, 0.0)) for sign in (1.0, -1.0))
            pushed.append((more - less) / (2.0 * apart))
        moved = np.linalg.lstsq(np.eye(at.size) - of_waits, np.array(pushed).T, rcond=None)[0]
        return np.asarray(direct + np.einsum("nd,nsj->dsj", moved, of_orders))


def _blur(users: object) -> float:
    """Width within which ties are shared [USD], where users of a segment take the best without fail."""
    if not isinstance(users, Segment) or users.taste_noise > 0.0:
        return 0.0
    return BLUR * users.worth_usd / users.price_coefficient


class Answered(Estimated):
    """Demand for own offers at own prices, once all have seen what these do to waits at the own machines."""

    _rest: Rest

    def __init__(self, asking: Asking, factor: Floats, own: Ints, prices: Floats, queues: Queues) -> None:
        """``factor``: what the hour multiplies list prices by, by offer."""
        super().__init__(asking, factor, own, prices)
        apart = replace(asking, wanted=tuple(one.apart() for one in asking.wanted))
        self.__dict__.update(_rest=Rest(apart, self._trial, queues))

    @cached_property
    def demand(self) -> Floats:
        """Million output-equivalent tokens a tick, by own offer."""
        return np.asarray((self._to_own(self._rest.found[1]) * self._billed).sum(axis=0))

    @cached_property
    def own(self) -> Floats:
        """Fall with the own price, by own offer."""
        return -np.diagonal(self._derivative)

    @cached_property
    def cross(self) -> Floats:
        """Rise with other own prices, by own offer and other."""
        return self._derivative * (1.0 - np.eye(self._offers.size))

    @cached_property
    def _derivative(self) -> Floats:
        """Rise of demand for an own offer with the list price of another, by both."""
        directions = np.zeros((self._offers.size, *self._trial.shape))
        for k, offer in enumerate(self._offers):
            directions[k, :, offer] = self._paid[:, k]
        if self._following is not None:
            directions = np.array([self._following.priced(one) for one in directions])
        changes = self._to_own(self._rest.by_price(directions))
        return np.asarray(np.einsum("dsj,sj->jd", changes, self._billed))


@dataclass(frozen=True)
class Answering:
    """Market research of a seller that knows what its prices do to waits.

    Attributes:
        research: about users as they expect waits now.
        queues: its own machines.
    """

    research: Research
    queues: Queues

    def of_tick(self, book: Book, factor: Floats, own: Ints, prices: Floats) -> Estimate:
        """Demand for own offers at own prices in the tick that comes.

        ``factor``: what the hour multiplies list prices by, by offer.
        """
        return Answered(self.research.in_tick(book), factor, own, prices, self.queues)

    def of_usual_tick(self, book: Book, now: Floats, own: Ints, prices: Floats) -> Estimate:
        """The same in a tick of mean load; see ``Research``."""
        usually, factor = self.research.over_the_week(book, now, own)
        return Answered(usually, factor, own, prices, self.queues)
