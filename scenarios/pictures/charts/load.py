"""Load: a day's shape, how busy the machines are, how scarce, and what is wanted against what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import (
    HOUR,
    KIND,
    TIME,
    ChartData,
    Column,
    NothingToShowError,
    Panel,
    long,
    one,
)
from scenarios.pictures.panel import BESIDE_BAR, label, label_ends, parts, path, plain_log, rows, time_axis
from scenarios.pictures.style import BLACK, BLUE, BROWN, GREY, PALE, actor, readable_axis
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.results.over_time import (
    SPOT_PRICE,
    bin_hours,
    in_bins,
    kinds_of_seller,
    price_of,
    prices_at_constant_mix,
    work_and_machines,
)
from scenarios.results.summary_tables import margins, running_cost
from scenarios.results.warm_up import warm_up_span
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP: Final = "Prices and machines"
#: White (idle) to blue to nearly black (full): read in grey, too.
BUSY: Final = LinearSegmentedColormap.from_list("busy", ["#FFFFFF", "#A9CDE6", BLUE, "#00223A"])
#: A day's shape is that of the last weeks: over years, growth would drown it.
SHAPE_WEEKS: Final = 4
BROKEN: Final = (0, (4, 2))
#: Powers of ten for a log axis.
TENS: Final = tuple(10.0**power for power in range(-3, 16))
WHAT: Final = Column("what", "", "what the line is of, in short")
RACKS_OF_THE_HOUR: Final = Column("value", "racks", "mean of the hour: work ordered, or machines there are", "racks")
PRICE_OF_THE_HOUR: Final = Column("value", "%", "price over its mean of the same day", "price [%]")
DAY: Final = Column("day", "", "weekday or weekend")


@chart("The shape of a day", size=(7.2, 5.4), group=GROUP, order=220)
def day_shape(frames: Frames) -> ChartData:
    """Work ordered, capacity and price by hour of the day (UTC), on weekdays and at weekends."""
    if frames["pools"].empty:
        raise NothingToShowError("nobody has machines in this run")
    work = _last_days(frames)
    if work["capacity"].max() + work["ordered"].max() <= 0:
        raise NothingToShowError("nothing was ordered in this run")
    days = work["time"].dt.floor("D").nunique()
    note = f"mean of the last {days} simulated days" if days > 1 else "one day; what is not drawn was not simulated"
    return ChartData((_work_of_the_hour(work), _price_of_the_hour(work, kinds_of_seller(frames))), note)


def _last_days(frames: Frames) -> pd.DataFrame:
    """Work, capacity [racks] and prices of the last weeks by tick, with hour of the day and weekend."""
    hours = tick_hours(frames)
    work = frames["pools"].groupby(["tick", "time"], as_index=False)[["ordered", "capacity"]].sum()
    work[["ordered", "capacity"]] /= hours
    work = work.merge(prices_at_constant_mix(frames), left_on="tick", right_index=True, how="left")
    work = work.iloc[-round(SHAPE_WEEKS * 168 / hours) :]
    hour = work["time"].dt.hour + work["time"].dt.minute / 60.0 + hours / 2.0
    return work.assign(hour=hour, weekend=work["time"].dt.day_of_week >= 5)


def _work_of_the_hour(work: pd.DataFrame) -> Panel:
    paths, what, day, colours = {}, {}, {}, {}
    for weekend, part in work.groupby("weekend"):
        means = part.groupby("hour")[["ordered", "capacity"]].mean()
        for column, colour in (("capacity", actor("hyperscaler")), ("ordered", BLACK)):
            name = f"{column}, {'weekend' if weekend else 'weekday'}"
            paths[name], what[name], colours[name] = means[column], column, colour
            day[name] = "weekend" if weekend else "weekday"
    return long(
        paths, RACKS_OF_THE_HOUR, x=HOUR, more=[(WHAT, what), (DAY, day)], title="work and machines", colours=colours
    )


def _price_of_the_hour(work: pd.DataFrame, kinds: list[str]) -> Panel:
    """Prices relative to their mean of the same day [%]."""
    sellers = {SPOT_PRICE: "hyperscaler", **{price_of(kind): kind for kind in kinds}}
    prices = [name for name in work if name in sellers]
    of_day = work.groupby(work["time"].dt.floor("D"))[prices].transform("mean")
    share = (100.0 * work[prices] / of_day.where(of_day > 0)).groupby(work["hour"]).mean().dropna(axis=1, how="all")
    what = {name: "spot" if name == SPOT_PRICE else kind for name, kind in sellers.items()}
    paths, colours = {str(name): share[name] for name in share}, {name: actor(of) for name, of in sellers.items()}
    title = "price over its mean of the day"
    return long(paths, PRICE_OF_THE_HOUR, x=HOUR, more=[(WHAT, what)], title=title, colours=colours)


@day_shape.drawn_by
def _draw_day(data: ChartData, ax: Axes) -> list[Axes]:
    above, below = parts(ax, (2.2, 1.0))
    work = data.panel
    what, day = work.first("what"), work.first("day")
    ends: list[tuple[float, str, Any]] = []
    for name, means in work.paths.items():
        line, colour = BROKEN if day[name] == "weekend" else "-", work.colours[name]
        path(above, means.index, means, color=colour, linestyle=line, linewidth=1.8, label=name)
        ends.append((float(means.iloc[-1]), f"{what[name]},\n{day[name]}", colour))
    above.set(xlim=(0, 24), xticks=range(0, 25, 6), xticklabels=[], ylabel=work.label)
    above.set_ylim(0, 1.08 * float(work.frame[work.value].max()))
    label_ends(above, ends, gap=0.17)
    readable_axis(above)
    _draw_hourly_prices(below, data.panels[1])
    below.set(xlim=(0, 24), xticks=range(0, 25, 6), xlabel=work.column(work.x).label)
    return [above, below]


def _draw_hourly_prices(ax: Axes, panel: Panel) -> None:
    what, ends = panel.first("what"), []
    for name, share in panel.paths.items():
        path(ax, share.index, share, color=panel.colours[name], linewidth=1.6, label=name)
        ends.append((float(share.iloc[-1]), what[name], panel.colours[name]))
    ax.axhline(100.0, color=GREY, linewidth=0.8)
    values = panel.frame[panel.value]
    low, high = (float(values.min()), float(values.max())) if ends else (100.0, 100.0)
    room = max(high - low, 4.0)
    ax.set_ylim(low - 0.15 * room, high + 0.45 * room)
    ax.set_ylabel(panel.label)
    label(ax, panel.title)
    label_ends(ax, ends, gap=0.2)


BUSY_COLUMNS: Final = (
    Column("pool", "", "pool of machines"),
    KIND,
    TIME,
    Column("hours", "h", "length of the span"),
    Column("value", "%", "work done over capacity; none where there are no machines", "work done over capacity [%]"),
    Column("mean", "%", "work done over capacity in the whole run, by rack-hours"),
)


@chart("How busy the machines are", size=(9, 3.6), group=GROUP, order=230, note_width=BESIDE_BAR)
def utilisation(frames: Frames) -> ChartData:
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
    spans = pd.date_range(wide.columns[0], wide.columns[-1], freq=step, name="time")
    wide = wide.reindex(columns=spans, method="ffill")
    frame = wide.T.reset_index().melt("time", var_name="pool", value_name="value")
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    known = set(wide.index) <= set(frames["sellers"]["seller"])
    mean = 100.0 * margins(frames)["utilisation"].reindex(wide.index) if known else pd.Series(np.nan, wide.index)
    frame["hours"] = bin_hours(frames)
    frame["kind"], frame["mean"] = frame["pool"].map(owner).fillna(""), frame["pool"].map(mean)
    gaps = "; hatched: no machines" if frame["value"].isna().any() else ""
    colours = {str(pool): actor(str(owner.get(pool))) for pool in wide.index}
    note = f"beside each name: its mean over the run, by rack-hours{gaps}"
    made = frame[[column.name for column in BUSY_COLUMNS]]
    return one(Panel(made, BUSY_COLUMNS, "value", "time", names="pool", colours=colours), note)


@utilisation.drawn_by
def _draw_utilisation(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    values = pd.DataFrame(panel.paths).T
    times: Any = values.columns
    step = pd.Timedelta(hours=float(panel.frame["hours"].iloc[0]))
    begin, end = (float(mdates.date2num(time)) for time in (times[0], times[-1] + step))  # type: ignore[no-untyped-call]
    image = ax.imshow(
        values,
        aspect="auto",
        cmap=BUSY,
        vmin=0,
        vmax=100,
        interpolation="nearest",
        extent=(begin, end, len(values) - 0.5, -0.5),
    )
    if values.isna().to_numpy().any():
        _hatch_gaps(ax, len(values), begin, end)
    time_axis(ax, times)
    ax.set_xlim(begin, end)
    names = [f"{pool}  {mean:.0f} %" if np.isfinite(mean) else pool for pool, mean in panel.first("mean").items()]
    rows(ax, names, [panel.colours[pool] for pool in values.index])
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.hlines(np.arange(1, len(values)) - 0.5, begin, end, color="white", linewidth=2.5)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(image, ax=ax, label=panel.label, pad=0.01, aspect=14)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)  # 256 rectangles otherwise


def _hatch_gaps(ax: Axes, count: int, begin: float, end: float) -> None:
    """Hatch what lies behind the cells, of which some are left out: no machines are not machines that are idle."""
    ax.add_patch(Rectangle((begin, -0.5), end - begin, count, facecolor="#EFEFEF", edgecolor="#A8A8A8",
                           hatch="/////", linewidth=0, zorder=-1))  # fmt: skip


BUSY_SHARE: Final = Column("value", "%", "work done over capacity of the machines of a kind", "busy [%]")
RENT: Final = Column("value", "USD per rack-h", "what a rack-hour costs above its power and upkeep", "USD per rack-h")


@chart(
    "How scarce machines are",
    "what a rented rack-hour costs above its power and upkeep, and how busy it is",
    group=GROUP,
    order=240,
)
def scarcity(frames: Frames) -> ChartData:
    """Scarcity rent of the machines that sellers rent, and their utilisation."""
    pools = frames["pools"]
    if pools.empty or pools["capacity"].sum() <= 0:
        raise NothingToShowError("nobody has machines in this run")
    table = in_bins(pools.assign(rent_usd=pools["rent"] * pools["used"]), frames)
    owner = frames["listings"].drop_duplicates("pool").set_index("pool")["kind"]
    table["kind"] = table["pool"].astype(str).map(owner).fillna("")
    busy, kinds = {}, {}
    for kind, part in table.groupby("kind", sort=False):
        sums = part.groupby("bin")[["used", "capacity"]].sum()
        name = f"machines of {kind}"
        busy[name] = 100.0 * sums["used"] / sums["capacity"].where(sums["capacity"] > 0)
        kinds[name] = str(kind)
    colours = {name: actor(kind) for name, kind in kinds.items()}
    shares = long(busy, BUSY_SHARE, more=[(KIND, kinds)], title="how busy", colours=colours)
    rents = long(_rents(frames, table), RENT, title="scarcity rent", colours=RENT_COLOURS)
    return ChartData((shares, rents), warm_up=warm_up_span(frames))


AUCTION_RENT, SPOT_RENT = "rent of the auction", "spot rent"
RENT_COLOURS: Final = {AUCTION_RENT: BROWN, SPOT_RENT: actor("hyperscaler")}


def _rents(frames: Frames, table: pd.DataFrame) -> dict[str, pd.Series]:
    """Spot price above running cost, and the pools' rents in an auction [USD per rack-h]: those that are ever paid."""
    sums = table.groupby("bin")[["rent_usd", "used"]].sum()
    lines = {AUCTION_RENT: sums["rent_usd"] / sums["used"].where(sums["used"] > 0)}
    cost = running_cost(frames) if not frames["wholesale"].empty else float("nan")
    if np.isfinite(cost):
        lines[SPOT_RENT] = in_bins(frames["ticks"], frames).groupby("bin")["spot_price"].mean() - cost
    return {name: line for name, line in lines.items() if line.max() > 0}


@scarcity.drawn_by
def _draw_scarcity(data: ChartData, ax: Axes) -> list[Axes]:
    above, below = parts(ax, (1.0, 1.0), above=0.1)
    busy, rent = data.panels
    times = busy.frame[busy.x]
    for name, share in busy.paths.items():
        path(above, share.index, share, color=busy.colours[name], linewidth=1.4, label=name)
    above.set(ylim=(0, 118), ylabel=busy.label, yticks=(0, 50, 100))
    time_axis(above, times)
    above.set(xticklabels=[], xlabel="")
    kinds = busy.first("kind")
    label_ends(above, [(end, kinds[name], busy.colours[name]) for name, end in busy.ends.items()], gap=0.16)
    _draw_rents(below, rent)
    time_axis(below, times)
    mark_warm_up(below, data)
    below.set_ylabel(rent.label)
    said = {AUCTION_RENT: "rent of\nthe auction", SPOT_RENT: "spot rent"}
    label_ends(below, [(end, said[name], rent.colours[name]) for name, end in rent.ends.items()], gap=0.25)
    return [above, below]


def _draw_rents(ax: Axes, panel: Panel) -> None:
    paths = panel.paths
    if not paths:
        ax.text(0.5, 0.5, "no machine earned a scarcity rent", transform=ax.transAxes, ha="center", color=PALE)
    for name, line in paths.items():
        path(ax, line.index, line, color=panel.colours[name], linewidth=1.6, label=name)
    top = max((float(line.max()) for line in paths.values()), default=1.0)
    least = min((float(line[line > 0].min()) for line in paths.values()), default=1.0)
    if top > 15 * least:
        ax.set_ylim(0.6 * least, 2.0 * top)
        plain_log(ax, "y", TENS, short_number)
    else:
        ax.set_ylim(0, 1.25 * top)
        readable_axis(ax)


#: Lines of supply against demand: name, colour, line.
WANTED: Final[dict[str, tuple[str, str, Any]]] = {
    "wanted": ("wanted", BLACK, "-"),
    "ordered": ("ordered", BLACK, (0, (2, 1.2))),
    "owned": ("all machines", BLUE, "-"),
    "for_rent": ("for rent", BLUE, BROKEN),
    "rented": ("rented", BLUE, (0, (6, 1.5, 1.2, 1.5))),
}
CEILING: Final = "ceiling"
RACKS: Final = Column("value", "racks", "rack-hours an hour", "racks (rack-hours an hour)")


@chart("What is wanted, and what there is", size=(9, 4.6), group=GROUP, order=210)
def supply_demand(frames: Frames, *, ceilings: pd.DataFrame | None = None) -> ChartData:
    """Work wanted and ordered against the machines that there are, in racks and log scale; with ceilings, if given.

    ``ceilings``: columns ``time``, ``name``, ``racks``, as ``scenarios.definition.ceilings.ceilings`` works them out.
    """
    if frames["pools"].empty:
        raise NothingToShowError("nobody has machines in this run")
    table = work_and_machines(frames)
    if not (table > 0).to_numpy().any():
        raise NothingToShowError("nothing was ordered in this run")
    paths, what, colours = {}, {}, {}
    for column, (name, colour, _) in WANTED.items():
        if column in table and (table[column] > 0).any():
            paths[name], what[name], colours[name] = table[column].where(table[column] > 0), column, colour
    note = "wanted: ordered, and what was given up at the mean work of a request"
    if ceilings is not None and not ceilings.empty:
        note = f"{note}; dotted: ceilings, each alone"
        for given, part in ceilings.groupby("name", sort=False):
            name = f"ceiling: {given}"
            paths[name] = _until(part.set_index("time")["racks"], table.index[-1])
            what[name], colours[name] = CEILING, GREY
    return one(long(paths, RACKS, more=[(WHAT, what)], colours=colours), note)


def _until(line: pd.Series, last: pd.Timestamp) -> pd.Series:
    """A ceiling up to the end of the run, with its value there."""
    times: Any = line.index
    end = max(last, times[0])
    at_end = np.interp(float(end.as_unit("ns").value), times.as_unit("ns").asi8.astype(float), line.to_numpy())
    made: pd.Series = pd.concat([line[times < end], pd.Series([at_end], index=pd.DatetimeIndex([end]))])
    return made


@supply_demand.drawn_by
def _draw_supply_demand(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    what, ends = panel.first("what"), []
    for name, line in panel.paths.items():
        colour = panel.colours[name]
        if what[name] == CEILING:
            ax.plot(line.index, line, color=colour, linestyle=":", linewidth=1.8, label=name)
        else:
            path(ax, line.index, line, color=colour, linestyle=WANTED[what[name]][2], linewidth=1.8, label=name)
        ends.append((panel.ends[name], name, colour))
    of_run = panel.frame[panel.frame["what"] != CEILING]
    values = np.array([end[0] for end in ends] + list(of_run["value"]))
    values = values[np.isfinite(values) & (values > 0)]
    ax.set_ylim(0.6 * float(values.min()), 1.8 * float(values.max()))
    plain_log(ax, "y", [m * ten for ten in TENS for m in (1, 3)], short_number)
    time_axis(ax, of_run["time"])
    ax.set_ylabel(panel.label)
    label_ends(ax, ends)
