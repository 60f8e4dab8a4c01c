"""Paying: who pays whom for the tick. Every payment is a line here, or one of a firm's own; the rest is sums."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from market.calendar import HOURS_PER_MONTH
from market.events.effects import Effects
from market.exchange.ledger import Ledger, Payment
from market.simulation.bookkeeping import lately, value_of_racks
from market.simulation.financing import research_budgets, sales_lately
from market.simulation.founded import Founded
from market.simulation.state import (
    Contracts,
    Firms,
    Fleets,
    Known,
    Machines,
    Ordered,
    Paid,
    Posted,
    Quoted,
    Served,
)
from market.supply.owner import HyperscalerAgent, OwnerTick
from market.supply.provider import ProviderAgent, ProviderTick
from market.supply.research import INVESTORS
from market.supply.term_market import HOURS_A_YEAR
from market.supply.wholesale import Allotment

type Floats = NDArray[np.float64]


def pay(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    firms: Firms,
    quoted: Quoted,
    contracts: Contracts,
    machines: Machines,
    posted: Posted,
    ordered: Ordered,
    served: Served,
    known: Known,
    paid: Paid,
    effects: Effects,
    ledger: Ledger,
) -> Paid:
    """Users pay providers, providers pay owners, all pay for power; the rest of the world is named."""
    for_tokens = np.where(served.round.served > 0, served.round.served * ordered.cleared.prices, 0.0)
    for_plans = (known.members * founded.fee * (founded.hours / HOURS_PER_MONTH)).reshape(for_tokens.shape)
    budgets = research_budgets(founded, tick, firms, paid)
    ledger.new_tick()
    ledger.post(fleets.payments)
    ledger.post(firms.payments)
    ledger.post(tuple(for_credit(founded)))
    ledger.post(of_users(founded, for_tokens))
    ledger.post(for_subscriptions(founded, posted, for_plans))
    ledger.post(for_contracts(contracts, machines.allotment))
    ledger.post(for_research(founded, quoted, machines.allotment, budgets))
    ledger.post(at_list(founded, quoted, machines.allotment))
    ledger.post(for_spot(founded, machines.allotment))
    ledger.post(of_owners(founded, machines.allotment, effects))
    ledger.post(for_routed(founded, posted, served, for_tokens))
    ledger.post(for_homes(founded, served))
    ledger.post(of_providers(founded, firms, posted, served))
    sales = [
        sales_lately(one, float(before), founded.hours, ledger)
        for one, before in zip(founded.researchers, paid.sales, strict=True)
    ]
    return Paid(
        for_tokens,
        for_plans,
        np.array(sales, dtype=np.float64),
        lately(founded, tick, paid.lately, ledger),
        *value_of_racks(founded, paid.value, fleets.payments),
    )


def for_credit(founded: Founded) -> Iterator[Payment]:
    """Interest on what firms owe at the begin of the tick, when machines and debts of the day have been paid."""
    years = founded.hours / HOURS_A_YEAR / founded.calendar.simulated_share
    firms: tuple[ProviderAgent | HyperscalerAgent, ...] = (*founded.providers, *founded.owners)
    for firm in firms:
        rate = firm.spec.interest
        if rate > 0 and (cash := firm.cash) < 0:
            yield Payment(firm.name, "creditors", -cash * math.expm1(rate * years), "interest")


def of_users(founded: Founded, for_tokens: Floats) -> Iterator[Payment]:
    """Users earn what they spend on tokens and on machines of their own."""
    for s, cohort in enumerate(founded.cohorts):
        yield Payment("users' income", cohort.name, float(for_tokens[s].sum()), "income")
        yield Payment("users' income", cohort.name, cohort.spent_on_machines, "income")
        yield Payment(cohort.name, "capital", cohort.spent_on_machines, "machines at home")
        paid = for_tokens[s]
        for p in founded.providers:
            yield Payment(cohort.name, p.name, float(np.add.reduce(paid[p.own])), "tokens")


def for_subscriptions(founded: Founded, posted: Posted, for_plans: Floats) -> Iterator[Payment]:
    """Members pay their fee, an hour's share of the month at a time."""
    for s, cohort in enumerate(founded.cohorts):
        for j in (for_plans[s] > 0).nonzero()[0].tolist():
            amount = float(for_plans[s, j])
            yield Payment("users' income", cohort.name, amount, "income")
            provider = founded.providers[int(posted.book.provider[j])]
            yield Payment(cohort.name, provider.name, amount, "subscriptions")


def for_contracts(contracts: Contracts, allotment: Allotment) -> Iterator[Payment]:
    """Contracts are paid as far as they were delivered."""
    for contract, delivered in zip(contracts.running, allotment.by_contract, strict=True):
        yield Payment(contract.buyer, contract.seller, float(delivered) * contract.price_now, "contract")


def at_list(founded: Founded, quoted: Quoted, allotment: Allotment) -> Iterator[Payment]:
    """Machines rented at list prices."""
    for owner in founded.owners:
        if allotment.listed[owner.number] > 0:
            price = float(quoted.listed[owner.number])
            for p in founded.providers:
                yield Payment(p.name, owner.name, float(allotment.at_list[owner.number, p.number]) * price, "on demand")
            for one in founded.researchers:
                hours = float(allotment.research_at_list[owner.number, one.number])
                yield Payment(one.name, owner.name, hours * price, "on demand")


def for_research(
    founded: Founded, quoted: Quoted, allotment: Allotment, budgets: Sequence[tuple[float, float]]
) -> Iterator[Payment]:
    """Research gets what it spends from whose it is, who gets from investors their part of the budget."""
    for one, (given, own) in zip(founded.researchers, budgets, strict=True):
        listed = allotment.research_at_list[:, one.number]
        spent = float(allotment.research[one.number]) * allotment.price
        if listed.any():
            spent += float(listed @ np.where(listed > 0, quoted.listed, 0.0))
        payer = one.spec.funder or INVESTORS
        if one.spec.funder and given > 0:
            yield Payment(INVESTORS, payer, one.spec.policy.of_investors(spent, given, own), "funding")
        yield Payment(payer, one.name, spent, "research")


def for_spot(founded: Founded, allotment: Allotment) -> Iterator[Payment]:
    """Money follows the rack-hours at the one price; bought and sold are equal but for rounding."""
    total = float(allotment.sold_spot.sum())
    sold = [
        (owner.name, hours / total)
        for owner, hours in zip(founded.owners, allotment.sold_spot.tolist(), strict=True)
        if hours
    ]
    buyers = [(p.name, bought) for p, bought in zip(founded.providers, allotment.spot.tolist(), strict=True)]
    buyers += [(one.name, bought) for one, bought in zip(founded.researchers, allotment.research.tolist(), strict=True)]
    for name, bought in buyers:
        for owner, share in sold if bought > 0 else ():
            yield Payment(name, owner, bought * share * allotment.price, "spot")


def of_owners(founded: Founded, allotment: Allotment, effects: Effects) -> Iterator[Payment]:
    """What owners pay by themselves."""
    in_use = allotment.first_party + (allotment.contracted + allotment.sold_spot) + allotment.listed
    for owner in founded.owners:
        yield from owner.booked(
            OwnerTick(founded.hours, float(in_use[owner.number]), float(effects.power[owner.number]))
        )


def for_routed(founded: Founded, posted: Posted, served: Served, for_tokens: Floats) -> Iterator[Payment]:
    """Brokers pay the providers that served their users all but their cut: list price, and rent of scarce machines."""
    book = posted.book
    for j, target in posted.routed_to.items():
        tokens = float((served.round.served[:, j] * book.billed[:, j]).sum())
        broker, seller = founded.providers[int(book.provider[j])], founded.providers[int(book.provider[target])]
        kept = tokens * float(book.price[target]) * founded.routes[j][1]
        yield Payment(broker.name, seller.name, float(for_tokens[:, j].sum()) - kept, "routed tokens")
        cost = seller.spec.offers[int(np.flatnonzero(seller.offers == target)[0])].cost
        yield Payment(seller.name, "upkeep", tokens * cost, "upkeep")


def for_homes(founded: Founded, served: Served) -> Iterator[Payment]:
    """Brokers pay the owners of home machines for the hours used; the owners pay for electricity."""
    for p in founded.providers:
        for number, pool in zip(p.pools, p.spec.pools, strict=True):
            if pool.homes is not None:
                used = float(served.round.used[number])
                yield Payment(p.name, pool.homes.segment, used * pool.homes.usd_per_hour, "home machines")
                yield Payment(pool.homes.segment, "power", used * pool.homes.power_usd_per_hour, "power")


def of_providers(founded: Founded, firms: Firms, posted: Posted, served: Served) -> Iterator[Payment]:
    """What providers pay and get by themselves."""
    tokens = (served.round.served * posted.book.billed).sum(axis=0)
    sellers = {p.name for p in founded.providers}
    for p in founded.providers:
        staffed = firms.parent[p.number] not in sellers
        tick = ProviderTick(
            founded.hours, tokens[p.own], served.round.used[p.own_pools], bool(firms.active[p.number]), staffed
        )
        yield from p.booked(tick)
