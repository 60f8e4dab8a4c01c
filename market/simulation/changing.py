"""What changes from hour to hour and year to year: fleets, contracts, qualities, quotas, and who is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from market.quality import QualityPath, quality_at

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket
    from market.supply.agents import ProviderAgent

MONTH_HOURS = 730.5


def begin_tick(model: TokenMarket) -> None:
    """Fleets, models and populations move to the new hour; contracts begin and end; firms come and go."""
    model.tick += 1
    model.ledger.new_tick()
    years = model.calendar.years(model.tick)
    for owner in model.hyperscalers:
        added = owner.grow(years)
        model.ledger.pay(owner.name, "capital", added * owner.spec.rack_price, "capital")
    if model.calendar.period(model.tick) == 0 or model.tick == 0:
        improve_models(model, years)
        come_and_go(model)
    renew_contracts(model)
    grant_quotas(model)
    keep_best_models(model)


def improve_models(model: TokenMarket, years: float) -> None:
    """Qualities follow their paths and better algorithms take less work, once a day."""
    book = model.book
    for p in model.providers:
        for j, offer in zip(p.offers, p.spec.offers, strict=True):
            if isinstance(offer.quality, QualityPath):
                book.quality[:, j] = [quality_at(offer.quality, s.name, years) for s in model.economy.segments]
            if offer.efficiency_growth != 1.0:
                book.work[:, j] = model.first_work[:, j] / offer.efficiency_growth**years


def mean_spot_price(model: TokenMarket) -> float:
    """Mean spot price of the last month [USD per rack-h]; before the first tick the lowest reserve."""
    ticks = model.records.ticks
    if ticks == 0:
        return min((max(h.spec.reserve, h.spec.running_cost) for h in model.hyperscalers), default=0.0)
    count = max(1, min(ticks, round(MONTH_HOURS / model.calendar.tick_hours)))
    return float(model.records.tables["ticks"].data["spot_price"][ticks - count : ticks, 0].mean())


def renew_contracts(model: TokenMarket) -> None:
    """Contracts that end are renewed at the market where they say so; those of firms that left are void."""
    for contract in [c for c in model.all_contracts if c.renews and c.first_tick + c.ticks == model.tick]:
        model.all_contracts.append(replace(contract, first_tick=model.tick, price=mean_spot_price(model)))
    model.contracts = [
        c for c in model.all_contracts if c.runs(model.tick) and model.providers[model.number_of[c.buyer]].active
    ]


def utilisation(model: TokenMarket) -> np.ndarray:
    """Work ordered over work that could be done, last tick, by pool."""
    ordered = np.bincount(
        model.book.pool, weights=(model.orders * model.book.work).sum(axis=0), minlength=model.book.pools
    )
    return np.divide(ordered, model.capacity, out=np.zeros_like(ordered), where=model.capacity > 0)


def grant_quotas(model: TokenMarket) -> None:
    """Providers cut the quotas of limited tiers when their machines are full."""
    if not np.isfinite(model.first_quota).any():
        return
    full = utilisation(model)
    for p in model.providers:
        if p.offers.size and p.spec.quotas.cuts:
            p.granted = p.spec.quotas(p.granted, float(full[p.pools].max()))
            model.book.quota[p.offers] = model.first_quota[p.offers] * p.granted


def keep_best_models(model: TokenMarket) -> None:
    """Offers that are kept for some segments when the machines are full are closed to the others."""
    if not model.kept_for.any():
        return
    full = utilisation(model)[model.book.pool] > model.kept_above
    closed = full & model.kept_for.any(axis=0)
    model.book.open = model.first_open & (model.kept_for | ~closed)


def come_and_go(model: TokenMarket) -> None:
    """Once a day: who has no cash left leaves or is bought; who sees a margin comes."""
    for p in model.providers:
        if p.active and p.parent is not None:
            # A parent takes the profit and covers the loss.
            model.ledger.pay(p.name, p.parent, p.cash, "parent")
        elif p.active and p.spec.leaves and p.cash < 0.0:
            sell_or_close(model, p)
        elif not p.active and p.spec.enters and not p.has_left and model.tick > 0:
            enter(model, p)
    for p in model.providers:
        model.alive[p.offers] = p.active


def sell_or_close(model: TokenMarket, p: ProviderAgent) -> None:
    """A provider without cash is bought by the hyperscaler with most cash, if that exceeds the debt; or it closes."""
    buyers = [h for h in model.hyperscalers if h.spec.acquires and h.cash > -p.cash]
    if buyers:
        buyer = max(buyers, key=lambda h: h.cash)
        model.ledger.pay(buyer.name, p.name, -p.cash, "acquisition")
        p.parent = buyer.name
    else:
        p.active, p.has_left = False, True


def enter(model: TokenMarket, p: ProviderAgent) -> None:
    """A provider comes when the lowest price of its kind pays its cost and the margin that it wants."""
    rivals = [r for r in model.providers if r.active and r.kind == p.kind and r.offers.size]
    if not rivals or not p.offers.size:
        return
    book, own = model.book, p.offers
    work = book.work[:, own].sum(axis=0) / book.billed[:, own].sum(axis=0)
    cost = np.array([o.cost for o in p.spec.offers]) + mean_spot_price(model) * work
    lowest = min(float(book.price[r.offers].min()) for r in rivals)
    if lowest >= float(cost.min()) * (1.0 + p.spec.enter_margin):
        p.active = True
        book.price[own] = np.maximum(lowest, cost)
