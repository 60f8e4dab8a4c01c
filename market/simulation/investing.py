"""Investing: owned racks follow what they earn."""

from __future__ import annotations

import numpy as np

from market.simulation.research import rent_losses
from market.simulation.state import Founded, Invested, Ordered, Posted, Served


def invest(founded: Founded, tick: int, posted: Posted, ordered: Ordered, served: Served) -> Invested:
    """Providers' own racks at the end of the tick."""
    # A rack works as many rack-hours as a tick has hours.
    rents = ordered.cleared.rents * founded.hours
    losses = rent_losses(founded, posted.book, ordered.cleared, served.round.used) * founded.hours
    for p in founded.providers:
        p.invest(tick, rents, losses)
    return Invested(np.array([racks for p in founded.providers for racks in p.racks]))
