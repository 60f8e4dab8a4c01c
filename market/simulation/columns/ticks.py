"""The market as a whole: sums over the segments, and a few figures of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("ticks", "asked", "requests", "requests that come to the market in the tick, put-off ones when they fall due")
def asked(moment: Moment) -> Any:
    return moment.total("asked")


@column("ticks", "ordered", "requests", "of these, ordered from an offer")
def ordered(moment: Moment) -> Any:
    return moment.total("ordered")


@column("ticks", "local", "requests", "of these, done on a machine of one's own")
def local(moment: Moment) -> Any:
    return moment.total("local")


@column("ticks", "nothing", "requests", "of these, given up because nothing was worth its price and wait")
def nothing(moment: Moment) -> Any:
    return moment.total("nothing")


@column("ticks", "unaffordable", "requests", "of these, beyond the user's budget")
def unaffordable(moment: Moment) -> Any:
    return moment.total("unaffordable")


@column("ticks", "served", "requests", "served in the tick, whenever they came")
def served(moment: Moment) -> Any:
    return moment.total("served")


@column("ticks", "waiting", "requests", "waiting in queues at the end of the tick")
def waiting(moment: Moment) -> Any:
    return moment.total("waiting")


@column("ticks", "turned_away", "requests", "left a queue for good in the tick")
def turned_away(moment: Moment) -> Any:
    return moment.total("turned_away")


@column("ticks", "moved", "requests", "left a queue in the tick and joined another")
def moved(moment: Moment) -> Any:
    return moment.total("moved")


@column("ticks", "put_off", "requests", "put off in the tick to a later one")
def put_off(moment: Moment) -> Any:
    return moment.total("put_off")


@column("ticks", "pending", "requests", "put off and not due yet at the end of the tick")
def pending(moment: Moment) -> Any:
    return moment.total("pending")


@column("ticks", "tokens", "million tokens", "served, input and output")
def tokens(moment: Moment) -> Any:
    return moment.total("tokens")


@column("ticks", "paid", "USD", "paid by users, for tokens and for plans")
def paid(moment: Moment) -> Any:
    return moment.total("paid")


@column("ticks", "capacity", "rack-h", "work that could be done")
def capacity(moment: Moment) -> Any:
    return moment.state.machines.capacity.sum()


@column("ticks", "used", "rack-h", "work done")
def used(moment: Moment) -> Any:
    return moment.state.served.round.used.sum()


@column("ticks", "spot_price", "USD per rack-h", "wholesale spot price")
def spot_price(moment: Moment) -> Any:
    return moment.state.machines.allotment.price


@column(
    "ticks", "on_demand_price", "USD per rack-h", "lowest list price of machines by the hour; 0 where there is none"
)
def on_demand_price(moment: Moment) -> Any:
    lowest = min(moment.state.quoted.listed.tolist(), default=math.inf)
    return lowest if math.isfinite(lowest) else 0.0


@column("ticks", "on_demand_paid", "USD", "paid for machines at list prices")
def on_demand_paid(moment: Moment) -> Any:
    return moment.received(moment.owners, "on demand").sum()


@column("ticks", "contract_price", "USD per rack-h", "mean rent of the contracts that run, by racks; 0 without any")
def contract_price(moment: Moment) -> Any:
    running = moment.state.contracts.running
    racks = sum(contract.racks_now for contract in running)
    return sum(contract.racks_now * contract.price_now for contract in running) / racks if racks > 0 else 0.0


@column("ticks", "refused", "racks", "under contracts that were not renewed, for which the two still talk")
def refused(moment: Moment) -> Any:
    return sum(contract.racks_now for contract in moment.state.contracts.refused)


@column("ticks", "restart_chance", "1/h", "chance that a machine on spot is taken back in an hour, mean of a month")
def restart_chance(moment: Moment) -> Any:
    return moment.state.machines.chance


@column("ticks", "research", "rack-h", "machines rented for research, work done again included")
def research(moment: Moment) -> Any:
    allotment = moment.state.machines.allotment
    return allotment.research.sum() + allotment.research_at_list.sum()


@column("ticks", "research_restarted", "rack-h", "of these, work done again as machines were taken back")
def research_restarted(moment: Moment) -> Any:
    return moment.state.machines.research_restarted.sum()


@column("ticks", "research_spent", "USD", "paid for them")
def research_spent(moment: Moment) -> Any:
    research = moment.researchers
    return moment.spent(research, "spot").sum() + moment.spent(research, "on demand").sum()


@column("ticks", "rack_price", "USD", "asked for a rack by who makes them, had no weeks been left out; 0 of nobody")
def rack_price(moment: Moment) -> Any:
    return moment.state.fleets.sales.price / moment.founded.calendar.simulated_share


@column("ticks", "memory_price", "USD per GB", "of memory for racks, likewise; 0 where there is no market for it")
def memory_price(moment: Moment) -> Any:
    return moment.state.fleets.sales.memory_price / moment.founded.calendar.simulated_share


@column("ticks", "surplus", "USD", "expected surplus of the users at the prices and waits they saw")
def surplus(moment: Moment) -> Any:
    return moment.total("surplus")


@column("ticks", "gap", "1", "duality gap of the scarcity auction over money spent")
def gap(moment: Moment) -> Any:
    return moment.state.ordered.cleared.gap


@column("ticks", "evaluations", "1", "how often the mechanism asked users in the tick")
def evaluations(moment: Moment) -> Any:
    return moment.state.ordered.cleared.evaluations
