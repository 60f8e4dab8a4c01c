"""From a scenario to how machines are rented: contracts, lists by the hour, and what is expected of rents."""

from __future__ import annotations

import math
from typing import Final

from capacity import Chip, Costs
from capacity.fields import fields_of
from market.calendar import Calendar
from market.kinds import kind_named
from market.supply.contract import Contract
from market.supply.rack_lists import OnDemand
from market.supply.rents import RentForecast
from market.supply.specs import Hyperscaler
from market.supply.term_market import TermMarket
from scenarios.definition.building_out import full_cost, ticks_of
from scenarios.definition.parameters import Parameters
from scenarios.parameters.kinds import made_of
from scenarios.parameters.supply import CONTRACTING, Supply

FOREVER: Final = 10**9


def rental(rack: Chip) -> float:
    """Rent of a rack at the rental price of its chips [USD per rack-h]."""
    return Costs().usd_per_chip_hour(rack) * rack.chips_per_system


def contracts(parameters: Parameters, owners: tuple[Hyperscaler, ...], when: Calendar) -> tuple[Contract, ...]:
    """Each lab holds a share of one of the largest owners' racks."""
    terms = parameters.supply.contracts
    if terms.share == 0:
        return ()
    largest = sorted(owners, key=lambda owner: -owner.racks)[:CONTRACTING]
    ticks = ticks_of(terms.term_days, when) if math.isfinite(terms.term_days) else FOREVER
    rack = parameters.known.chips[parameters.supply.chip]
    return tuple(
        Contract(
            largest[number % len(largest)].name,
            lab.name,
            terms.share * largest[number % len(largest)].racks,
            price=terms.price * rental(rack),
            ticks=min(ticks, FOREVER),
            renews=terms.renews,
            adjusts=terms.adjusts,
            ramps=terms.ramps,
            lengths=tuple(ticks_of(days, when) for days in terms.lengths_days if days >= terms.least_days),
        )
        for number, lab in enumerate(parameters.labs)
    )


def on_demand(supply: Supply, rack: Chip, when: Calendar) -> OnDemand | None:
    """Machines by the hour at a list price."""
    chosen = supply.on_demand
    if chosen.share == 0:
        return None
    every = when.simulated_hours(chosen.every_hours)
    return OnDemand(
        chosen.price * rental(rack), chosen.share, chosen.make(), every, chosen.stickiness, chosen.settling_hours
    )


def term_market(supply: Supply, rack: Chip) -> TermMarket:
    """What is expected of rents, and how contracts are bargained for; risk is counted over what is at stake."""
    terms = supply.terms
    expects = kind_named(RentForecast, terms.forecast.kind)
    own = {"cost": full_cost(supply, rack)} if any(field.name == "cost" for field in fields_of(expects)) else {}
    forecast = made_of(expects, {**terms.forecast.chosen, **own})
    if not terms.bargained:
        return TermMarket(forecast, bargained=False)
    return TermMarket(
        forecast,
        terms.discount,
        terms.buyer_risk,
        terms.seller_risk,
        per_stake=True,
        seller_share=terms.seller_share,
        passed_on=terms.passed_on,
        spread=terms.spread,
        persistence=terms.persistence,
        need_spread=terms.need_spread,
    )
