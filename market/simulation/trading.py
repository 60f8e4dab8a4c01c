"""The start of a tick, and the wholesale market: who gets which machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def begin_tick(model: TokenMarket) -> None:
    """Fleets and populations move to the new hour; contracts begin and end."""
    model.tick += 1
    model.ledger.new_tick()
    for owner in model.hyperscalers:
        owner.grow(model.calendar.years(model.tick))
    model.contracts = [c for c in model.economy.contracts if c.runs(model.tick)]


def trade_wholesale(model: TokenMarket) -> None:
    """Machines are given out: first-party use, then contracts, then the spot auction."""
    hours, period = model.calendar.tick_hours, model.calendar.period(model.tick)
    capacity = np.zeros(model.book.pools)
    for p in model.providers:
        for k, number in enumerate(p.pools):
            capacity[number] = p.owned_racks(k, period) * hours
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
    for p in model.providers:
        held = float(promised[p.number]) + float(capacity[p.pools].sum())
        bids += p.bids(model.book, expected[:, p.offers], model.demand_slopes[:, p.offers], held)
    model.allotment = model.economy.wholesale.allot(
        owned, first_party, asks, model.contracts, parties, bids, len(model.providers), hours
    )
    got = model.allotment.spot.copy()
    for (_, buyer), racks in zip(parties, model.allotment.by_contract, strict=True):
        got[buyer] += racks
    for p in model.providers:
        capacity[p.pools[0]] += got[p.number]
        p.spot_racks = float(model.allotment.spot[p.number]) / hours
        p.contracted_racks = float(got[p.number]) / hours - p.spot_racks
        if p.spec.spot:
            p.capacity_cost = model.allotment.price
    model.capacity = capacity


def expected_orders(model: TokenMarket, period: int) -> Floats:
    """What providers expect to be ordered in this tick: the same hour of past days, or what was ordered last."""
    usual = model.usual_orders[:, :, period]
    if not np.isnan(usual).any():
        return usual
    if model.tick > 0:
        return model.orders
    for cohort in model.cohorts:
        cohort.preview(model.tick)
    return model.respond(model.book.request_prices()).requests
