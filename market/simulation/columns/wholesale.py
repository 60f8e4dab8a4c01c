"""Machines and books of their owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


@column("wholesale", "sold_spot", "rack-h", "rented out on the spot market")
def sold_spot(moment: Moment) -> Any:
    return moment.state.machines.allotment.sold_spot


@column("wholesale", "idle", "rack-h", "left over")
def idle(moment: Moment) -> Any:
    return moment.state.machines.allotment.idle


@column("wholesale", "income", "USD", "from contracts and spot")
def income(moment: Moment) -> Any:
    return moment.received(moment.owners, "contract") + moment.received(moment.owners, "spot")


@column("wholesale", "running_cost", "USD", "power and upkeep of the racks in use")
def running_cost(moment: Moment) -> Any:
    return moment.spent(moment.owners, "power")


@column("wholesale", "capital", "USD", "paid for racks that it adds")
def capital(moment: Moment) -> Any:
    return moment.spent(moment.owners, "capital")


@column("wholesale", "cash", "USD", "money at the end of the tick")
def cash(moment: Moment) -> Any:
    return [owner.cash for owner in moment.founded.owners]
