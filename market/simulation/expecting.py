"""Expecting: what providers think will be ordered in a tick."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.simulation.asking import Asking
from market.simulation.state import LOOKS_PER_DAY, Known, Ordered

type Floats = NDArray[np.float64]

#: Ticks a day from which on an hour is smoothed with those beside it.
TICKS_TO_SMOOTH = 6


def expected_orders(asking: Asking, tick: int, prices: Floats, ordered: Ordered, known: Known) -> Floats:
    """What is expected to be ordered in this tick: the same hour of like days, scaled by how the last hours went.

    At least a share (``Provider.foot_in_the_door``) of what would be ordered if nobody had to wait, or who once
    had no machines would never have users again. Before the first tick users are asked.
    """
    founded, calendar = asking.founded, asking.founded.calendar
    if tick == 0:
        wanted = tuple(cohort.would_want(tick) for cohort in founded.cohorts)
        return replace(asking, wanted=wanted)(prices).requests
    usual = smoothed(known.usual_orders[int(calendar.is_weekend(tick))], calendar.period(tick))
    usual = np.where(np.isnan(usual), ordered.orders, usual * known.level)
    total = ordered.latent.sum(axis=1, keepdims=True)
    now = np.divide(usual.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    if calendar.ticks_per_day <= LOOKS_PER_DAY:  # it was looked at in the last tick
        now = np.ones_like(total)
    foot = np.concatenate([np.full(p.offers.size, p.spec.foot_in_the_door) for p in founded.providers] or [np.zeros(0)])
    return np.asarray(np.maximum(usual, foot * ordered.latent * np.minimum(now, 1.0)))


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
