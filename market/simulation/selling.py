"""Posting prices."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.simulation.research import estimate, toll
from market.simulation.routing import route_offers

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def post_prices(model: TokenMarket) -> None:
    """Providers see their outlook and post list prices."""
    ordered = (model.orders * model.book.work).sum(axis=0)
    by_pool = np.bincount(model.book.pool, weights=ordered, minlength=model.book.pools)
    movers = [p for p in model.providers if p.spec.pricing.moves_prices and p.offers.size]
    posted = model.book.price.copy()
    if movers:  # market research is about the tick that comes
        for cohort in model.cohorts:
            cohort.preview(model.tick)
    for p in movers:
        outlook = p.outlook(
            model.book,
            model.calendar,
            model.tick,
            model.orders,
            model.capacity,
            by_pool,
            partial(toll, model),
            partial(estimate, model),
        )
        wished = np.maximum(p.spec.pricing(outlook), 0.0)
        posted[p.offers] = np.where(outlook.movable, wished, outlook.price)
    model.book.price = posted
    route_offers(model)
