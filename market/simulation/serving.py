"""Clearing: users order, pools serve, the rest waits, moves or leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.demand.individuals import LogitCohort
from market.exchange.clearing.base import Situation
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.simulation.research import latent_orders

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


#: How far an hour may be from the usual to count for what is expected of the next: more is an accident.
SURPRISE = (0.2, 5.0)


def form_requests(model: TokenMarket) -> None:
    """Users find out what they want, and put off what can wait."""
    for cohort in model.cohorts:
        cohort.form_requests(model.tick)


def clear(model: TokenMarket) -> None:
    """Users order, capacity serves, the rest waits or leaves."""
    book, economy = model.book, model.economy
    waiting_work = model.queue.backlog(book.work)
    before = np.bincount(book.pool, weights=waiting_work, minlength=book.pools)
    present = backlog_wait(model, waiting_work)
    model.backlog_wait_h = model.backlog_wait_h + learning_pace(model) * (present - model.backlog_wait_h)
    situation = Situation(
        book, np.maximum(model.capacity - before, 0.0), model.supply_curves, model.respond, model.rents
    )
    # Spot buyers look a few times a day at the slope of their demand, and at what it would be without waits.
    look = model.tick % max(model.calendar.ticks_per_day // 4, 1) == 0 and any(p.spec.spot for p in model.providers)
    model.slopes_wanted = look or isinstance(economy.clearing, ScarcityAuction)
    if look:
        model.latent_orders = latent_orders(model)
    auction = isinstance(economy.clearing, ScarcityAuction) and any(p.spec.spot for p in model.providers)
    # In an auction orders are cut to what machines can do; how many machines are worth renting, orders at list say.
    at_list = model.respond(book.request_prices()).requests if auction else None
    model.cleared = economy.clearing.clear(situation)
    if model.slopes_wanted:
        response = model.cleared.response
        model.demand_slopes = response.own - np.diagonal(response.cross, axis1=1, axis2=2)
    model.rents = model.cleared.rents
    expected = model.cleared.response.requests
    model.orders = arrivals(model, expected) if economy.whole else expected
    rng = model.streams.stream("rationing")
    waits = economy.waits.expected(book, model.orders, waiting_work, model.capacity, model.calendar.tick_hours)
    model.wait_h = np.minimum(waits, model.longest_wait_h)
    model.round = model.queue.serve(book, model.orders, model.capacity, economy.rationing, rng, ~model.alive)
    model.joined = fall_back(model)
    model.used = model.round.used
    remember(model, expected, waits - present)
    learn_orders(model, at_list if at_list is not None else expected)


def learning_pace(model: TokenMarket) -> float:
    """Weight of the present tick in what users think is usual."""
    return 1.0 / model.economy.learning_ticks if model.tick > 0 else 1.0


def backlog_wait(model: TokenMarket, waiting_work: Floats) -> Floats:
    """How long what waits now takes to serve [h], by offer: own rank and those above."""
    book = model.book
    if not waiting_work.any():
        return np.zeros(book.offers)
    ahead = model.ahead_of @ waiting_work
    rate = model.capacity[book.pool] / model.calendar.tick_hours
    with np.errstate(over="ignore"):
        wait = np.divide(ahead, rate, out=np.where(ahead > 0, model.no_service_wait_h, 0.0), where=rate > 0)
    return np.asarray(np.minimum(wait, model.longest_wait_h))


def arrivals(model: TokenMarket, expected: Floats) -> Floats:
    """Whole requests at random: Poisson, or over-dispersed, around what is expected."""
    out, book = np.zeros(expected.shape), model.book
    for s, segment in enumerate(model.economy.segments):
        burstiness = getattr(segment, "burstiness", 1.0)
        for j in np.flatnonzero(expected[s]):
            # A stream for each offer, so that another one, or another order of them, changes nobody's draws.
            rng = model.streams.stream("arrivals", segment.name, book.names[j])
            rate = float(expected[s, j])
            if burstiness > 1.0:
                rate = float(rng.gamma(rate / (burstiness - 1.0), burstiness - 1.0))
            # Beyond 1e15 the spread of a Poisson variable is below what 64 bits tell apart.
            out[s, j] = rng.poisson(rate) if rate < 1e15 else np.rint(rate)
    return out


def fall_back(model: TokenMarket) -> Floats:
    """Those who lost patience join their next-best offer, or give up; returns who joined where."""
    left = model.round.left_impatient
    if not model.economy.fallback or not left.any():
        return np.zeros(left.shape)
    weights = model.cleared.response.requests * model.alive
    outside = np.maximum(model.cleared.response.nothing, 0.0)
    if model.economy.whole:
        joined = whole_fall_back(model, left, weights, outside)
    else:
        # Sums over the others, not the sum over all less the own: that would cancel.
        without_own = 1.0 - np.eye(left.shape[1])
        others = weights @ without_own + outside[:, None]
        rate = np.divide(left, others, out=np.zeros_like(left), where=others > 1e-200)
        joined = weights * (rate @ without_own)
    model.queue.add(joined)
    return np.asarray(joined)


def whole_fall_back(model: TokenMarket, left: Floats, weights: Floats, outside: Floats) -> Floats:
    """Fall back in whole requests: each draws where it goes."""
    rng = model.streams.stream("fallback")
    joined = np.zeros(left.shape)
    for s, j in zip(*np.nonzero(left), strict=True):
        chance = np.append(weights[s], outside[s])
        chance[j] = 0.0
        if chance.sum() > 0:
            joined[s] += rng.multinomial(int(left[s, j]), chance / chance.sum())[:-1]
    return joined


def remember(model: TokenMarket, expected: Floats, chance_waits: Floats) -> None:
    """Users and providers take note of the tick; ``chance_waits``: waits beside those for what waited before [h]."""
    period = model.calendar.period(model.tick)
    delay = model.delay_h()
    for s, cohort in enumerate(model.cohorts):
        cohort.settle(model.scene(s, delay[s]), model.cleared.prices[s])
        if isinstance(cohort, LogitCohort):
            ordered = float(expected[s].sum())
            spent = float((expected[s] * np.where(expected[s] > 0, model.cleared.prices[s], 0.0)).sum())
            surplus = float(model.cleared.response.surplus[s])
            cohort.learn_worth(period, surplus, spent / ordered if ordered > 0 else 0.0)
    pace = learning_pace(model)
    most = np.where(model.capacity[model.book.pool] > 0, model.longest_wait_h, model.no_service_wait_h)
    chance = np.minimum(np.maximum(np.nan_to_num(chance_waits, nan=np.inf), 0.0), most)
    model.chance_wait_h = model.chance_wait_h + pace * (chance - model.chance_wait_h)
    load = np.divide(model.round.used, model.capacity, out=np.zeros_like(model.used), where=model.capacity > 0)
    model.load = model.load + pace * (load - model.load)


def learn_orders(model: TokenMarket, expected: Floats) -> None:
    """Providers learn what is usually ordered in this hour, and how this one went against it."""
    period, pace = model.calendar.period(model.tick), learning_pace(model)
    usual = model.usual_orders[int(model.calendar.is_weekend(model.tick))]
    known = usual[:, :, period]
    surprise = np.divide(expected, known, out=np.ones_like(known), where=known > 0)
    model.level = model.level + pace * (np.clip(surprise, *SURPRISE) - model.level)
    usual[:, :, period] = np.where(np.isnan(known), expected, known + 0.5 * (expected - known))
