"""Looking: users see the queues, and think of the waits and speeds that are usual."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from market.exchange.waits import Above, leaving, time_to_serve
from market.simulation.asking import answer_hours, writing_hours
from market.simulation.founded import Founded
from market.simulation.state import Expected, Known, Machines, Posted, Served

type Floats = NDArray[np.float64]

#: The longest wait that users ever expect [h].
LONGEST_WAIT_H = 1e4
#: The wait that they think of where there are no machines at all: a weekend, not for ever [h].
NO_SERVICE_WAIT_H = 48.0
#: How far users of lower ranks look ahead at what others usually leave them [h].
LOOK_AHEAD_H, MOST_TICKS_AHEAD = 48.0, 48


def look(
    founded: Founded, tick: int, machines: Machines, posted: Posted, served: Served, known: Known, expected: Expected
) -> Expected:
    """Delays that users expect when they order in this tick."""
    book = posted.book
    # Where a request takes less than it did, so does what was begun of it.
    waiting_work = served.waiting * book.work - np.minimum(served.begun, book.work)
    room = room_by_rank(founded, tick, posted, machines.capacity, known)
    present = present_wait(founded, posted, machines.capacity, waiting_work, room)
    backlog = expected.backlog_wait_h + waits_pace(founded, tick) * (present - expected.backlog_wait_h)
    backlog = np.where(book.spare, waited_lately(known), backlog)
    writing = writing_hours(book, known.load)
    delay = answer_hours(book, known.chance_wait_h + backlog, writing)
    return Expected(waiting_work, room, present, backlog, writing, delay)


def waited_lately(known: Known) -> Floats:
    """How long those waited who were served in about a day [h], by offer.

    By that users go who order what is done when there is time: when that is hangs on who comes before them until then.
    """
    waited_h, answered = known.waits_of_day
    return np.asarray(np.divide(waited_h, answered, out=np.zeros(answered.shape), where=answered > 0))


def longest_wait_h(capacity: Floats, pool: NDArray[np.int64]) -> Floats:
    """The longest wait that is ever told [h], by offer: a weekend where there are no machines.

    ``capacity``: by pool.
    """
    return np.where(capacity[pool] > 0, LONGEST_WAIT_H, NO_SERVICE_WAIT_H)


def room_by_rank(founded: Founded, tick: int, posted: Posted, capacity: Floats, known: Known) -> Floats:
    """What who is served before usually leaves of machines, by tick from now on and offer [racks]; may be below 0.

    Of as many machines as there usually are at that time of such a day, if there are more or fewer now by as much,
    against what is usually ordered then; just now where nobody is served before others.
    """
    book = posted.book
    racks = capacity[book.pool] / founded.hours
    first = posted.ahead_of * (1.0 - posted.ahead_of.T)
    if not first.any():
        return racks[None]
    ahead = min(max(math.ceil(LOOK_AHEAD_H / founded.hours), 1), MOST_TICKS_AHEAD)
    kind, period = founded.calendar.coming(tick, ahead)
    orders = without_gaps(known.usual_orders)[kind, :, :, period]
    above = (orders * book.work).sum(axis=1) @ first.T / founded.hours
    there = capacity_to_come(capacity, known.usual_capacity[kind, :, period])
    return np.asarray(there[:, book.pool] / founded.hours - above)


def capacity_to_come(now: Floats, usual: Floats) -> Floats:
    """Work that machines will do in the ticks from now on [rack-h], by tick and pool.

    A part of what is usual, if it is now, or as much more.

    >>> usual = np.array([[10.0, 5.0, np.nan], [20.0, 9.0, np.nan]])  # of three pools, in this tick and the next
    >>> capacity_to_come(np.array([8.0, 6.0, 7.0]), usual)
    array([[ 8.,  6.,  7.],
           [16., 10.,  7.]])
    """
    usual = np.where(np.isnan(usual), now, usual)
    part = np.divide(now, usual[0], out=np.ones(now.shape), where=usual[0] > now)
    return np.asarray(usual * part + np.maximum(now - usual[0], 0.0))


def without_gaps(usual: Floats) -> Floats:
    """What is usual by kind of day and, last, time of day; of hours not seen yet as on other days, or in others."""
    if not np.isnan(usual).any():
        return usual
    usual = np.where(np.isnan(usual), usual[::-1], usual)
    seen = ~np.isnan(usual)
    mean = np.where(seen, usual, 0.0).sum(axis=-1) / np.maximum(seen.sum(axis=-1), 1)
    return np.where(seen, usual, mean[..., None])


def present_wait(founded: Founded, posted: Posted, capacity: Floats, waiting_work: Floats, room: Floats) -> Floats:
    """How long what waits now takes to serve [h], by offer: own rank and those above, without who leaves before.

    ``waiting_work``: by segment and offer [rack-h]; ``room``: what ranks above leave, by tick and offer [racks].
    """
    book = posted.book
    if not waiting_work.any() and (room[0] > 0).all():
        return np.zeros(book.offers)
    work = waiting_work.sum(axis=0)
    left = (waiting_work * leaving(book, founded.impatience)).sum(axis=0)

    def of(ranks: Floats) -> Above:
        waits = ranks @ work
        return Above(waits, np.divide(ranks @ left, waits, out=np.zeros(waits.shape), where=waits > 0))

    own, above = of(posted.ahead_of * posted.ahead_of.T), of(posted.ahead_of * (1.0 - posted.ahead_of.T))
    wait = time_to_serve(own.work, own.leaves, room, founded.hours, above=above)
    without_machines = np.where(own.work + above.work > 0, NO_SERVICE_WAIT_H, 0.0)
    return np.minimum(np.where(capacity[book.pool] > 0, wait, without_machines), LONGEST_WAIT_H)


def learning_pace(founded: Founded, tick: int) -> float:
    """Weight of the present tick in what users and sellers think is usual."""
    return 1.0 / founded.economy.learning_ticks if tick > 0 else 1.0


def waits_pace(founded: Founded, tick: int) -> float:
    """The same for waits: who is sent on at once where there is no room looks at them as they are now."""
    return 1.0 if founded.economy.overflow else learning_pace(founded, tick)
