"""Load: a day's shape against capacity, and how busy each provider's machines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.colors import LinearSegmentedColormap

from scenarios.charts.chart import NothingToShowError, chart
from scenarios.charts.panel import PALE, label_ends, rows, time_axis
from scenarios.charts.style import ACTORS, BLACK, BLUE, readable_axis
from scenarios.measures import margins, tick_hours
from scenarios.results import Frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: White (idle) to blue to nearly black (full): read in grey, too.
BUSY = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A9CDE6", BLUE, "#00223A"])


@chart("The shape of a day", "work ordered and rented machines; band: all days")
def day_shape(frames: Frames, ax: Axes) -> None:
    """Work ordered and capacity by hour of the day (UTC), weekdays and weekends; a band spans the days."""
    if frames["pools"].empty:
        raise NothingToShowError("nobody has machines in this run")
    hours = tick_hours(frames)
    work = frames["pools"].groupby(["tick", "time"], as_index=False)[["ordered", "capacity"]].sum()
    work["hour"] = work["time"].dt.hour + work["time"].dt.minute / 60.0 + hours / 2.0
    work["weekend"] = work["time"].dt.day_of_week >= 5
    work[["ordered", "capacity"]] /= hours
    ends: list[tuple[float, str, str]] = []
    for weekend, part in work.groupby("weekend"):
        group = part.groupby("hour")
        line, name = ((0, (4, 2)), "weekend") if weekend else ("-", "weekday")
        means = group[["ordered", "capacity"]].mean()
        ax.plot(means.index, means["capacity"], color=ACTORS["hyperscaler"], linestyle=line, linewidth=1.8)
        ax.plot(means.index, means["ordered"], color=BLACK, linestyle=line, linewidth=1.8)
        ax.fill_between(means.index, group["ordered"].min(), group["ordered"].max(), color=BLACK, alpha=0.10,
                          linewidth=0)  # fmt: skip
        ends.append((float(means["capacity"].iloc[-1]), f"capacity,\n{name}", ACTORS["hyperscaler"]))
        ends.append((float(means["ordered"].iloc[-1]), f"ordered,\n{name}", BLACK))
    if work["capacity"].max() + work["ordered"].max() <= 0:
        ax.clear()
        raise NothingToShowError("nothing was ordered in this run")
    ax.set(xlim=(0, 24), xticks=range(0, 25, 6), xlabel="hour of the day [UTC]", ylabel="racks (rack-hours an hour)")
    ax.set_ylim(0, 1.05 * float(work[["ordered", "capacity"]].max().max()))
    label_ends(ax, ends, gap=0.13)
    readable_axis(ax)


@chart("How busy the machines are", "beside each name: its mean over the run, by rack-hours", size=(9, 3.6))
def utilisation(frames: Frames, ax: Axes) -> None:
    """How busy each pool is over time: one row a pool, dark where it is full."""
    pools = frames["pools"]
    if pools.empty or pools["capacity"].sum() <= 0:
        raise NothingToShowError("nobody has machines in this run")
    wide = pools.astype({"pool": object}).pivot_table(index="pool", columns="time", values="utilisation", sort=False)
    held = pools.astype({"pool": object}).pivot_table(index="pool", columns="time", values="capacity", sort=False)
    step = pd.Timedelta(hours=tick_hours(frames))
    values = (100.0 * wide.where(held > 0)).reindex(columns=pd.date_range(wide.columns[0], wide.columns[-1], freq=step))
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    begin, end = (float(mdates.date2num(time)) for time in (wide.columns[0], wide.columns[-1] + step))  # type: ignore[no-untyped-call]
    image = ax.imshow(
        values, aspect="auto", cmap=BUSY, vmin=0, vmax=100, interpolation="nearest",
        extent=(begin, end, len(wide) - 0.5, -0.5),
    )  # fmt: skip
    time_axis(ax, frames["ticks"]["time"])
    ax.set_xlim(begin, end)
    means = margins(frames)["utilisation"] if set(wide.index) <= set(frames["sellers"]["seller"]) else None
    names = [f"{pool}  {100 * means[pool]:.0f} %" if means is not None and np.isfinite(means[pool]) else str(pool)
             for pool in wide.index]  # fmt: skip
    rows(ax, names, [ACTORS.get(str(owner.get(pool)), PALE) for pool in wide.index])
    ax.set_ylim(len(wide) - 0.5, -0.5)
    ax.hlines(np.arange(1, len(wide)) - 0.5, begin, end, color="white", linewidth=2.5)
    ax.grid(visible=False)
    ax.figure.colorbar(image, ax=ax, label="work done over capacity [%]", pad=0.01, aspect=14)
