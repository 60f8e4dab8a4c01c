"""A day's load against capacity, as a fluid: what queues when demand exceeds capacity for hours."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from market.exchange.queueing.arguments import (
    Numbers,
    positive,
    quiet,
    settle,
    together,
    with_axis,
    zero_or_more,
)
from scenarios.verification.formulas.backlog import backlog_recursion


class FluidOverload(NamedTuple):
    """What a load that exceeds capacity for a while leaves."""

    largest_backlog: Numbers
    """Largest backlog [work]."""
    time_queued: Numbers
    """Time during which there's a backlog [time]."""
    mean_wait: Numbers
    """Mean wait of a unit of work, in order of arrival [time]."""
    final_backlog: Numbers
    """Backlog at the end [work]."""


@quiet
def fluid_overload(
    arrival_rate_by_interval: ArrayLike, capacity: ArrayLike, width: ArrayLike, start: ArrayLike = 0.0
) -> FluidOverload:
    """Backlog of a fluid dQ/dt = r(t) - c(t), Q >= 0, with rates constant within intervals; exact.

    Newell (1982), Applications of Queueing Theory, chapter 2: the wait summed over all work is the area under
    Q. What's left at the end is counted with the wait it still has, at the last interval's capacity. The mean
    is over the work that arrives and what was there at the start; 0 if there's none, inf if what's left is
    never served.

    Parameters
    ----------
    arrival_rate_by_interval : r >= 0, intervals on the last axis [work/time].
    capacity : c >= 0, one for all or by interval (last axis) [work/time].
    width : length of the intervals, above 0, one for all or by interval (last axis) [time].
    start : backlog at the beginning, without the axis for intervals [work].
    """
    rate = zero_or_more("arrival_rate_by_interval", arrival_rate_by_interval)
    rate = with_axis("arrival_rate_by_interval", rate, "intervals")
    limit, length = zero_or_more("capacity", capacity), positive("width", width)
    first = zero_or_more("start", start)[..., np.newaxis]
    shape = together(arrival_rate_by_interval=rate, capacity=limit, width=length, start=first)
    if rate.shape[-1] == 0 or shape[-1] != rate.shape[-1]:
        raise ValueError(
            f"arrival_rate_by_interval must have an entry for each interval, got shape {rate.shape} "
            f"with capacity {limit.shape} and width {length.shape}"
        )
    rate, limit, length = (np.broadcast_to(array, shape) for array in (rate, limit, length))
    first = np.broadcast_to(first, (*shape[:-1], 1))
    end = backlog_recursion(rate * length, limit * length, first[..., 0])
    # A backlog that empties just at the end of an interval may leave a rounding error, which would count
    # as a queue for as long as load equals capacity.
    flow = first[..., 0] + ((rate + limit) * length).sum(axis=-1)
    end = np.where(end > 1e-13 * flow[..., np.newaxis], end, 0.0)
    begin = np.concatenate([first, end[..., :-1]], axis=-1)
    slope = rate - limit
    drained = np.where(slope < 0, np.minimum(length, begin / -slope), length)
    queued = np.where((begin > 0) | (slope > 0), drained, 0.0)
    final = end[..., -1]
    left = np.where(final > 0, final**2 / (2 * limit[..., -1]), 0.0)
    delay = (queued * (begin + end) / 2).sum(axis=-1) + left
    work = first[..., 0] + (rate * length).sum(axis=-1)
    largest = np.maximum(first[..., 0], end.max(axis=-1))
    mean = np.where(work > 0, delay / work, 0.0)
    return FluidOverload(settle(largest), settle(queued.sum(axis=-1)), settle(mean), settle(final))
