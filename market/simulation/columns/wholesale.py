"""Machines and books of their owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("wholesale", "racks", "racks", "owned")
def racks(moment: Moment) -> Any:
    return moment.state.fleets.racks


@column("wholesale", "owned", "rack-h", "that its racks can do")
def owned(moment: Moment) -> Any:
    return moment.state.machines.allotment.owned


@column("wholesale", "first_party", "rack-h", "used by its own products and training")
def first_party(moment: Moment) -> Any:
    return moment.state.machines.allotment.first_party


@column("wholesale", "contracted", "rack-h", "delivered under contracts")
def contracted(moment: Moment) -> Any:
    return moment.state.machines.allotment.contracted


@column("wholesale", "short", "rack-h", "promised under contracts and not delivered")
def short(moment: Moment) -> Any:
    return moment.state.machines.allotment.short


@column("wholesale", "on_demand", "rack-h", "rented out at its list price")
def on_demand(moment: Moment) -> Any:
    return moment.state.machines.allotment.listed


@column("wholesale", "sold_spot", "rack-h", "rented out on the spot market")
def sold_spot(moment: Moment) -> Any:
    return moment.state.machines.allotment.sold_spot


@column("wholesale", "idle", "rack-h", "left over")
def idle(moment: Moment) -> Any:
    return moment.state.machines.allotment.idle


@column(
    "wholesale", "taken_back", "rack-h", "of what it had sold on spot in the last tick, gone to firm use or stopped"
)
def taken_back(moment: Moment) -> Any:
    return moment.state.machines.taken * moment.founded.hours


@column("wholesale", "listed_at", "USD per rack-h", "its list price; 0 where it has none")
def listed_at(moment: Moment) -> Any:
    listed = moment.state.quoted.listed
    return np.where(np.isfinite(listed), listed, 0.0)


@column("wholesale", "held", "1", "1 while creditors have its machines run, since it owed more than they lend")
def held(moment: Moment) -> Any:
    return moment.state.firms.failed


@column("wholesale", "racks_ordered", "racks", "that it ordered of who makes them")
def racks_ordered(moment: Moment) -> Any:
    return moment.state.fleets.sales.ordered


@column("wholesale", "racks_given", "racks", "of these that will come")
def racks_given(moment: Moment) -> Any:
    return moment.state.fleets.sales.given


@column("wholesale", "income", "USD", "from contracts, at list prices and from spot")
def income(moment: Moment) -> Any:
    who = moment.owners
    return moment.received(who, "contract") + moment.received(who, "spot") + moment.received(who, "on demand")


@column("wholesale", "running_cost", "USD", "power and upkeep of the racks in use")
def running_cost(moment: Moment) -> Any:
    return moment.spent(moment.owners, "power") + moment.spent(moment.owners, "upkeep")


@column("wholesale", "capital", "USD", "paid for racks that it adds")
def capital(moment: Moment) -> Any:
    return moment.spent(moment.owners, "capital")


@column("wholesale", "cash", "USD", "money at the end of the tick")
def cash(moment: Moment) -> Any:
    return [owner.cash for owner in moment.founded.owners]
