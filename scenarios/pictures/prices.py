"""Prices: what tokens are listed and paid for, what they cost to make, and what a machine costs on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import label_ends, note, path, plain_log, shades, time_axis
from scenarios.pictures.style import BLUE, GREY, PALE, actor, readable_axis
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.over_time import bin_hours, in_bins
from scenarios.results.summary_tables import offers, running_cost
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Round prices for a log axis [USD].
ROUND = [m * 10.0**e for e in range(-4, 9) for m in (1, 2, 5)]
#: Highest over lowest from which an axis is better logarithmic.
WIDE = 15.0
LINES = ("-", (0, (6, 1.5)), (0, (2, 1.2)), "-.")


@chart(
    "What a million tokens cost",
    "line: mean paid; band: cheapest to dearest seller; dotted: running cost at the spot price",
    size=(9, 4.6),
)
def price_paths(frames: Frames, ax: Axes) -> None:
    """Price of tokens by product over time."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = offers(frames)
    made = made[made["paid_price"] > 0]
    if made.empty:
        raise NothingToShowError("every offer was free in this run")
    costs, made = in_bins(made, frames, least=24.0), in_bins(made, frames)
    ends: list[tuple[float, str, Any]] = []
    for kind, part in made.groupby("kind", sort=False):
        names = list(part["product"].drop_duplicates())
        for colour, line, name in zip(shades(actor(str(kind)), len(names)), LINES * len(names), names, strict=False):
            ends.append((_draw_product(ax, part[part["product"] == name], name, colour, line), name, colour))
        _draw_costs(ax, costs[costs["kind"] == kind], bin_hours(frames, least=24.0))
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=np.float64) for line in ax.lines])
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    ax.set_ylim(0.7 * float(drawn.min()), 1.35 * float(drawn.max()))
    plain_log(ax, "y", ROUND)
    time_axis(ax, made["bin"])
    mark_warm_up(ax, frames)
    ax.set_ylabel("USD per million output-equivalent tokens")
    label_ends(ax, ends)


def _draw_product(ax: Axes, part: pd.DataFrame, name: str, colour: Any, line: Any) -> float:
    group = part.groupby("bin")
    sold = group[["revenue", "billed"]].sum()
    low, high = group["paid_price"].min(), group["paid_price"].max()
    paid = (sold["revenue"] / sold["billed"].where(sold["billed"] > 0)).fillna(group["paid_price"].mean())
    if len(part["offer"].drop_duplicates()) > 1:
        ax.fill_between(paid.index, low, high, color=colour, alpha=0.15, linewidth=0)
    path(ax, paid.index, paid, color=colour, linestyle=line, linewidth=1.8, label=name)
    return float(paid.iloc[-1])


def _draw_costs(ax: Axes, part: pd.DataFrame, hours: float) -> None:
    """Running cost of a model by day: machines at the spot price, and what is beside machines."""
    for name, of in part.groupby("model", sort=False):
        sums = of.assign(cost_usd=of["machine_cost"] + of["billed"] * of["cost"]).groupby("bin")
        total = sums[["cost_usd", "billed"]].sum()
        cost = total["cost_usd"] / total["billed"].where(total["billed"] > 0)
        times = pd.DatetimeIndex(cost.index) + pd.Timedelta(hours=hours / 2)
        if len(cost) == 1:  # level across its day: a dotted line through one point is a dot
            begin = pd.DatetimeIndex(cost.index)[0]
            times, cost = pd.DatetimeIndex([begin, begin + pd.Timedelta(hours=hours)]), cost.repeat(2)
        colour = actor(str(of["kind"].iloc[0]))
        path(ax, times, cost, color=colour, linestyle=":", linewidth=1.3, label=f"running cost, {name}")


@chart("The spot price of machines")
def spot_price(frames: Frames, ax: Axes) -> None:
    """Wholesale spot price of a rack-hour, and what the rack's power and upkeep cost its owner."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    group = in_bins(frames["ticks"], frames).groupby("bin")["spot_price"]
    mean, low, high = group.mean(), group.min(), group.max()
    blue = actor("hyperscaler")
    ax.fill_between(mean.index, low, high, color=blue, alpha=0.15, linewidth=0)
    path(ax, mean.index, mean, color=blue, linewidth=1.8, label="spot price")
    ends = [(float(mean.iloc[-1]), "spot\nprice", blue)]
    cost = running_cost(frames)
    if np.isfinite(cost):
        ax.axhline(cost, color=GREY, linestyle=":", linewidth=1.3)
        ends.append((cost, "power,\nupkeep", PALE))
    if float(high.max()) > WIDE * float(low.min()) > 0:
        ax.set_ylim(0.6 * min(float(low.min()), cost if cost > 0 else np.inf), 1.5 * float(high.max()))
        plain_log(ax, "y", ROUND[::3], short_number)
    else:
        ax.set_ylim(0, 1.15 * max(float(high.max()), cost if np.isfinite(cost) else 0.0, 1e-9))
        readable_axis(ax)
    time_axis(ax, mean.index)
    mark_warm_up(ax, frames)
    ax.set_ylabel("USD per rack-hour")
    note(
        ax,
        f"mean ${short_number(float(frames['ticks']['spot_price'].mean()))}, power and upkeep "
        f"${short_number(cost)}; band: lowest to highest"
        if np.isfinite(cost)
        else "",
    )
    label_ends(ax, ends, gap=0.2)


#: What owners do with their machines: name and colour.
USES = {
    "first_party": ("own use", "#CFCFCF"),
    "contracted": ("under contract", "#004B76"),
    "sold_spot": ("on spot", BLUE),
    "idle": ("idle", "#FFFFFF"),
}


@chart("Where the machines go", "shares are of all rack-hours of the run")
def wholesale_use(frames: Frames, ax: Axes) -> None:
    """Where the owners' machines go, over time: own use, contracts, spot, idle."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    sums = in_bins(frames["wholesale"], frames).groupby(["bin", "time"])[list(USES)].sum() / tick_hours(frames)
    sums = sums.groupby("bin").mean()
    if sums.to_numpy().sum() <= 0:
        raise NothingToShowError("the owners have no machines in this run")
    ax.stackplot(
        sums.index.to_numpy(),
        *(sums[name] for name in USES),
        colors=[colour for _, colour in USES.values()],
        labels=[name for name, _ in USES.values()],
        linewidth=0,
    )
    total = sums.sum(axis=1)
    ax.plot(total.index, total, color=BLUE, linewidth=1.2)
    ax.set_ylim(0, 1.06 * float(total.max()))
    time_axis(ax, sums.index)
    bottom, ends = 0.0, []
    for name, (label, _) in USES.items():
        share = float(sums[name].sum() / total.sum())
        height = float(sums[name].iloc[-1])
        ends.append((bottom + height / 2, f"{label}, {100 * share:.0f} %", "#3A3A3A"))
        bottom += height
    ax.set(ylabel="racks")
    label_ends(ax, ends, gap=0.12)
    readable_axis(ax)
