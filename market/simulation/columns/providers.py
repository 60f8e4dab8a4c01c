"""Books and machines of sellers of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from market.simulation.columns.column import column
from market.simulation.trained import worth_of_training, years_ahead

if TYPE_CHECKING:
    from market.simulation.moment import Moment

#: Kinds of payments of a provider beside rent.
SPENT: Final = ("power", "upkeep", "capital", "routed tokens", "home machines")


@column("providers", "cash", "USD", "money at the end of the tick")
def cash(moment: Moment) -> Any:
    return [p.cash for p in moment.founded.providers]


@column("providers", "revenue", "USD", "from users, for tokens and subscriptions, and from brokers")
def revenue(moment: Moment) -> Any:
    tokens = moment.received(moment.providers, "tokens") + moment.received(moment.providers, "routed tokens")
    return np.asarray(tokens + subscriptions(moment))


@column("providers", "subscriptions", "USD", "of these, subscriptions")
def subscriptions(moment: Moment) -> Any:
    return moment.received(moment.providers, "subscriptions")


@column("providers", "rent_paid", "USD", "paid for contracts, at list prices and for spot")
def rent_paid(moment: Moment) -> Any:
    who = moment.providers
    return moment.spent(who, "contract") + moment.spent(who, "spot") + moment.spent(who, "on demand")


@column(
    "providers",
    "running_cost",
    "USD",
    "paid for power, upkeep and capital of its own, to home machines and for routed tokens",
)
def running_cost(moment: Moment) -> Any:
    total = np.zeros(moment.providers.size)
    for kind in SPENT:
        total += moment.spent(moment.providers, kind)
    return total


@column("providers", "profit", "USD", "revenue less rent and running cost, before burn and funding")
def profit(moment: Moment) -> Any:
    books = moment.written["providers"]
    return books["revenue"] - books["rent_paid"] - books["running_cost"]


@column("providers", "burn", "USD", "paid for staff, training and research, whatever is sold")
def burn(moment: Moment) -> Any:
    return moment.spent(moment.providers, "burn")


@column("providers", "research", "USD", "paid for research that it funds")
def research(moment: Moment) -> Any:
    return moment.spent(moment.providers, "research")


@column("providers", "months_ahead", "months", "by which its models are ahead of the clock, by what it has trained")
def months_ahead(moment: Moment) -> Any:
    return 12.0 * years_ahead(moment.founded, moment.state.machines.trained)


@column("providers", "training_worth", "USD per rack-h", "what a rack-hour more of training brings it over time")
def training_worth(moment: Moment) -> Any:
    return worth_of_training(moment.founded, moment.state.tick, moment.state.machines, moment.state.known)


@column("providers", "funding", "USD", "from investors, what there was before the first tick aside")
def funding(moment: Moment) -> Any:
    return moment.received(moment.providers, "funding")


@column("providers", "owned", "rack-h", "of own machines")
def owned(moment: Moment) -> Any:
    return moment.state.machines.own_racks * moment.founded.hours


@column("providers", "contracted", "rack-h", "delivered under contracts")
def contracted(moment: Moment) -> Any:
    return moment.state.machines.contracted_racks * moment.founded.hours


@column("providers", "spot", "rack-h", "rented on the spot market")
def spot(moment: Moment) -> Any:
    return moment.state.machines.spot_racks * moment.founded.hours


@column("providers", "on_demand", "rack-h", "rented at list prices")
def on_demand(moment: Moment) -> Any:
    return moment.state.machines.allotment.at_list.sum(axis=0)


@column("providers", "restarted", "rack-h", "of spot, work done again as machines were taken back")
def restarted(moment: Moment) -> Any:
    return moment.state.machines.restarted


@column("providers", "homes", "rack-h", "offered by users who rent out machines at home; a rack is one such machine")
def homes(moment: Moment) -> Any:
    return moment.state.machines.home_racks * moment.founded.hours


@column("providers", "used", "rack-h", "work done")
def used(moment: Moment) -> Any:
    used = moment.state.served.round.used
    return [float(np.add.reduce(used[p.own_pools])) for p in moment.founded.providers]


@column("providers", "active", "1", "1 while it sells, 0 before it comes and after it has left")
def active(moment: Moment) -> Any:
    return moment.state.firms.active


@column("providers", "acquired", "1", "1 once a hyperscaler has bought it")
def acquired(moment: Moment) -> Any:
    return [parent is not None for parent in moment.state.firms.parent]


@column("providers", "granted", "1", "share of its listed quotas that it grants, mean over its offers; 1 with no quota")
def granted(moment: Moment) -> Any:
    shares = moment.written["offers"]["granted"]
    return [float(shares[limited].mean()) if limited.size else 1.0 for limited in moment.founded.with_quota]
