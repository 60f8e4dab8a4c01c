"""Prices: what tokens are listed and paid for, what they cost to make, and what a machine costs on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scenarios.charts.chart import NothingToShowError, chart
from scenarios.charts.panel import label_ends, plain_log, shades, time_axis
from scenarios.charts.style import ACTORS, BLUE, GREY, readable_axis
from scenarios.measures import offers, tick_hours
from scenarios.results import Frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Round prices for a log axis [USD].
ROUND = [m * 10.0**e for e in range(-4, 7) for m in (1, 2, 5)]
LINES = ("-", (0, (6, 1.5)), (0, (2, 1.2)), "-.")


@chart(
    "What a million tokens cost",
    "line: mean paid; band: cheapest to dearest seller; dotted: running cost at the spot price",
    size=(9, 4.6),
)
def price_paths(frames: Frames, ax: Axes) -> None:
    """Price of tokens by product over time; a band spans several sellers, a dotted line is running cost."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = offers(frames)
    made = made[made["paid_price"] > 0]
    if made.empty:
        raise NothingToShowError("every offer was free in this run")
    ends: list[tuple[float, str, Any]] = []
    for kind, part in made.groupby("kind", sort=False):
        names = list(part["product"].drop_duplicates())
        for colour, line, name in zip(shades(ACTORS[str(kind)], len(names)), LINES * len(names), names, strict=False):
            ends.append((_draw_product(ax, part[part["product"] == name], colour, line), name, colour))
        _draw_costs(ax, part)
    ax.set_ylim(0.7 * float(made["paid_price"].min()), 1.35 * float(made["paid_price"].max()))
    plain_log(ax, "y", ROUND)
    time_axis(ax, frames["ticks"]["time"])
    ax.set_ylabel("USD per million output-equivalent tokens")
    label_ends(ax, ends)


def _draw_product(ax: Axes, part: pd.DataFrame, colour: Any, line: Any) -> float:
    group = part.groupby("time")
    sold = group[["revenue", "billed"]].sum()
    low, high = group["paid_price"].min(), group["paid_price"].max()
    paid = (sold["revenue"] / sold["billed"].where(sold["billed"] > 0)).fillna(group["paid_price"].mean())
    if len(part["offer"].drop_duplicates()) > 1:
        ax.fill_between(paid.index, low, high, color=colour, alpha=0.15, linewidth=0)
    ax.plot(paid.index, paid, color=colour, linestyle=line, linewidth=1.8)
    return float(paid.iloc[-1])


def _draw_costs(ax: Axes, part: pd.DataFrame) -> None:
    """Running cost of a model by day: machines at the spot price, and what is beside machines."""
    for _, of in part.groupby("model", sort=False):
        days = of.assign(day=of["time"].dt.floor("D"), cost_usd=of["machine_cost"] + of["billed"] * of["cost"])
        sums = days.groupby("day")[["cost_usd", "billed"]].sum()
        cost = sums["cost_usd"] / sums["billed"].where(sums["billed"] > 0)
        middle = cost.index + pd.Timedelta(hours=12)
        ax.plot(middle, cost, color=ACTORS[str(of["kind"].iloc[0])], linestyle=":", linewidth=1.3)


@chart("What a machine costs on the spot market")
def spot_price(frames: Frames, ax: Axes) -> None:
    """Wholesale spot price of a rack-hour, and what the rack's power and upkeep cost its owner."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    ticks, owners = frames["ticks"], frames["wholesale"]
    blue = ACTORS["hyperscaler"]
    ax.plot(ticks["time"], ticks["spot_price"], color=blue, linewidth=1.8)
    sums = owners.groupby("time")[["running_cost", "first_party", "contracted", "sold_spot"]].sum()
    working = sums[["first_party", "contracted", "sold_spot"]].sum(axis=1)
    cost = (sums["running_cost"] / working.where(working > 0)).mean()
    top = float(ticks["spot_price"].max())
    ax.set_ylim(0, 1.15 * max(top, cost if np.isfinite(cost) else 0.0, 1e-9))
    time_axis(ax, ticks["time"])
    mean = float(ticks["spot_price"].mean())
    _label_level(ax, mean, f"spot price, mean ${mean:,.0f}", blue)
    if np.isfinite(cost):
        ax.axhline(cost, color=GREY, linestyle=":", linewidth=1.3)
        _label_level(ax, cost, f"power and upkeep, ${cost:,.3g}", "#555555")
    ax.set_ylabel("USD per rack-hour")
    readable_axis(ax)


def _label_level(ax: Axes, height: float, text: str, colour: Any) -> None:
    """Write on a level line: below it where there is room, above it near the bottom."""
    below = height > 0.3 * ax.get_ylim()[1]
    ax.annotate(
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


@chart("Where the machines go")
def wholesale_use(frames: Frames, ax: Axes) -> None:
    """Where the owners' machines go, over time: own use, contracts, spot, idle."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    sums = frames["wholesale"].groupby("time")[list(USES)].sum() / tick_hours(frames)
    if sums.to_numpy().sum() <= 0:
        raise NothingToShowError("the owners have no machines in this run")
    ax.stackplot(
        sums.index, *(sums[name] for name in USES), colors=[colour for _, colour in USES.values()], linewidth=0
    )
    total = sums.sum(axis=1)
    ax.plot(total.index, total, color=BLUE, linewidth=1.2)
    ax.set_ylim(0, 1.06 * float(total.max()))
    time_axis(ax, sums.index)
    bottom, ends = 0.0, []
    for name, (label, _) in USES.items():
        share = float(sums[name].sum() / total.sum())
        height = float(sums[name].mean())
        ends.append((bottom + height / 2, f"{label}, {100 * share:.0f} %", "#3A3A3A"))
        bottom += height
    ax.set(ylabel="racks")
    label_ends(ax, ends, gap=0.12)
    readable_axis(ax)
