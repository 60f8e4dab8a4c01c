"""Expecting: what providers think will be ordered in a tick."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.exchange.clearing.base import Response
from market.simulation.asking import Asking
from market.simulation.state import Known, Ordered

type Floats = NDArray[np.float64]

#: How often a day spot buyers look at the slope of their demand, and at what it would be without waits.
LOOKS_PER_DAY = 4
#: Ticks a day from which on an hour is smoothed with those beside it.
TICKS_TO_SMOOTH = 6


def expected_orders(asking: Asking, tick: int, prices: Floats, ordered: Ordered, known: Known) -> tuple[Floats, Floats]:
    """What is expected to be ordered in this tick, and its fall with the own price [requests per USD].

    The same hour of like days, scaled by how the last hours went, but at least a share
    (``Provider.foot_in_the_door``) of what would be ordered if nobody had to wait: who once had no machines has no
    orders to go by, and would never have users again. With ``Economy.needs_without_waits`` it is what would be ordered
    in this hour if nobody had to wait, and more where more has come lately, since others are full.
    Before the first tick users are asked, then of their slopes, too: a market that begins at rest.
    """
    founded, calendar = asking.founded, asking.founded.calendar
    rests = founded.economy.needs_without_waits
    if tick == 0:
        wanted = tuple(cohort.would_want(tick) for cohort in founded.cohorts)
        reply = replace(asking, wanted=wanted)(prices, slopes=rests)
        return reply.requests, own_slopes(reply) if rests else ordered.slopes
    usual = smoothed(known.usual_orders[int(calendar.is_weekend(tick))], calendar.period(tick))
    usual = np.where(np.isnan(usual), ordered.orders, usual * known.level)
    if rests and ordered.latent_of.any():
        now = ordered.latent * of_this_hour(asking, tick, usual, ordered, known)
        return now * np.maximum(known.level, 1.0), ordered.slopes
    foot = founded.foot_in_the_door * ordered.latent * by_orders(asking, usual, ordered)
    return np.maximum(usual, foot), ordered.slopes


def by_orders(asking: Asking, usual: Floats, ordered: Ordered) -> Floats:
    """What is usually ordered in this hour, over what would be without waits when last looked at: at most 1."""
    total = ordered.latent.sum(axis=1, keepdims=True)
    if asking.founded.calendar.ticks_per_day <= LOOKS_PER_DAY:  # it was looked at in the last tick
        return np.ones(total.shape)
    now = np.divide(usual.sum(axis=1, keepdims=True), total, out=np.zeros(total.shape), where=total > 0)
    return np.asarray(np.minimum(now, 1.0))


def of_this_hour(asking: Asking, tick: int, usual: Floats, ordered: Ordered, known: Known) -> Floats:
    """Requests that this hour brings, over those of when it was last looked at; by orders while that is not known."""
    calendar = asking.founded.calendar
    hour = known.usual_wanted[int(calendar.is_weekend(tick)), :, calendar.period(tick)]
    times = np.divide(hour, ordered.latent_of, out=np.zeros(hour.shape), where=ordered.latent_of > 0)[:, None]
    return np.where(np.isnan(times), by_orders(asking, usual, ordered), times)


def own_slopes(reply: Response) -> Floats:
    """Fall of orders with the own price [requests per USD], by segment and offer."""
    return np.asarray(reply.own - np.diagonal(reply.cross, axis1=1, axis2=2))


def smoothed(by_period: Floats, period: int) -> Floats:
    """The usual of an hour, half of it from the hours beside: a spike of one hour is no habit.

    >>> smoothed(np.array([[[0.0, 4.0, 8.0, 0.0, 0.0, 0.0]]]), 1)
    array([[4.]])
    """
    count = by_period.shape[2]
    if count < TICKS_TO_SMOOTH:
        return np.asarray(by_period[:, :, period])
    before, after = by_period[:, :, period - 1], by_period[:, :, (period + 1) % count]
    return np.asarray(0.5 * by_period[:, :, period] + 0.25 * (before + after))
