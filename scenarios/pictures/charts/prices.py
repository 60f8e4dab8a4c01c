"""Prices: what tokens are listed and paid for, what they cost to make, and what a machine costs on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, SERIES, TIME, ChartData, Column, NothingToShowError, Panel, long, one
from scenarios.pictures.panel import label_ends, path, plain_log, shades, time_axis
from scenarios.pictures.style import BLUE, GREY, PALE, actor, readable_axis
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.over_time import bin_hours, in_bins
from scenarios.results.summary_tables import offers, running_cost
from scenarios.results.warm_up import warm_up_span
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP: Final = "Prices and machines"
#: Round prices for a log axis [USD].
ROUND: Final = [m * 10.0**e for e in range(-4, 9) for m in (1, 2, 5)]
#: Highest over lowest from which an axis is better logarithmic.
WIDE: Final = 15.0
LINES: Final = ("-", (0, (6, 1.5)), (0, (2, 1.2)), "-.")
PER_MTOK: Final = "USD per million output-equivalent tokens"
PAID, COST = "mean paid", "running cost"
PRICE_COLUMNS: Final = (
    SERIES,
    KIND,
    Column("what", "", f"'{PAID}': by those who bought the product; or '{COST}': of the model"),
    TIME,
    Column("value", PER_MTOK, "price paid, or running cost with machines at the spot price", PER_MTOK),
    Column("low", PER_MTOK, "price at the cheapest seller, where there are several"),
    Column("high", PER_MTOK, "price at the dearest seller, where there are several"),
)


@chart(
    "What a million tokens cost",
    "line: mean paid; band: cheapest to dearest seller; dotted: running cost at the spot price",
    size=(9, 4.6),
    group=GROUP,
    order=110,
)
def price_paths(frames: Frames) -> ChartData:
    """Price of tokens by product over time."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = offers(frames)
    made = made[(made["paid_price"] > 0) & made["for_sale"]]
    if made.empty:
        raise NothingToShowError("every offer was free in this run")
    costs, made = in_bins(made, frames, least=24.0), in_bins(made, frames)
    parts: list[pd.DataFrame] = []
    colours: dict[str, Any] = {}
    for kind, part in made.groupby("kind", sort=False):
        names = list(part["product"].drop_duplicates())
        colours |= dict(zip(names, shades(actor(str(kind)), len(names)), strict=True))
        parts += [_paid(part[part["product"] == name], name).assign(kind=kind, what=PAID) for name in names]
        for name, cost in _costs(costs[costs["kind"] == kind], bin_hours(frames, least=24.0)):
            parts.append(cost.assign(series=name, kind=kind, what=COST))
            colours[name] = actor(str(kind))
    order = [column.name for column in PRICE_COLUMNS]
    frame = pd.concat([part.reindex(columns=order) for part in parts], ignore_index=True)
    return one(Panel(frame, PRICE_COLUMNS, "value", "time", colours=colours), warm_up=warm_up_span(frames))


def _paid(part: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mean price paid for a product by bin, and the prices of its cheapest and dearest seller."""
    group = part.groupby("bin")
    sold = group[["revenue", "billed"]].sum()
    paid = (sold["revenue"] / sold["billed"].where(sold["billed"] > 0)).fillna(group["paid_price"].mean())
    several = len(part["offer"].drop_duplicates()) > 1
    low, high = (getattr(group["paid_price"], end)().to_numpy() if several else np.nan for end in ("min", "max"))
    return pd.DataFrame({"series": name, "time": paid.index, "value": paid.to_numpy(), "low": low, "high": high})


def _costs(part: pd.DataFrame, hours: float) -> Iterator[tuple[str, pd.DataFrame]]:
    """Running cost of each model by day: machines at the spot price, and what is beside machines."""
    for name, of in part.groupby("model", sort=False):
        sums = of.assign(cost_usd=of["machine_cost"] + of["billed"] * of["cost"]).groupby("bin")
        total = sums[["cost_usd", "billed"]].sum()
        cost = total["cost_usd"] / total["billed"].where(total["billed"] > 0)
        days: Any = cost.index
        times = days + pd.Timedelta(hours=hours / 2)
        if len(cost) == 1:  # level across its day: a dotted line through one point is a dot
            times = pd.DatetimeIndex([cost.index[0], cost.index[0] + pd.Timedelta(hours=hours)])
            cost = cost.repeat(2)
        yield f"running cost, {name}", pd.DataFrame({"time": times, "value": cost.to_numpy()})


@price_paths.drawn_by
def _draw_prices(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    ends: list[tuple[float, str, Any]] = []
    for _, part in panel.frame.groupby("kind", sort=False):
        paid = part[part["what"] == PAID]
        for place, (name, of) in enumerate(paid.groupby("series", sort=False)):
            colour = panel.colours[name]
            if of["low"].notna().any():
                ax.fill_between(of["time"], of["low"], of["high"], color=colour, alpha=0.15, linewidth=0)
            line = LINES[place % len(LINES)]
            path(ax, of["time"], of["value"], color=colour, linestyle=line, linewidth=1.8, label=name)
            ends.append((float(of["value"].iloc[-1]), str(name), colour))
        for name, of in part[part["what"] == COST].groupby("series", sort=False):
            look = {"color": panel.colours[name], "linestyle": ":", "linewidth": 1.3}
            path(ax, of["time"], of["value"], **look, label=name)
    known = panel.frame["value"][panel.frame["value"] > 0]
    ax.set_ylim(0.7 * float(known.min()), 1.35 * float(known.max()))
    plain_log(ax, "y", ROUND)
    time_axis(ax, panel.frame.loc[panel.frame["what"] == PAID, "time"])
    mark_warm_up(ax, data)
    ax.set_ylabel(panel.label)
    label_ends(ax, ends)


PER_RACK_HOUR: Final = "USD per rack-hour"
SPOT_COLUMNS: Final = (
    SERIES,
    TIME,
    Column("value", PER_RACK_HOUR, "mean price of a rack-hour, or what its power and upkeep cost", PER_RACK_HOUR),
    Column("low", PER_RACK_HOUR, "lowest price of the span"),
    Column("high", PER_RACK_HOUR, "highest price of the span"),
)
SPOT, UPKEEP = "spot price", "power and upkeep"


@chart("The spot price of machines", group=GROUP, order=120)
def spot_price(frames: Frames) -> ChartData:
    """Wholesale spot price of a rack-hour, and what the rack's power and upkeep cost its owner."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    group = in_bins(frames["ticks"], frames).groupby("bin")["spot_price"]
    table = group.agg(value="mean", low="min", high="max").rename_axis("time").reset_index()
    parts = [table.assign(series=SPOT)]
    cost, note = running_cost(frames), ""
    if np.isfinite(cost):
        parts.append(table[["time"]].assign(series=UPKEEP, value=cost, low=np.nan, high=np.nan))
        mean = short_number(float(frames["ticks"]["spot_price"].mean()))
        note = f"mean ${mean}, power and upkeep ${short_number(cost)}; band: lowest to highest"
    frame = pd.concat(parts, ignore_index=True)[[column.name for column in SPOT_COLUMNS]]
    colours = {SPOT: actor("hyperscaler"), UPKEEP: GREY}
    return one(Panel(frame, SPOT_COLUMNS, "value", "time", colours=colours), note, warm_up_span(frames))


@spot_price.drawn_by
def _draw_spot(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    blue = panel.colours[SPOT]
    mean, low, high = (panel.paths_of(column)[SPOT] for column in ("value", "low", "high"))
    ax.fill_between(mean.index, low, high, color=blue, alpha=0.15, linewidth=0)
    path(ax, mean.index, mean, color=blue, linewidth=1.8, label=SPOT)
    ends: list[tuple[float, str, Any]] = [(float(mean.iloc[-1]), "spot\nprice", blue)]
    cost = panel.ends.get(UPKEEP, float("nan"))
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
    mark_warm_up(ax, data)
    ax.set_ylabel(panel.label)
    label_ends(ax, ends, gap=0.2)


#: What owners do with their machines: name and colour.
USES: Final = {
    "first_party": ("own use", "#CFCFCF"),
    "contracted": ("under contract", "#004B76"),
    "on_demand": ("at lists", "#56A5D8"),
    "sold_spot": ("on spot", BLUE),
    "idle": ("idle", "#FFFFFF"),
}
RACKS: Final = Column("value", "racks", "machines so used", "racks")
USE_SHARE: Final = Column("share", "%", "share of all rack-hours of the run that are so used")


@chart("Where the machines go", "shares are of all rack-hours of the run", group=GROUP, order=130)
def wholesale_use(frames: Frames) -> ChartData:
    """Where the owners' machines go, over time: own use, contracts, spot, idle."""
    if frames["wholesale"].empty:
        raise NothingToShowError("this economy has no wholesale market")
    sums = in_bins(frames["wholesale"], frames).groupby(["bin", "time"])[list(USES)].sum() / tick_hours(frames)
    sums = sums.groupby("bin").mean()
    if sums.to_numpy().sum() <= 0:
        raise NothingToShowError("the owners have no machines in this run")
    total = float(sums.sum(axis=1).sum())
    uses = {column: USES[column] for column in USES if column != "on_demand" or sums[column].any()}
    shares = {name: 100.0 * float(sums[column].sum()) / total for column, (name, _) in uses.items()}
    paths = {name: sums[column] for column, (name, _) in uses.items()}
    return one(long(paths, RACKS, more=[(USE_SHARE, shares)], colours=dict(uses.values())))


@wholesale_use.drawn_by
def _draw_uses(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    paths, shares = panel.paths, panel.first("share")
    times = next(iter(paths.values())).index
    ax.stackplot(
        times.to_numpy(),
        *paths.values(),
        colors=[panel.colours[name] for name in paths],
        labels=list(paths),
        linewidth=0,
    )
    total: Any = sum(paths.values())
    ax.plot(times, total, color=BLUE, linewidth=1.2)
    ax.set_ylim(0, 1.06 * float(total.max()))
    time_axis(ax, times)
    bottom, ends = 0.0, []
    for name, racks in paths.items():
        height = float(racks.iloc[-1])
        ends.append((bottom + height / 2, f"{name}, {shares[name]:.0f} %", "#3A3A3A"))
        bottom += height
    ax.set(ylabel=panel.label)
    label_ends(ax, ends, gap=0.12)
    readable_axis(ax)
