"""Who gains from the market: users, sellers of tokens and owners of machines; and what an efficient market would give.

The users' part is their expected surplus, which no account holds; the others are money and agree with the ledger:

    profit of sellers + rents of owners - cost of the owners' own use = what their cash grew by, but for new racks,
    staff and research paid, and investors' money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.summary_tables import ratio
from scenarios.text.numbers import money

if TYPE_CHECKING:
    pass


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
    used = table["first_party"] + table["contracted"] + table["on_demand"] + table["sold_spot"]
    return float((table["running_cost"] * ratio(table["first_party"], used).fillna(0.0)).sum())


def owners_rent(frames: Frames) -> float:
    """What owners are paid for machines, less the power and upkeep of the machines rented out [USD]."""
    table = frames["wholesale"]
    return float((table["income"] - table["running_cost"]).sum()) + own_use_cost(frames)


def said_of_efficient(gains: pd.DataFrame) -> str:
    """How all gains together compare with those of an efficient market, in a sentence."""
    total, best = float(gains["gain"].sum()), float(gains["best"].sum())
    of = f", {100 * total / best:.1f} % of" if best > 0 else " against"
    return (
        f"All together they gain {money(total)} a day{of} the {money(best)} of the same users and machines at prices "
        "of running cost plus what scarcity is worth."
    )
