"""Money: who pays whom for the tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from market.simulation.changing import MONTH_HOURS
from market.simulation.research import rent_losses
from market.simulation.routing import pay_for_homes, pay_for_routed

if TYPE_CHECKING:
    from market.simulation.model import TokenMarket

type Floats = NDArray[np.float64]


def move_money(model: TokenMarket) -> None:
    """Users pay providers, providers pay hyperscalers, all pay for power; the rest of the world is named."""
    ledger, book, hours = model.ledger, model.book, model.calendar.tick_hours
    paid = model.round.served * model.cleared.prices
    model.paid = np.where(model.round.served > 0, paid, 0.0)
    for s, cohort in enumerate(model.cohorts):
        ledger.pay("users' income", cohort.name, float(model.paid[s].sum()), "income")
        ledger.pay("users' income", cohort.name, cohort.spent_on_machines, "income")
        ledger.pay(cohort.name, "capital", cohort.spent_on_machines, "machines at home")
        for p in model.providers:
            ledger.pay(cohort.name, p.name, float(model.paid[s, p.offers].sum()), "tokens")
    pay_subscriptions(model)
    for contract, delivered in zip(model.contracts, model.allotment.by_contract, strict=True):
        ledger.pay(contract.buyer, contract.seller, float(delivered) * contract.price, "contract")
    # Spot: money follows the rack-hours at the one price; bought and sold are equal but for rounding.
    bought, sold = model.allotment.spot, model.allotment.sold_spot
    total = float(bought.sum())
    for p in model.providers:
        for h in model.hyperscalers:
            share = float(sold[h.number]) / float(sold.sum()) if total > 0 else 0.0
            ledger.pay(p.name, h.name, float(bought[p.number]) * share * model.allotment.price, "spot")
    for h in model.hyperscalers:
        a = model.allotment
        h.rented_out = float(a.contracted[h.number] + a.sold_spot[h.number]) / hours
        h.spot_price = a.price
        running = float(a.first_party[h.number]) + h.rented_out * hours
        ledger.pay(h.name, "power", running * h.spec.running_cost, "power")
    pay_for_routed(model)
    pay_for_homes(model)
    tokens = (model.round.served * book.billed).sum(axis=0)
    # A rack works as many rack-hours as a tick has hours.
    rents, losses = model.rents * hours, rent_losses(model) * hours
    for p in model.providers:
        upkeep = sum(float(tokens[j]) * o.cost for j, o in zip(p.offers, p.spec.offers, strict=True))
        ledger.pay(p.name, "upkeep", upkeep, "upkeep")
        for n, pool in zip(p.pools, p.spec.pools, strict=True):
            used = float(model.used[n])
            ledger.pay(p.name, "power", used * pool.running_cost + pool.supply.cost(used), "power")
        if p.active:
            ledger.pay(p.name, "staff", p.spec.burn_usd_per_day * hours / 24.0, "burn")
            ledger.pay("funding", p.name, p.spec.funding_usd_per_day * hours / 24.0, "funding")
        p.invest(model.tick, rents, losses)
        for k, pool in enumerate(p.spec.pools):
            if pool.investment:
                cost = pool.investment.cost_per_cycle / pool.investment.cycle_ticks
                ledger.pay(p.name, "capital", cost * p.racks[k], "capital")


def pay_subscriptions(model: TokenMarket) -> None:
    """Members pay their fee, an hour's share of the month at a time."""
    model.members = np.array([c.members(model.book.offers) for c in model.cohorts])
    if not model.fee.any():
        return
    hourly = model.fee * model.calendar.tick_hours / MONTH_HOURS
    for s, cohort in enumerate(model.cohorts):
        for j in np.flatnonzero(model.members[s] > 0):
            amount = float(model.members[s, j] * hourly[j])
            model.ledger.pay("users' income", cohort.name, amount, "income")
            provider = model.providers[int(model.book.provider[j])]
            model.ledger.pay(cohort.name, provider.name, amount, "subscriptions")
