"""Machines that serve together, and their load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from market.simulation.columns.column import column

if TYPE_CHECKING:
    from market.simulation.moment import Moment


@column("pools", "capacity", "rack-h", "work that could be done")
def capacity(moment: Moment) -> Any:
    return moment.state.machines.capacity


@column("pools", "used", "rack-h", "work done")
def used(moment: Moment) -> Any:
    return moment.state.served.round.used


@column("pools", "ordered", "rack-h", "work ordered in the tick")
def ordered(moment: Moment) -> Any:
    return moment.by_pool((moment.state.ordered.orders * moment.state.posted.book.work).sum(axis=0))


@column("pools", "backlog", "rack-h", "work waiting at the end of the tick")
def backlog(moment: Moment) -> Any:
    return moment.by_pool((moment.state.served.waiting * moment.state.posted.book.work).sum(axis=0))


@column("pools", "utilisation", "1", "used over capacity")
def utilisation(moment: Moment) -> Any:
    could, did = moment.state.machines.capacity, moment.state.served.round.used
    return np.divide(did, could, out=np.zeros(did.shape), where=could > 0)


@column("pools", "rent", "USD per rack-h", "scarcity rent; 0 where prices are posted")
def rent(moment: Moment) -> Any:
    return moment.state.ordered.cleared.rents
