"""Founding: agents, accounts and the book, from an economy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.demand.cohort import CurveCohort
from market.demand.individuals import LogitCohort
from market.demand.segment import CurveSegment
from market.exchange.books import Listing, make_book
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.ledger import Ledger
from market.quality import quality_at
from market.supply.agents import AGENT_OF_KIND, HyperscalerAgent, ProviderAgent

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def make_agents(model: TokenMarket) -> None:
    """Make agents and their accounts, and put in the money that they start with."""
    e = model.economy
    names = [a.name for a in (*e.segments, *e.providers, *e.hyperscalers)]
    model.ledger = Ledger(names)
    model.hyperscalers = [HyperscalerAgent(model, spec, k, model.ledger) for k, spec in enumerate(e.hyperscalers)]
    day = model.calendar.ticks_per_day
    model.providers = [
        AGENT_OF_KIND[spec.kind](model, spec, k, model.ledger, day) for k, spec in enumerate(e.providers)
    ]
    model.cohorts = [
        CurveCohort(model, s) if isinstance(s, CurveSegment) else LogitCohort(model, s, model.calendar, model.streams)
        for s in e.segments
    ]
    sellers: list[HyperscalerAgent | ProviderAgent] = [*model.hyperscalers, *model.providers]
    model.number_of = {seller.name: seller.number for seller in sellers}
    for seller in sellers:
        model.ledger.pay("funding", seller.name, seller.spec.cash, "funding")


def list_offers(model: TokenMarket) -> None:
    """Put all offers into the book, and number the pools that serve them."""
    e = model.economy
    listings: list[Listing] = []
    model.pool_names = []
    model.supply_curves = []
    prices = []
    for p in model.providers:
        p.pools = list(range(len(model.pool_names), len(model.pool_names) + len(p.spec.pools)))
        by_name = dict(zip((pool.name for pool in p.spec.pools), p.pools, strict=True))
        model.pool_names += [p.name if len(p.spec.pools) == 1 else f"{p.name}/{pool.name}" for pool in p.spec.pools]
        model.supply_curves += [pool.supply for pool in p.spec.pools]
        p.offers = np.arange(len(listings), len(listings) + len(p.spec.offers))
        for o in p.spec.offers:
            open_to = None if o.open_to is None else tuple(s.name in o.open_to for s in e.segments)
            listings.append(
                Listing(
                    o.name, p.number, by_name[o.pool], o.technology, o.tier.speed, o.tier.priority,
                    o.tier.deadline_h, o.tier.quota_per_day, tuple(quality_at(o.quality, s.name) for s in e.segments),
                    open_to,
                )
            )  # fmt: skip
            prices.append(o.price)
    workloads = [s.workload for s in e.segments]
    model.book = make_book(listings, workloads, e.tariff, model.calendar.tick_hours, len(model.pool_names))
    model.book.price = np.array(prices, dtype=np.float64)
    model.offer_names = np.array(model.book.names, dtype=np.str_)
    model.alive = np.ones(model.book.offers, dtype=bool)
    model.output_tokens = np.array([w.output for w in workloads])
    same_pool = model.book.pool[:, None] == model.book.pool[None, :]
    model.ahead_of = (same_pool & (model.book.priority[None, :] <= model.book.priority[:, None])).astype(np.float64)
    model.slopes_wanted = isinstance(e.clearing, ScarcityAuction)
    specs = [o for p in model.providers for o in p.spec.offers]
    model.first_work, model.first_open = model.book.work.copy(), model.book.open.copy()
    model.first_quota = model.book.quota.copy()
    model.fee = np.array([o.fee_usd_per_month for o in specs])
    model.members = np.zeros((model.book.segments, model.book.offers))
    kept = [[s.name in o.kept_for for o in specs] for s in e.segments]
    model.kept_for = np.array(kept, dtype=bool).reshape(model.book.open.shape)
    model.kept_above = np.array([o.kept_above for o in specs])
    model.all_contracts = list(e.contracts)
    place = {name: j for j, name in enumerate(model.book.names)}
    model.routes = {place[o.name]: (tuple(place[target] for target in o.routes), o.cut) for o in specs if o.routes}
    model.routed_to = {}
