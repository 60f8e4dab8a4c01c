"""Renting: who gets which machines in the wholesale market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.exchange.elastic_demand import ElasticDemand
from market.simulation.financing import research_demand
from market.simulation.founded import Founded
from market.simulation.giving_up import look_ahead
from market.simulation.needing import bids_of, worth_of_contracts
from market.simulation.state import Contracts, Firms, Fleets, Known, Machines, Paid, Quoted
from market.simulation.taking_back import chance_lately, taken_back, work_done_again
from market.simulation.trained import trained_lately
from market.supply.home_machines import HomeMachines
from market.supply.needs import Needs
from market.supply.purchases import Purchases
from market.supply.rack_lists import HourOfBids
from market.supply.wholesale import NONE_OLDER, Allotment, Bids, Lists, Older

type Floats = NDArray[np.float64]


def rent(
    founded: Founded, tick: int, fleets: Fleets, firms: Firms, quoted: Quoted, contracts: Contracts, needs: Needs,
    machines: Machines, paid: Paid, known: Known, effects: Effects,
) -> Machines:  # fmt: skip
    """Machines are given out: first-party use, contracts, then list prices and spot; buyers learn what they cost."""
    hours, period = founded.hours, founded.calendar.period(tick)
    capacity, own_racks, home_racks = own_machines(founded, firms, period, effects)
    parties = [(founded.number_of[c.seller], founded.number_of[c.buyer]) for c in contracts.running]
    held = np.array([float(np.add.reduce(capacity[p.own_pools])) for p in founded.providers])
    for contract, (_, buyer) in zip(contracts.running, parties, strict=True):
        held[buyer] += contract.racks_now * hours
    bids = Bids.together(
        [bids_of(founded, needs, p, held, machines) for p in founded.providers if firms.active[p.number]]
    )
    research = research_demand(founded, tick, firms, paid, known, machines.chance)
    older = older_machines(founded, effects)
    clear = partial(allot, founded, tick, fleets, quoted, machines, contracts, parties, bids, research, effects, older)
    allotment = clear()
    rented = allotment.spot + allotment.at_list.sum(axis=0)
    got = rented.copy()
    for (_, buyer), racks in zip(parties, allotment.by_contract, strict=True):
        got[buyer] += racks
    taken = taken_back(machines.allotment, allotment)
    again, research_again = work_done_again(founded, machines.allotment, allotment, taken)
    for p in founded.providers:
        capacity[p.pools[0]] += got[p.number] - again[p.number]
    return Machines(
        capacity=capacity,
        allotment=allotment,
        own_racks=own_racks,
        home_racks=home_racks,
        spot_racks=allotment.spot / hours,
        contracted_racks=got / hours - rented / hours,
        earned=earned_lately(machines.earned, allotment, quoted.listed, hours / founded.month_h),
        spot_prices=np.append(machines.spot_prices, allotment.price)[-founded.ticks_in_month :],
        stood=np.append(machines.stood, allotment.owned.sum() / hours)[-founded.ticks_in_month :],
        bids=bids_of_month(founded, machines.bids, allotment),
        worth=worth_of_contracts(founded, needs, contracts, machines.worth, held, allotment.price, machines.chance),
        taken=taken / hours,
        chance=chance_lately(founded, machines, taken),
        restarted=again,
        research_restarted=research_again,
        exit=look_ahead(
            founded, tick, machines.exit, older, allotment.price, effects, lambda gone: clear(gone=gone).price
        ),
        trained=trained_lately(founded, tick, machines.trained, allotment, research_again),
        purchases=purchases_after(founded, needs, machines.purchases, allotment.price),
    )


def purchases_after(founded: Founded, needs: Needs, before: Sequence[Purchases], price: float) -> tuple[Purchases, ...]:
    """What those who rent by the hour have learned once a tick has cost so much a rack-hour [USD]."""
    return tuple(
        known.after(needs.place, price, needs.work_of(p.own), needs.earned_by(p.own)) if p.spec.spot else known
        for p, known in zip(founded.providers, before, strict=True)
    )


def own_machines(founded: Founded, firms: Firms, period: int, effects: Effects) -> tuple[Floats, Floats, Floats]:
    """Rack-hours by pool, and racks owned and rented from homes by provider, before anything is rented."""
    capacity = np.zeros(founded.book.pools)
    own_racks, home_racks = np.zeros(len(founded.providers)), np.zeros(len(founded.providers))
    for p in founded.providers:
        for k, number in enumerate(p.pools if firms.active[p.number] else ()):
            homes = p.spec.pools[k].homes
            place = len(founded.owners) + p.number
            more = float(effects.added[place]) if k == 0 else 0.0
            own = (p.owned_racks(k, period) + more) * float(effects.running[place])
            rented = offered_at_home(founded, homes) if homes else 0.0
            capacity[number] = (own + rented) * founded.hours
            own_racks[p.number] += own
            home_racks[p.number] += rented
    return capacity, own_racks, home_racks


def offered_at_home(founded: Founded, homes: HomeMachines) -> float:
    """Machines that users offer for rent in this tick: none if the pay does not cover the electricity."""
    if homes.usd_per_hour < homes.power_usd_per_hour:
        return 0.0
    cohort = next(c for c in founded.cohorts if c.name == homes.segment)
    return cohort.owners * cohort.users * homes.idle_share


def allot(
    founded: Founded,
    tick: int,
    fleets: Fleets,
    quoted: Quoted,
    machines: Machines,
    contracts: Contracts,
    parties: Sequence[tuple[int, int]],
    bids: Bids,
    research: Sequence[ElasticDemand],
    effects: Effects,
    older: Older = NONE_OLDER,
    gone: Floats | None = None,
) -> Allotment:
    """Give the owners' rack-hours out; ``gone``: rack-hours of each of the older machines that are thought away."""
    owned = fleets.racks * founded.hours
    if gone is not None:
        owned = owned - np.bincount(older.owner, weights=gone, minlength=owned.size)
        older = replace(older, quantity=older.quantity - gone)
    lost = np.array([one.spec.restart_h * machines.chance for one in founded.researchers], dtype=np.float64)
    share = [h.spec.on_demand.share if h.spec.on_demand else 0.0 for h in founded.owners]
    return founded.economy.wholesale.allot(
        owned,
        first_party(founded, tick, owned),
        np.array([h.ask_at(float(effects.power[h.number])) for h in founded.owners]),
        contracts.running,
        parties,
        bids,
        len(founded.providers),
        founded.hours,
        np.array([not h.spec.first_party_first for h in founded.owners], dtype=bool),
        research,
        Lists(quoted.listed, np.array(share, dtype=np.float64), lost),
        older,
    )


def older_machines(founded: Founded, effects: Effects) -> Older:
    """Machines of all owners that are used last, with what each asks."""
    if not any(h.spec.older for h in founded.owners):
        return NONE_OLDER
    asks = [h.asks_of_older(float(effects.power[h.number])) for h in founded.owners]
    hours = [h.older.racks * float(effects.running[h.number]) * founded.hours for h in founded.owners]
    whose = np.repeat(np.arange(len(asks)), [one.size for one in asks])
    return Older(whose, np.concatenate(asks), np.concatenate(hours))


def first_party(founded: Founded, tick: int, owned: Floats) -> Floats:
    """What owners' own training and products call for [rack-h], by owner."""
    wanted: Floats = owned * np.array([h.spec.first_party for h in founded.owners])
    for products in founded.economy.products:
        wanted[founded.number_of[products.owner]] += products.racks_at(founded.calendar, tick) * founded.hours
    return wanted


def earned_lately(before: Floats, allotment: Allotment, listed: Floats, pace: float) -> Floats:
    """What a rack-hour that is for rent has earned over about a month, by owner [USD per rack-h].

    ``pace``: share of a month that a tick is.
    """
    rentable = allotment.sold_spot + allotment.idle
    sold = np.divide(allotment.sold_spot, rentable, out=np.ones(rentable.shape), where=rentable > 0)
    earned = allotment.price * sold
    if allotment.listed.any():
        whole = rentable + allotment.listed
        at_list = np.divide(allotment.listed, whole, out=np.zeros(whole.shape), where=whole > 0)
        earned = earned + at_list * (np.where(np.isfinite(listed), listed, 0.0) - earned)
    return np.asarray(before + np.where(before != 0.0, pace, 1.0) * (earned - before))


def bids_of_month(founded: Founded, before: tuple[HourOfBids, ...], allotment: Allotment) -> tuple[HourOfBids, ...]:
    """What owners can know of the spot market of a month; kept where one of them has a list to set.

    Research is left out: it leaves a machine rather than paying a list for it.
    """
    if not any(h.spec.on_demand for h in founded.owners):
        return ()
    bids = allotment.bids
    worth, wanted, lost = (values[bids.quantity > 0] for values in (bids.price, bids.quantity, bids.lost))
    room = float((allotment.listed + allotment.sold_spot + allotment.idle).sum())
    return (*before, HourOfBids(allotment.price, room, worth, wanted, lost))[-founded.ticks_in_month :]
