"""Investing: owned racks follow what they earn, or what was called for in the busiest tick of a term."""

from __future__ import annotations

import numpy as np

from market.simulation.founded import Founded
from market.simulation.research import rent_losses
from market.simulation.state import Invested, Ordered, Posted, Served


def invest(founded: Founded, tick: int, posted: Posted, ordered: Ordered, served: Served) -> Invested:
    """Providers' own racks at the end of the tick."""
    # A rack works as many rack-hours as a tick has hours.
    rents = ordered.cleared.rents * founded.hours
    losses = rent_losses(founded, posted.book, ordered.cleared, served.round.used) * founded.hours
    book = posted.book
    work = (ordered.orders * book.work).sum(axis=0) * ~book.spare
    called_for = np.bincount(book.pool, weights=work, minlength=book.pools)
    for p in founded.providers:
        p.invest(tick, rents, losses)
        p.renew(tick, called_for, founded.hours)
    return Invested(np.array([racks for p in founded.providers for racks in p.racks]))
