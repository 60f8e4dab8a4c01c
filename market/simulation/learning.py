"""Learning: users and sellers take note of the tick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from market.calendar import HOURS_PER_DAY
from market.demand.cohort import Wanted
from market.simulation.asking import Asking
from market.simulation.founded import Founded
from market.simulation.looking import learning_pace, longest_wait_h, waits_pace
from market.simulation.stakes import learn_stakes
from market.simulation.state import Expected, Firms, Known, Machines, Ordered, Posted, Served
from market.simulation.visitors import visitors_of
from market.simulation.weeks import learn_weeks

type Floats = NDArray[np.float64]

#: How far an hour may be from the usual to count for what is expected of the next: more is an accident.
SURPRISE = (0.2, 5.0)
#: Weight of today in what is usual at a time of day.
TODAY = 0.5


def learn(
    founded: Founded,
    tick: int,
    machines: Machines,
    posted: Posted,
    firms: Firms,
    wanted: tuple[Wanted, ...],
    expected: Expected,
    ordered: Ordered,
    served: Served,
    known: Known,
) -> Known:
    """Users settle what they bought; waits, speeds and orders become part of what is usual."""
    book, pace = posted.book, learning_pace(founded, tick)
    settle(Asking(founded, wanted, book, firms.alive, expected.delay_h), tick, ordered, served)
    most = longest_wait_h(machines.capacity, book.pool)
    chance = np.where(np.isnan(served.chance_h), most, np.minimum(np.maximum(served.chance_h, 0.0), most))
    waits = np.array([served.round.served_wait_h.sum(axis=0), served.round.served.sum(axis=0)])
    queues = known.queues_of_week.copy()
    queues[..., tick % queues.shape[-1]] = ordered.orders.sum(axis=0), served.waiting.sum(axis=0)
    used, today = served.round.used, founded.hours / HOURS_PER_DAY
    load = np.divide(used, machines.capacity, out=np.zeros(used.shape), where=machines.capacity > 0)
    to_place = np.array([one.due for one in wanted])
    usual, level = learn_orders(founded, tick, ordered, to_place, known)
    members = np.array([cohort.members(book.offers) for cohort in founded.cohorts])
    return Known(
        chance_wait_h=known.chance_wait_h + waits_pace(founded, tick) * (chance - known.chance_wait_h),
        waits_of_day=known.waits_of_day + today * (waits - known.waits_of_day),
        queues_of_week=queues,
        load=known.load + pace * (load - known.load),
        usual_orders=usual,
        usual_wanted=with_today(founded, tick, known.usual_wanted, to_place),
        usual_capacity=with_today(founded, tick, known.usual_capacity, machines.capacity),
        level=level,
        members=members,
        visitors=visitors_of(founded, ordered.orders, members),
        weeks=learn_weeks(founded, tick, machines, posted, ordered, known.weeks),
        year_ahead_usd=learn_stakes(founded, tick, machines, posted, firms, expected, known),
    )


def settle(asking: Asking, tick: int, ordered: Ordered, served: Served) -> None:
    """Users take note of what they ordered and what it cost: budgets, habits, attachments, whether to come or go."""
    founded, cleared = asking.founded, ordered.cleared
    expected = cleared.response.requests
    left = served.round.left_late + served.round.left_impatient
    turned_away = (left - served.joined).sum(axis=1)
    for s, cohort in enumerate(founded.cohorts):
        served_of, prices = served.round.served[s], cleared.prices[s]
        paid = float(np.where(served_of > 0, served_of * prices, 0.0).sum())
        cohort.settle(asking.wanted[s], asking.scene(s), prices, max(float(turned_away[s]), 0.0), paid)
        requests = float(expected[s].sum())
        spent = float((expected[s] * np.where(expected[s] > 0, prices, 0.0)).sum())
        usual_price = spent / requests if requests > 0 else 0.0
        cohort.learn_worth(tick, usual_price)


def learn_orders(
    founded: Founded, tick: int, ordered: Ordered, to_place: Floats, known: Known
) -> tuple[Floats, Floats]:
    """What is usually ordered in each hour, and how the last hours went against what was to be expected of them.

    That is what is usual, or with ``Economy.needs_without_waits`` what would be ordered if nobody had to wait.
    ``to_place``: requests that were to be placed, by segment.
    """
    calendar, orders, looked = founded.calendar, ordered.at_list, ordered.latent_of
    expected = known.usual_orders[int(calendar.is_weekend(tick)), :, :, calendar.period(tick)]
    if founded.economy.needs_without_waits and looked.any():
        times = np.divide(to_place, looked, out=np.zeros(looked.shape), where=looked > 0)
        expected = ordered.latent * times[:, None]
    surprise = np.divide(orders, expected, out=np.ones(expected.shape), where=expected > 0)
    surprise = np.minimum(np.maximum(surprise, SURPRISE[0]), SURPRISE[1])
    level = known.level + learning_pace(founded, tick) * (surprise - known.level)
    return with_today(founded, tick, known.usual_orders, orders), level


def with_today(founded: Founded, tick: int, usual: Floats, now: Floats) -> Floats:
    """What is usual by kind of day and, last, tick of the day, with this tick in it."""
    day, period = int(founded.calendar.is_weekend(tick)), founded.calendar.period(tick)
    all_hours = usual.copy()
    before = usual[day, ..., period]
    all_hours[day, ..., period] = np.where(np.isnan(before), now, before + TODAY * (now - before))
    return all_hours
