"""Investing: owned racks follow what they earn, or what was called for in the busiest tick of a term."""

from __future__ import annotations

import numpy as np

from market.simulation.founded import Founded
from market.simulation.research import rent_losses
from market.simulation.state import Invested, Machines, Ordered, Posted, Served
from market.supply.specs import Investment
from market.supply.term import Term


def invest(
    founded: Founded,
    tick: int,
    machines: Machines,
    posted: Posted,
    ordered: Ordered,
    served: Served,
    invested: Invested,
) -> Invested:
    """Providers' own racks at the end of the tick."""
    book = posted.book
    work = (ordered.orders * book.work).sum(axis=0) * ~book.spare
    called_for = np.bincount(book.pool, weights=work, minlength=book.pools)
    # A rack works as many rack-hours as a tick has hours.
    rents = ordered.cleared.rents * founded.hours
    used, capacity = served.round.used, machines.capacity
    losses = rent_losses(founded, book, ordered.cleared, used, capacity) * founded.hours
    now = Invested(*(part.copy() for part in vars(invested).values()))
    for p in founded.providers:
        for number, pool in zip(p.pools, p.spec.pools, strict=True):
            if pool.investment is not None:
                now.rent_usd[number] += rents[number]
                now.loss_usd[number] += losses[number]
                follow_rents(now, number, pool.investment, tick)
            if pool.term is not None:
                now.called_for[number] = max(now.called_for[number], called_for[number])
                renew(now, number, pool.term, tick, founded.hours)
    return now


def follow_rents(now: Invested, number: int, plan: Investment, tick: int) -> None:
    """Let the racks of a pool follow their rents at the end of a cycle."""
    if (tick + 1) % plan.cycle_ticks == 0:
        loss = float(now.loss_usd[number]) if plan.market_power else 0.0
        gain = float(now.rent_usd[number]) - loss - plan.cost_per_cycle
        now.racks[number] = max(float(now.racks[number]) + plan.gain * gain, 0.0)
        now.rent_usd[number] = now.loss_usd[number] = 0.0


def renew(now: Invested, number: int, term: Term, tick: int, hours: float) -> None:
    """Take as many machines for the next term as this one's busiest tick called for."""
    if (tick + 1) % term.ticks == 0:
        now.racks[number] = float(now.called_for[number]) * (1.0 + term.headroom) / hours
        now.called_for[number] = 0.0
