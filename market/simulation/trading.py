"""The wholesale market: who gets which machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.simulation.changing import MONTH_HOURS
from market.simulation.routing import offered_at_home

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def trade_wholesale(model: TokenMarket) -> None:
    """Machines are given out: first-party use, then contracts, then the spot auction."""
    hours, period = model.calendar.tick_hours, model.calendar.period(model.tick)
    capacity = np.zeros(model.book.pools)
    for p in model.providers:
        p.own_racks = p.home_racks = 0.0
        for k, number in enumerate(p.pools if p.active else ()):
            homes = p.spec.pools[k].homes
            own, rented = p.owned_racks(k, period), offered_at_home(model, homes) if homes else 0.0
            capacity[number] = (own + rented) * hours
            p.own_racks += own
            p.home_racks += rented
    owned = np.array([h.racks * hours for h in model.hyperscalers])
    first_party = owned * np.array([h.spec.first_party for h in model.hyperscalers])
    asks = np.array([max(h.spec.reserve, h.spec.running_cost) for h in model.hyperscalers])
    parties = [(model.number_of[c.seller], model.number_of[c.buyer]) for c in model.contracts]
    promised = np.bincount(
        [buyer for _, buyer in parties], weights=[c.racks * hours for c in model.contracts],
        minlength=len(model.providers),
    ) if parties else np.zeros(len(model.providers))  # fmt: skip
    bids = []
    expected = expected_orders(model, period) + model.queue.length
    for j, target in model.routed_to.items():
        expected[:, target] += expected[:, j]  # what a broker sends is part of what its provider expects
        expected[:, j] = 0.0
    paid = earned_per_request(model, expected)
    dearer = isinstance(model.economy.clearing, ScarcityAuction)  # users pay the rent of scarce machines on top
    for p in (p for p in model.providers if p.active):
        held = float(promised[p.number]) + float(capacity[p.pools].sum())
        stays = not (dearer or p.spec.pricing.covers_cost(hours))
        slopes = model.demand_slopes[:, p.offers] * (not stays)
        bids += p.bids(model.book, expected[:, p.offers], slopes, paid[:, p.offers], held, stays=stays)
    model.allotment = model.economy.wholesale.allot(
        owned, first_party, asks, model.contracts, parties, bids, len(model.providers), hours,
        np.array([not h.spec.first_party_first for h in model.hyperscalers], dtype=bool),
    )  # fmt: skip
    got = model.allotment.spot.copy()
    for (_, buyer), racks in zip(parties, model.allotment.by_contract, strict=True):
        got[buyer] += racks
    for p in model.providers:
        capacity[p.pools[0]] += got[p.number]
        p.spot_racks = float(model.allotment.spot[p.number]) / hours
        p.contracted_racks = float(got[p.number]) / hours - p.spot_racks
        if p.spec.spot:
            need = float((expected[:, p.offers] * model.book.work[:, p.offers]).sum())
            p.purchases.learn(period, model.allotment.price, need)
    model.capacity = capacity
    pace = hours / MONTH_HOURS
    for h in model.hyperscalers:
        rentable = float(model.allotment.sold_spot[h.number] + model.allotment.idle[h.number])
        sold = float(model.allotment.sold_spot[h.number]) / rentable if rentable > 0 else 1.0
        earned = model.allotment.price * sold
        h.fleet.earned += (pace if h.fleet.earned else 1.0) * (earned - h.fleet.earned)


def smoothed(by_period: Floats, period: int) -> Floats:
    """The usual of an hour, half of it from the hours beside: a spike of one hour is no habit."""
    count = by_period.shape[2]
    if count < 6:
        return np.asarray(by_period[:, :, period])
    before, after = by_period[:, :, period - 1], by_period[:, :, (period + 1) % count]
    return np.asarray(0.5 * by_period[:, :, period] + 0.25 * (before + after))


def earned_per_request(model: TokenMarket, expected: Floats) -> Floats:
    """What a request earns its seller [USD], by segment and offer: the list price, and its part of subscriptions."""
    paid = model.book.request_prices()
    if not model.fee.any():
        return paid
    fees = model.members * model.fee * (model.calendar.tick_hours / MONTH_HOURS)
    return np.asarray(paid + np.divide(fees, expected, out=np.zeros_like(fees), where=expected > 0))


#: Share of what it could sell without waits for which a provider rents at least: nobody comes to an empty shop.
FOOT_IN_THE_DOOR = 0.1


def expected_orders(model: TokenMarket, period: int) -> Floats:
    """What providers expect to be ordered in this tick: the same hour of like days, scaled by how the last hours went.

    At least a tenth of what would be ordered from them if nobody had to wait, or who once had no machines would
    never have users again.
    """
    if model.tick == 0:
        for cohort in model.cohorts:
            cohort.preview(model.tick)
        return model.respond(model.book.request_prices()).requests
    usual = smoothed(model.usual_orders[int(model.calendar.is_weekend(model.tick))], period)
    usual = np.where(np.isnan(usual), model.orders, usual * model.level)
    latent = model.latent_orders
    total = latent.sum(axis=1, keepdims=True)
    now = np.divide(usual.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(np.maximum(usual, FOOT_IN_THE_DOOR * latent * np.minimum(now, 1.0)))
