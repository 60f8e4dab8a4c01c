"""Who gains from the market: users, sellers of tokens and owners of machines; and what an efficient market would give.

The users' part is their expected surplus, which no account holds; the others are money and agree with the ledger:

    profit of sellers + rents of owners - cost of the owners' own use = what their cash grew by, but for new racks,
    staff and research paid, and investors' money.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.results.measures.facts import tick_hours
from scenarios.results.run_folder import Frames, RunResult
from scenarios.results.summary_tables import ratio

if TYPE_CHECKING:
    from scenarios.definition.scenario import Scenario
    from scenarios.runs.run import Progress, Settings

#: Price of a seller whose list price is what serving costs it in the tick.
AT_COST: Final = {"kind": "cost-plus", "margin": 0.0, "memory_hours": 0.0, "every_hours": 0.0, "stickiness": 0.0}
#: The rules of an efficient market: prices at running cost, to which an auction adds what scarcity is worth.
EFFICIENT: Final = {
    "market.clearing": "auction",
    "supply.reserve": 0.0,
    **{f"{sellers}.*.pricing.{name}": value for sellers in ("labs", "open") for name, value in AT_COST.items()},
}


def welfare(frames: Frames) -> pd.DataFrame:
    """Who gained what: columns ``side`` (users, sellers, owners), ``kind`` and ``gain`` [USD].

    Users gain their expected surplus at the prices and waits that they saw. Sellers gain their profit. Owners gain
    what they are paid for machines less the power and upkeep of those; what their own products gain is not known.
    """
    users = frames["segments"].groupby("segment", observed=True, sort=False)["surplus"].sum()
    rows = [("users", str(name), float(gain)) for name, gain in users.items()]
    kinds = frames["sellers"].set_index("seller")["kind"]
    profit = frames["providers"].groupby("provider", observed=True, sort=False)["profit"].sum().rename(index=str)
    rows += [("sellers", str(kind), float(gain)) for kind, gain in profit.groupby(kinds, sort=False).sum().items()]
    if not frames["wholesale"].empty:
        rows.append(("owners", "hyperscaler", owners_rent(frames)))
    return pd.DataFrame(rows, columns=["side", "kind", "gain"])


def gains_a_day(frames: Frames) -> pd.DataFrame:
    """The same table a day of those simulated [USD a day]."""
    days = len(frames["ticks"]) * tick_hours(frames) / 24.0
    table = welfare(frames)
    return table.assign(gain=table["gain"] / max(days, 1e-300))


def beside_efficient(frames: Frames, efficient: Frames | None) -> pd.DataFrame:
    """``gains_a_day`` with a column ``best``: what the efficient market gives them [USD a day], NaN if unknown."""
    table = gains_a_day(frames)
    if efficient is None:
        return table.assign(best=float("nan"))
    best = gains_a_day(efficient).set_index(["side", "kind"])["gain"]
    return table.assign(best=best.reindex(pd.MultiIndex.from_frame(table[["side", "kind"]])).fillna(0.0).to_numpy())


def own_use_cost(frames: Frames) -> float:
    """Power and upkeep of the machines that owners use themselves, by their share of the rack-hours in use [USD]."""
    table = frames["wholesale"]
    used = table["first_party"] + table["contracted"] + table["sold_spot"]
    return float((table["running_cost"] * ratio(table["first_party"], used).fillna(0.0)).sum())


def owners_rent(frames: Frames) -> float:
    """What owners are paid for machines, less the power and upkeep of the machines rented out [USD]."""
    table = frames["wholesale"]
    return float((table["income"] - table["running_cost"]).sum()) + own_use_cost(frames)


def with_efficient(result: RunResult, settings: Settings, progress: Progress | None = None) -> RunResult:
    """The result with that of the efficient companion beside it: the same users, machines, seed and length."""
    from scenarios.runs.run import run

    companion = run(replace(settings, scenario=efficient(settings.scenario)), progress, str(result.about["command"]))
    return replace(result, efficient=companion)


def efficient(scenario: Scenario) -> Scenario:
    """The companion scenario: the same users and machines, with prices at running cost plus what scarcity is worth.

    Machines are rented out from the cost of their power on. It is efficient in who is served by the machines that a
    seller has; which seller has which machines is still settled by contracts and by the spot market, so that a first
    best may be a little better.
    """
    return scenario.with_changes({**EFFICIENT, "name": f"{scenario.name} - efficient"})
