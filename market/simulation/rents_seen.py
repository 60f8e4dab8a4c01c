"""What the market has seen of rents and machines, by which it expects what comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from market.events.effects import Effects
from market.simulation.founded import Founded
from market.simulation.state import Machines, Quoted
from market.supply.expansion import MONTH
from market.supply.foresee import Foresee
from market.supply.owner import HyperscalerAgent
from market.supply.rent_outlook import RentOutlook
from market.supply.rents import Entrants, Seen

type Floats = NDArray[np.float64]


def mean_spot_price(founded: Founded, machines: Machines) -> float:
    """Mean spot price of the last month [USD per rack-h]; before the first tick the lowest ask."""
    if machines.spot_prices.size == 0:
        return min((owner.ask for owner in founded.owners), default=0.0)
    return float(machines.spot_prices.mean())


def rents_seen(
    founded: Founded, tick: int, machines: Machines, quoted: Quoted, rack_price: float, effects: Effects
) -> Seen:
    """What there is to go by when a tick begins; ``rack_price``: what racks cost of who makes them [USD]."""
    now, years = mean_spot_price(founded, machines), founded.calendar.years(tick)
    seen = Seen(now, quoted.months, years, month_racks=quoted.month_racks)
    if machines.stood.size == 0:
        return seen
    return replace(
        seen,
        age=0.5 * (years - founded.calendar.years(tick - machines.stood.size)),
        prices=machines.spot_prices,
        stood=machines.stood,
        racks=racks_under_way(founded, seen.years, effects),
        entrants=entrants(founded, seen.years, rack_price, effects),
    )


def own_time(owner: HyperscalerAgent, years: float, effects: Effects) -> float:
    """Years after the start by which an owner's deliveries go, which may be late."""
    return max(years - float(effects.late_years[owner.number]), 0.0)


def racks_under_way(founded: Founded, years: float, effects: Effects) -> Callable[[Floats], Floats]:
    """Racks of all owners so many years from now, as far as they are under way now."""
    paths = [owner.spec.expansion.foretold(owner.fleet, own_time(owner, years, effects)) for owner in founded.owners]
    return lambda ahead: np.asarray(sum((path(ahead) for path in paths), np.zeros(ahead.shape)))


def foresighted(founded: Founded) -> list[tuple[HyperscalerAgent, Foresee]]:
    """Owners who order by expected rents, and how."""
    return [(o, o.spec.expansion) for o in founded.owners if isinstance(o.spec.expansion, Foresee)]


def entrants(founded: Founded, years: float, rack_price: float, effects: Effects) -> Entrants | None:
    """Owners who order by expected rents add machines from their next look on; the first and the cheapest count."""
    who = foresighted(founded)
    if not who:
        return None
    first, costs = np.inf, []
    for owner, plan in who:
        now = own_time(owner, years, effects)
        look = owner.fleet.next_look if owner.fleet.next_look > now else now + MONTH
        lump = plan.lump_months / 12.0
        first = min(first, plan.arrives(look if look > now + lump or lump <= MONTH else now + lump) - now)
        price = rack_price if founded.economy.maker is not None else plan.rack_price + plan.dearer(now)
        costs.append((plan, price))

    def cost(ahead: Floats) -> Floats:
        return np.asarray(np.min([plan.full_cost(price, ahead) for plan, price in costs], axis=0))

    return Entrants(cost, first, max(plan.growth for _, plan in who))


def outlooks(
    founded: Founded, tick: int, machines: Machines, quoted: Quoted, rack_price: float, effects: Effects
) -> dict[int, RentOutlook]:
    """By number of the owner, where one who orders by expected rents looks at ordering in this tick.

    All see what is under way before any of them orders, and each takes its part of what is ordered.
    """
    who, years = foresighted(founded), founded.calendar.years(tick)
    if machines.stood.size == 0 or all(owner.fleet.next_look > own_time(owner, years, effects) for owner, _ in who):
        return {}
    seen = rents_seen(founded, tick, machines, quoted, rack_price, effects)
    total = sum(owner.fleet.coming for owner, _ in who)
    forecast = founded.economy.wholesale.terms.forecast
    return {o.number: RentOutlook(forecast, seen, o.fleet.coming / total if total > 0 else 0.0) for o, _ in who}
