"""Ordering: the mechanism finds prices, and users order at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import Wanted
from market.exchange.clearing.base import Cleared, Situation
from market.simulation.asking import Asking, answer_hours
from market.simulation.expecting import LOOKS_PER_DAY, own_slopes
from market.simulation.founded import Founded
from market.simulation.overflowing import overflow, places
from market.simulation.state import Expected, Firms, Machines, Ordered, Posted

type Floats = NDArray[np.float64]

#: Beyond this many the spread of a Poisson number is below what 64 bits tell apart.
CERTAIN = 1e15
#: A list that has moved by more than this since demand was last looked at has it looked at again [relative].
FAR = 0.05


def order(
    founded: Founded,
    tick: int,
    machines: Machines,
    posted: Posted,
    firms: Firms,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
) -> Ordered:
    """Users order what they want at the prices that the mechanism finds."""
    book, mechanism = posted.book, founded.economy.clearing
    asking = Asking(founded, wanted, book, firms.alive, expected.delay_h)
    any_spot = any(p.spec.spot for p in founded.providers)
    price, often = book.price, max(founded.calendar.ticks_per_day // LOOKS_PER_DAY, 1)
    looks = any_spot and (tick % often == 0 or list_has_moved(price[firms.alive], ordered.looked_at[firms.alive]))
    latent, latent_of, looked_at = ordered.latent, ordered.latent_of, ordered.looked_at
    if looks:
        latent, looked_at = without_waits(asking, expected)(book.request_prices()).requests, price
        latent_of = np.array([one.due for one in wanted])
    # Where orders are cut to what machines can do, orders at list say how many machines are worth renting.
    at_list = asking(book.request_prices()).requests if mechanism.cuts_orders and any_spot else None
    cleared = clear(founded, machines, posted, expected, asking, ordered.cleared.rents, slopes=looks)
    response, slopes = cleared.response, ordered.slopes
    if looks or mechanism.needs_slopes:
        slopes = own_slopes(response)
    orders = draw_whole(founded, response.requests) if founded.economy.whole else response.requests
    gone = come = np.zeros(book.offers)
    if founded.economy.overflow:
        orders, gone, come = to_who_has_room(asking, machines, expected, orders)
    at_list = orders if at_list is None else at_list
    return Ordered(cleared, orders, gone, come, at_list, slopes, latent, latent_of, looked_at)


def list_has_moved(price: Floats, looked_at: Floats) -> bool:
    """Whether a list price is so far from what it was at the last look that orders are others now."""
    return bool((np.abs(price - looked_at) > FAR * looked_at).any())


def to_who_has_room(
    asking: Asking, machines: Machines, expected: Expected, orders: Floats
) -> tuple[Floats, Floats, Floats]:
    """Orders, where requests for which there are no machines in this tick go to who has some.

    And those that went and came, by offer.
    """
    book = asking.book
    found = places(book, orders, expected.waiting_work.sum(axis=0), machines.capacity)
    if not (found.too_many.any() and found.room.any()):
        return orders, np.zeros(book.offers), np.zeros(book.offers)
    gone, come = overflow(without_waits(asking, expected), book.request_prices(), orders, found)
    return np.maximum(orders - gone, 0.0) + come, gone.sum(axis=0), come.sum(axis=0)


def without_waits(asking: Asking, expected: Expected) -> Asking:
    """Users as they would order if nobody had to wait."""
    book = asking.book
    return replace(asking, delay_h=answer_hours(book, np.zeros(book.offers), expected.writing_h))


def clear(
    founded: Founded,
    machines: Machines,
    posted: Posted,
    expected: Expected,
    asking: Asking,
    rents: Floats,
    *,
    slopes: bool,
) -> Cleared:
    """Let the mechanism find prices and orders, with what waits before them taken off the machines."""
    book, mechanism = posted.book, founded.economy.clearing
    before = np.bincount(book.pool, weights=expected.waiting_work.sum(axis=0), minlength=book.pools)
    with_slopes = slopes or mechanism.needs_slopes
    return mechanism.checked_clear(
        Situation(
            book,
            np.maximum(machines.capacity - before, 0.0),
            founded.supply_curves,
            lambda prices, blur_usd=0.0: asking(prices, blur_usd, slopes=with_slopes),
            rents,
        )
    )


def draw_whole(founded: Founded, expected: Floats) -> Floats:
    """Whole requests at random: Poisson, or over-dispersed, around what is expected."""
    out = np.zeros(expected.shape)
    for s, segment in enumerate(founded.economy.segments):
        burstiness = getattr(segment, "burstiness", 1.0)
        for j in np.flatnonzero(expected[s]):
            # A stream for each offer, so that another one, or another order of them, changes nobody's draws.
            rng = founded.streams.stream("arrivals", segment.name, str(founded.offer_names[j]))
            rate = float(expected[s, j])
            if burstiness > 1.0:
                rate = float(rng.gamma(rate / (burstiness - 1.0), burstiness - 1.0))
            out[s, j] = rng.poisson(rate) if rate < CERTAIN else np.rint(rate)
    return out
