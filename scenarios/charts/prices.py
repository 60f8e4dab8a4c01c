"""Prices: what tokens are listed and paid for, what they cost to make, and what a machine costs on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scenarios.charts.panel import empty, head, label_ends, new_axes, note, plain_log, shades, time_axis
from scenarios.charts.style import ACTORS, BLUE, GREY, readable_axis
from scenarios.measures import offers, tick_hours
from scenarios.results import Frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Round prices for a log axis [USD].
ROUND = [m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5)]
LINES = ("-", (0, (6, 1.5)), (0, (2, 1.2)), "-.")


def price_paths(frames: Frames, axes: Axes | None = None) -> Axes:
    """Price of tokens by product over time; a band spans several sellers, a dotted line is running cost."""
    axes = new_axes(axes, (9, 4.6))
    title = "What a million tokens cost"
    if frames["offers"].empty:
        return empty(axes, title, "nobody offered anything in this run")
    made = offers(frames)
    made = made[made["paid_price"] > 0]
    if made.empty:
        return empty(axes, title, "every offer was free in this run")
    ends: list[tuple[float, str, Any]] = []
    for kind, part in made.groupby("kind", sort=False):
        names = list(part["product"].drop_duplicates())
        for colour, line, name in zip(shades(ACTORS[str(kind)], len(names)), LINES * len(names), names, strict=False):
            ends.append((_draw_product(axes, part[part["product"] == name], colour, line), name, colour))
        _draw_costs(axes, part)
    axes.set_ylim(0.7 * float(made["paid_price"].min()), 1.35 * float(made["paid_price"].max()))
    plain_log(axes, "y", ROUND)
    time_axis(axes, frames["ticks"]["time"])
    axes.set_ylabel("USD per million output-equivalent tokens")
    head(axes, title)
    note(
        axes,
        "line: mean paid; band: cheapest to dearest seller; dotted: running cost at the spot price",
    )
    label_ends(axes, ends)
    return axes


def _draw_product(axes: Axes, part: pd.DataFrame, colour: Any, line: Any) -> float:
    group = part.groupby("time")
    sold = group[["revenue", "billed"]].sum()
    low, high = group["paid_price"].min(), group["paid_price"].max()
    paid = (sold["revenue"] / sold["billed"].where(sold["billed"] > 0)).fillna(group["paid_price"].mean())
    if len(part["offer"].drop_duplicates()) > 1:
        axes.fill_between(paid.index, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.plot(paid.index, paid, color=colour, linestyle=line, linewidth=1.8)
    return float(paid.iloc[-1])


def _draw_costs(axes: Axes, part: pd.DataFrame) -> None:
    """Running cost of a model by day: machines at the spot price, and what is beside machines."""
    for _, of in part.groupby("model", sort=False):
        days = of.assign(day=of["time"].dt.floor("D"), cost_usd=of["machine_cost"] + of["billed"] * of["cost"])
        sums = days.groupby("day")[["cost_usd", "billed"]].sum()
        cost = sums["cost_usd"] / sums["billed"].where(sums["billed"] > 0)
        middle = cost.index + pd.Timedelta(hours=12)
        axes.plot(middle, cost, color=ACTORS[str(of["kind"].iloc[0])], linestyle=":", linewidth=1.3)


def spot_price(frames: Frames, axes: Axes | None = None) -> Axes:
    """Wholesale spot price of a rack-hour, and what the rack's power and upkeep cost its owner."""
    axes = new_axes(axes)
    title = "What a machine costs on the spot market"
    if frames["wholesale"].empty:
        return empty(axes, title, "this economy has no wholesale market")
    ticks, owners = frames["ticks"], frames["wholesale"]
    blue = ACTORS["hyperscaler"]
    axes.plot(ticks["time"], ticks["spot_price"], color=blue, linewidth=1.8)
    sums = owners.groupby("time")[["running_cost", "first_party", "contracted", "sold_spot"]].sum()
    working = sums[["first_party", "contracted", "sold_spot"]].sum(axis=1)
    cost = (sums["running_cost"] / working.where(working > 0)).mean()
    top = float(ticks["spot_price"].max())
    axes.set_ylim(0, 1.15 * max(top, cost if np.isfinite(cost) else 0.0, 1e-9))
    time_axis(axes, ticks["time"])
    mean = float(ticks["spot_price"].mean())
    _label_level(axes, mean, f"spot price, mean ${mean:,.0f}", blue)
    if np.isfinite(cost):
        axes.axhline(cost, color=GREY, linestyle=":", linewidth=1.3)
        _label_level(axes, cost, f"power and upkeep, ${cost:,.3g}", "#555555")
    axes.set_ylabel("USD per rack-hour")
    head(axes, title)
    readable_axis(axes)
    return axes


def _label_level(axes: Axes, height: float, text: str, colour: Any) -> None:
    """Write on a level line: below it where there is room, above it near the bottom."""
    below = height > 0.3 * axes.get_ylim()[1]
    axes.annotate(
        text, (0.98, height), xycoords=("axes fraction", "data"), xytext=(0, -4 if below else 4),
        textcoords="offset points", ha="right", va="top" if below else "bottom", color=colour, fontsize="small",
        parse_math=False,
    )  # fmt: skip


#: What owners do with their machines: name and colour.
USES = {
    "first_party": ("own use", "#CFCFCF"),
    "contracted": ("under contract", "#004B76"),
    "sold_spot": ("on spot", BLUE),
    "idle": ("idle", "#FFFFFF"),
}


def wholesale_use(frames: Frames, axes: Axes | None = None) -> Axes:
    """Where the owners' machines go, over time: own use, contracts, spot, idle."""
    axes = new_axes(axes)
    title = "Where the machines go"
    if frames["wholesale"].empty:
        return empty(axes, title, "this economy has no wholesale market")
    sums = frames["wholesale"].groupby("time")[list(USES)].sum() / tick_hours(frames)
    if sums.to_numpy().sum() <= 0:
        return empty(axes, title, "the owners have no machines in this run")
    axes.stackplot(
        sums.index, *(sums[name] for name in USES), colors=[colour for _, colour in USES.values()], linewidth=0
    )
    total = sums.sum(axis=1)
    axes.plot(total.index, total, color=BLUE, linewidth=1.2)
    axes.set_ylim(0, 1.06 * float(total.max()))
    time_axis(axes, sums.index)
    bottom, ends = 0.0, []
    for name, (label, _) in USES.items():
        share = float(sums[name].sum() / total.sum())
        height = float(sums[name].mean())
        ends.append((bottom + height / 2, f"{label}, {100 * share:.0f} %", "#3A3A3A"))
        bottom += height
    axes.set(ylabel="racks")
    head(axes, title)
    label_ends(axes, ends, gap=0.12)
    readable_axis(axes)
    return axes
