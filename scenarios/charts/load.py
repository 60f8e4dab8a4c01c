"""Load: a day's shape against capacity, and how busy each provider's machines are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.colors import LinearSegmentedColormap

from scenarios.charts.panel import PALE, empty, head, label_ends, new_axes, note, rows, time_axis
from scenarios.charts.style import ACTORS, BLACK, BLUE, readable_axis
from scenarios.measures import margins, tick_hours
from scenarios.results import Frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: White (idle) to blue to nearly black (full): read in grey, too.
BUSY = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A9CDE6", BLUE, "#00223A"])


def day_shape(frames: Frames, axes: Axes | None = None) -> Axes:
    """Work ordered and capacity by hour of the day (UTC), weekdays and weekends; a band spans the days."""
    axes = new_axes(axes)
    title = "The shape of a day"
    if frames["pools"].empty:
        return empty(axes, title, "nobody has machines in this run")
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
        axes.plot(means.index, means["capacity"], color=ACTORS["hyperscaler"], linestyle=line, linewidth=1.8)
        axes.plot(means.index, means["ordered"], color=BLACK, linestyle=line, linewidth=1.8)
        axes.fill_between(means.index, group["ordered"].min(), group["ordered"].max(), color=BLACK, alpha=0.10,
                          linewidth=0)  # fmt: skip
        ends.append((float(means["capacity"].iloc[-1]), f"capacity,\n{name}", ACTORS["hyperscaler"]))
        ends.append((float(means["ordered"].iloc[-1]), f"ordered,\n{name}", BLACK))
    if work["capacity"].max() + work["ordered"].max() <= 0:
        axes.clear()
        return empty(axes, title, "nothing was ordered in this run")
    axes.set(xlim=(0, 24), xticks=range(0, 25, 6), xlabel="hour of the day [UTC]", ylabel="racks (rack-hours an hour)")
    axes.set_ylim(0, 1.05 * float(work[["ordered", "capacity"]].max().max()))
    label_ends(axes, ends, gap=0.13)
    head(axes, title)
    note(axes, "work ordered and rented machines; band: all days")
    readable_axis(axes)
    return axes


def utilisation(frames: Frames, axes: Axes | None = None) -> Axes:
    """How busy each pool is over time: one row a pool, dark where it is full."""
    axes = new_axes(axes, (9, 3.6))
    title = "How busy the machines are"
    pools = frames["pools"]
    if pools.empty or pools["capacity"].sum() <= 0:
        return empty(axes, title, "nobody has machines in this run")
    wide = pools.astype({"pool": object}).pivot_table(index="pool", columns="time", values="utilisation", sort=False)
    held = pools.astype({"pool": object}).pivot_table(index="pool", columns="time", values="capacity", sort=False)
    step = pd.Timedelta(hours=tick_hours(frames))
    values = (100.0 * wide.where(held > 0)).reindex(columns=pd.date_range(wide.columns[0], wide.columns[-1], freq=step))
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    begin, end = (float(mdates.date2num(time)) for time in (wide.columns[0], wide.columns[-1] + step))  # type: ignore[no-untyped-call]
    image = axes.imshow(
        values, aspect="auto", cmap=BUSY, vmin=0, vmax=100, interpolation="nearest",
        extent=(begin, end, len(wide) - 0.5, -0.5),
    )  # fmt: skip
    time_axis(axes, frames["ticks"]["time"])
    axes.set_xlim(begin, end)
    means = margins(frames)["utilisation"] if set(wide.index) <= set(frames["sellers"]["seller"]) else None
    names = [f"{pool}  {100 * means[pool]:.0f} %" if means is not None and np.isfinite(means[pool]) else str(pool)
             for pool in wide.index]  # fmt: skip
    rows(axes, names, [ACTORS.get(str(owner.get(pool)), PALE) for pool in wide.index])
    axes.set_ylim(len(wide) - 0.5, -0.5)
    axes.hlines(np.arange(1, len(wide)) - 0.5, begin, end, color="white", linewidth=2.5)
    axes.grid(visible=False)
    axes.figure.colorbar(image, ax=axes, label="work done over capacity [%]", pad=0.01, aspect=14)
    head(axes, title)
    note(axes, "beside each name: its mean over the run, by rack-hours")
    return axes
