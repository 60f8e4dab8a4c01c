"""What sellers find out about demand: market research on the model that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.outlook import Estimate

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def estimate(model: TokenMarket, own: NDArray[np.int64], prices: Floats) -> Estimate:
    """Market research: demand for own offers at own prices, everybody else's as they stand."""
    book, slopes = model.book, model.slopes_wanted
    trial = book.request_prices()
    trial[:, own] = prices * book.billed[:, own]
    model.slopes_wanted = True
    response = model.respond(trial)
    model.slopes_wanted = slopes
    billed = book.billed[:, own]
    return Estimate(
        (response.requests[:, own] * billed).sum(axis=0),
        (response.own[:, own] * billed**2).sum(axis=0),
        np.einsum("sj,sjk,sk->jk", billed, response.cross[:, own][:, :, own], billed),
    )


def toll(model: TokenMarket, own: NDArray[np.int64]) -> Floats:
    """What one more order of each own offer cost the others last tick by waiting [USD per million tokens]."""
    book, hours, step = model.book, model.calendar.tick_hours, 1e-5
    total = model.orders.sum(axis=0)
    # What an hour's wait costs the orders of each offer, all together [USD/h].
    per_hour = np.array([s.hourly_cost for s in model.economy.segments]) @ model.orders
    none = np.zeros(book.offers)
    tolls = np.zeros(own.size)
    for k, j in enumerate(own):
        if total[j] <= 0:
            continue
        waits = []
        for factor in (1.0 + step, 1.0 - step):
            orders = model.orders.copy()
            orders[:, j] *= factor
            waits.append(model.economy.waits.expected(book, orders, none, model.capacity, hours))
        more, less = waits
        both = np.isfinite(more) & np.isfinite(less)
        rise = np.subtract(more, less, out=np.zeros_like(more), where=both) / (2.0 * step * total[j])
        sold = float(model.orders[:, j] @ book.billed[:, j]) / total[j]
        tolls[k] = float(rise @ per_hour) / sold
    return tolls


def rent_losses(model: TokenMarket) -> Floats:
    """What one rack-hour more of a pool takes off the rents of all pools of its owner [USD per rack-h], by pool.

    Rents fall by the inverse of the slope of demand, in the pool itself and in those that compete with it; 0
    without scarcity.
    """
    book = model.book
    losses = np.zeros(book.pools)
    scarce = np.flatnonzero(model.rents > 0)
    if not isinstance(model.economy.clearing, ScarcityAuction) or scarce.size == 0:
        return losses
    hessian = np.zeros((book.pools, book.pools))
    member = np.eye(book.pools)[book.pool]
    for s in range(book.segments):
        weighted = book.work[s][:, None] * member
        hessian -= weighted.T @ model.cleared.response.derivative(s) @ weighted
    falls = np.linalg.pinv(hessian[np.ix_(scarce, scarce)])
    owner = np.zeros(book.pools, dtype=np.int64)
    for p in model.providers:
        owner[p.pools] = p.number
    same = owner[scarce][:, None] == owner[scarce][None, :]
    losses[scarce] = np.maximum((falls * same) @ model.used[scarce], 0.0)
    return losses


def latent_orders(model: TokenMarket) -> Floats:
    """What would be ordered at list prices if nobody had to wait anywhere, by segment and offer."""
    waits = model.chance_wait_h, model.backlog_wait_h
    model.chance_wait_h = model.backlog_wait_h = np.zeros(model.book.offers)
    orders = model.respond(model.book.request_prices()).requests
    model.chance_wait_h, model.backlog_wait_h = waits
    return orders
