"""Load: a day's shape, how busy the machines are, how scarce, and what is wanted against what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import BESIDE_BAR, label, label_ends, note, parts, path, plain_log, rows, time_axis
from scenarios.pictures.style import BLACK, BLUE, BROWN, GREY, PALE, actor, readable_axis
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.over_time import bin_hours, in_bins, prices_at_constant_mix, work_and_machines
from scenarios.results.summary_tables import margins, running_cost
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: White (idle) to blue to nearly black (full): read in grey, too.
BUSY = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A9CDE6", BLUE, "#00223A"])
#: A day's shape is that of the last weeks: over years, growth would drown it.
SHAPE_WEEKS: Final = 4
BROKEN: Final = (0, (4, 2))
#: Powers of ten for a log axis.
TENS: Final = tuple(10.0**power for power in range(-3, 16))


@chart("The shape of a day", size=(7.2, 5.4))
def day_shape(frames: Frames, ax: Axes) -> None:
    """Work ordered, capacity and price by hour of the day (UTC), on weekdays and at weekends."""
    if frames["pools"].empty:
        raise NothingToShowError("nobody has machines in this run")
    work = _last_days(frames)
    if work["capacity"].max() + work["ordered"].max() <= 0:
        raise NothingToShowError("nothing was ordered in this run")
    days = work["time"].dt.floor("D").nunique()
    note(ax, f"mean of the last {days} simulated days" if days > 1 else "one day; what is not drawn was not simulated")
    above, below = parts(ax, (2.2, 1.0))
    ends: list[tuple[float, str, str]] = []
    for weekend, part in work.groupby("weekend"):
        line, name = (BROKEN, "weekend") if weekend else ("-", "weekday")
        means = part.groupby("hour")[["ordered", "capacity"]].mean()
        for column, colour in (("capacity", actor("hyperscaler")), ("ordered", BLACK)):
            path(above, means.index, means[column], color=colour, linestyle=line, linewidth=1.8,
                 label=f"{column}, {name}")  # fmt: skip
            ends.append((float(means[column].iloc[-1]), f"{column},\n{name}", colour))
    above.set(xlim=(0, 24), xticks=range(0, 25, 6), xticklabels=[], ylabel="racks")
    means = work.groupby(["weekend", "hour"])[["ordered", "capacity"]].mean()
    above.set_ylim(0, 1.08 * float(means.max().max()))
    label_ends(above, ends, gap=0.17)
    readable_axis(above)
    _price_of_the_hour(below, work)
    below.set(xlim=(0, 24), xticks=range(0, 25, 6), xlabel="hour of the day [UTC]")


def _last_days(frames: Frames) -> pd.DataFrame:
    """Work, capacity [racks] and prices of the last weeks by tick, with hour of the day and weekend."""
    hours = tick_hours(frames)
    work = frames["pools"].groupby(["tick", "time"], as_index=False)[["ordered", "capacity"]].sum()
    work[["ordered", "capacity"]] /= hours
    work = work.merge(prices_at_constant_mix(frames), left_on="tick", right_index=True, how="left")
    work = work.iloc[-round(SHAPE_WEEKS * 168 / hours) :]
    hour = work["time"].dt.hour + work["time"].dt.minute / 60.0 + hours / 2.0
    return work.assign(hour=hour, weekend=work["time"].dt.day_of_week >= 5)


def _price_of_the_hour(ax: Axes, work: pd.DataFrame) -> None:
    """Prices relative to their mean of the same day [%]."""
    prices = [name for name in work if str(name).startswith("price, ") or name == "spot price"]
    of_day = work.groupby(work["time"].dt.floor("D"))[prices].transform("mean")
    share = (100.0 * work[prices] / of_day.where(of_day > 0)).groupby(work["hour"]).mean().dropna(axis=1, how="all")
    ends = []
    for name in share:
        kind = str(name).removeprefix("price, ") if name != "spot price" else "hyperscaler"
        path(ax, share.index, share[name], color=actor(kind), linewidth=1.6, label=str(name))
        ends.append((float(share[name].iloc[-1]), "spot" if name == "spot price" else kind, actor(kind)))
    ax.axhline(100.0, color=GREY, linewidth=0.8)
    low, high = (float(share.min().min()), float(share.max().max())) if ends else (100.0, 100.0)
    room = max(high - low, 4.0)
    ax.set_ylim(low - 0.15 * room, high + 0.45 * room)
    ax.set_ylabel("price [%]")
    label(ax, "price over its mean of the day")
    label_ends(ax, ends, gap=0.2)


@chart("How busy the machines are", size=(9, 3.6))
def utilisation(frames: Frames, ax: Axes) -> None:
    """How busy each pool is over time: one row a pool, in the colour of its share of work done."""
    pools = frames["pools"]
    if pools.empty or pools["capacity"].sum() <= 0:
        raise NothingToShowError("nobody has machines in this run")
    table = in_bins(pools, frames).astype({"pool": object})
    used, held = (
        table.pivot_table(index="pool", columns="bin", values=column, aggfunc="sum", sort=False)
        for column in ("used", "capacity")
    )
    wide = (100.0 * used / held.where(held > 0)).dropna(how="all")  # who never has a machine has no row
    step = pd.Timedelta(hours=bin_hours(frames))
    # A representative week stands for the weeks up to the next one.
    values = wide.reindex(columns=pd.date_range(wide.columns[0], wide.columns[-1], freq=step), method="ffill")
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    times = pd.DatetimeIndex(wide.columns)
    begin, end = (float(mdates.date2num(time)) for time in (times[0], times[-1] + step))  # type: ignore[no-untyped-call]
    image = ax.imshow(
        values,
        aspect="auto",
        cmap=BUSY,
        vmin=0,
        vmax=100,
        interpolation="nearest",
        extent=(begin, end, len(wide) - 0.5, -0.5),
    )
    hatched = _hatch_gaps(ax, values, begin, end)
    gaps = "; hatched: no machines" if hatched else ""
    note(ax, f"beside each name: its mean over the run, by rack-hours{gaps}", BESIDE_BAR)
    time_axis(ax, wide.columns)
    ax.set_xlim(begin, end)
    means = margins(frames)["utilisation"] if set(wide.index) <= set(frames["sellers"]["seller"]) else None
    names = [
        f"{pool}  {100 * means[pool]:.0f} %" if means is not None and np.isfinite(means[pool]) else str(pool)
        for pool in wide.index
    ]
    rows(ax, names, [actor(str(owner.get(pool))) for pool in wide.index])
    ax.set_ylim(len(wide) - 0.5, -0.5)
    ax.hlines(np.arange(1, len(wide)) - 0.5, begin, end, color="white", linewidth=2.5)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(image, ax=ax, label="work done over capacity [%]", pad=0.01, aspect=14)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)  # 256 rectangles otherwise


def _hatch_gaps(ax: Axes, values: pd.DataFrame, begin: float, end: float) -> bool:
    """Hatch what lies behind the cells, where any is left out: no machines are not machines that are idle."""
    if not values.isna().to_numpy().any():
        return False
    ax.add_patch(Rectangle((begin, -0.5), end - begin, len(values), facecolor="#EFEFEF", edgecolor="#A8A8A8",
                           hatch="/////", linewidth=0, zorder=-1))  # fmt: skip
    return True


@chart("How scarce machines are", "what a rented rack-hour costs above its power and upkeep, and how busy it is")
def scarcity(frames: Frames, ax: Axes) -> None:
    """Scarcity rent of the machines that sellers rent, and their utilisation."""
    pools = frames["pools"]
    if pools.empty or pools["capacity"].sum() <= 0:
        raise NothingToShowError("nobody has machines in this run")
    table = in_bins(pools.assign(rent_usd=pools["rent"] * pools["used"]), frames)
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    table["kind"] = table["pool"].astype(str).map(owner).fillna("")
    above, below = parts(ax, (1.0, 1.0), above=0.1)
    ends: list[tuple[float, str, Any]] = []
    for kind, part in table.groupby("kind", sort=False):
        sums = part.groupby("bin")[["used", "capacity"]].sum()
        share = 100.0 * sums["used"] / sums["capacity"].where(sums["capacity"] > 0)
        path(above, share.index, share, color=actor(str(kind)), linewidth=1.4, label=f"machines of {kind}")
        ends.append((float(share.ffill().iloc[-1]), str(kind), actor(str(kind))))
    above.set(ylim=(0, 118), ylabel="busy [%]", yticks=(0, 50, 100))
    time_axis(above, table["bin"])
    above.set(xticklabels=[], xlabel="")
    label_ends(above, ends, gap=0.16)
    _rents(below, frames, table)


def _rents(ax: Axes, frames: Frames, table: pd.DataFrame) -> None:
    """Spot price above running cost, and the pools' rents in an auction [USD per rack-h]."""
    sums = table.groupby("bin")[["rent_usd", "used"]].sum()
    lines = {"rent of\nthe auction": (sums["rent_usd"] / sums["used"].where(sums["used"] > 0), BROWN)}
    cost = running_cost(frames) if not frames["wholesale"].empty else float("nan")
    if np.isfinite(cost):
        spot = in_bins(frames["ticks"], frames).groupby("bin")["spot_price"].mean() - cost
        lines["spot rent"] = spot, actor("hyperscaler")
    shown = {name: line for name, line in lines.items() if line[0].max() > 0}
    if not shown:
        ax.text(0.5, 0.5, "no machine earned a scarcity rent", transform=ax.transAxes, ha="center", color=PALE)
    for name, (line, colour) in shown.items():
        path(ax, line.index, line, color=colour, linewidth=1.6, label=name.replace("\n", " "))
    top = max((float(line.max()) for line, _ in shown.values()), default=1.0)
    least = min((float(line[line > 0].min()) for line, _ in shown.values()), default=1.0)
    if top > 15 * least:
        ax.set_ylim(0.6 * least, 2.0 * top)
        plain_log(ax, "y", TENS, short_number)
    else:
        ax.set_ylim(0, 1.25 * top)
        readable_axis(ax)
    time_axis(ax, table["bin"])
    mark_warm_up(ax, frames)
    ax.set_ylabel("USD per rack-h")
    label_ends(ax, [(float(line.ffill().iloc[-1]), name, colour) for name, (line, colour) in shown.items()], gap=0.25)


#: Lines of supply against demand: name, colour, line.
WANTED: Final[dict[str, tuple[str, str, Any]]] = {
    "wanted": ("wanted", BLACK, "-"),
    "ordered": ("ordered", BLACK, (0, (2, 1.2))),
    "owned": ("all machines", BLUE, "-"),
    "for_rent": ("for rent", BLUE, BROKEN),
    "rented": ("rented", BLUE, (0, (6, 1.5, 1.2, 1.5))),
}


@chart("What is wanted, and what there is", size=(9, 4.6))
def supply_demand(frames: Frames, ax: Axes, *, ceilings: pd.DataFrame | None = None) -> None:
    """Work wanted and ordered against the machines that there are, in racks and log scale; with ceilings, if given.

    ``ceilings``: columns ``time``, ``name``, ``racks``, as ``scenarios.definition.ceilings.ceilings`` works them out.
    """
    if frames["pools"].empty:
        raise NothingToShowError("nobody has machines in this run")
    table = work_and_machines(frames)
    if not (table > 0).to_numpy().any():
        raise NothingToShowError("nothing was ordered in this run")
    ends = []
    for column, (name, colour, line) in WANTED.items():
        if column in table and (table[column] > 0).any():
            shown = table[column].where(table[column] > 0)
            path(ax, table.index, shown, color=colour, linestyle=line, linewidth=1.8, label=name)
            ends.append((float(shown.ffill().iloc[-1]), name, colour))
    given = ceilings if ceilings is not None else pd.DataFrame({"name": []})
    said = "wanted: ordered, and what was given up at the mean work of a request"
    note(ax, said if given.empty else f"{said}; dotted: ceilings, each alone")
    for ceiling, part in given.groupby("name", sort=False):
        times, racks = pd.DatetimeIndex(part["time"]), part["racks"].to_numpy(dtype=float)
        end = max(table.index[-1], times[0])
        at_end = float(np.interp(float(end.as_unit("ns").value), times.as_unit("ns").asi8.astype(float), racks))
        before = times < end
        ax.plot([*times[before], end], [*racks[before], at_end], color=GREY, linestyle=":", linewidth=1.8,
                label=f"ceiling: {ceiling}")  # fmt: skip
        ends.append((at_end, f"ceiling: {ceiling}", GREY))
    values = np.array([end[0] for end in ends] + list(table.to_numpy().ravel()))
    values = values[np.isfinite(values) & (values > 0)]
    ax.set_ylim(0.6 * float(values.min()), 1.8 * float(values.max()))
    plain_log(ax, "y", [m * ten for ten in TENS for m in (1, 3)], short_number)
    time_axis(ax, table.index)
    ax.set_ylabel("racks (rack-hours an hour)")
    label_ends(ax, ends)
