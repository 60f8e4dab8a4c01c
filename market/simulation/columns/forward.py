"""What the market expects of the spot price of machines, and what it asks for contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column(
    "forward", "spot", "USD per rack-h", "spot price that is expected so long from now, mean over the hours of a day"
)
def spot(moment: Moment) -> Any:
    return moment.state.quoted.expected


@column("forward", "term", "USD per rack-h", "price of a contract that begins now and lasts so long")
def term(moment: Moment) -> Any:
    return moment.state.quoted.terms


@column("forward", "racks", "racks", "under contracts that run, by the length of their term that is nearest to this")
def racks(moment: Moment) -> Any:
    return moment.contracted_by_length()
