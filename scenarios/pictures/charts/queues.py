"""Queues: how many wait, how long they expect to, how fast they are answered, and who is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import (
    KIND,
    SERIES,
    TIER,
    TIME,
    ChartData,
    Column,
    NothingToShowError,
    Panel,
    long,
    one,
)
from scenarios.pictures.panel import SMALL, legend_below, parts, path, plain_log, rows, shades, time_axis
from scenarios.pictures.style import BLACK, GREY, PALE, actor, readable_axis
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import LOST
from scenarios.results.over_time import bin_hours, fates, in_bins
from scenarios.text.durations import hours_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP: Final = "Waiting and service"
SECOND, MINUTE = 1 / 3600.0, 1 / 60.0
#: Round times for a log axis [h].
TIMES: Final = (SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, 1.0, 10.0, 100.0, 1000.0)
SPEEDS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
#: What a request's hour ended with, other than an answer: name and look.
UNSERVED: Final = {
    "waiting": ("waiting", "#CFCFCF", ""),
    "put_off": ("put off", "#9FC3DC", ""),
    "local": ("own machine", actor("local"), ""),
    "nothing": ("gave up", GREY, ""),
    "unaffordable": ("beyond budget", "#FFFFFF", "////"),
    "turned_away": ("turned away", BLACK, ""),
}
HATCHES: Final = {name: hatch for name, _, hatch in UNSERVED.values()}
MOVED: Final = "moved to another queue"
#: Kinds of user drawn side by side; more would be too small to read.
MOST_SEGMENTS: Final = 4
#: Share below which hardly anything is lost.
LITTLE: Final = 1e-4
WAITING: Final = Column("value", "requests", "requests that wait at the end of a tick", "requests that wait")


def _named(table: pd.DataFrame) -> tuple[list[str], dict[str, Any]]:
    """Names of kinds and tiers, and a shade of its kind's colour for each."""
    names = [f"{kind} {tier}" for kind, tier in zip(table["kind"], table["tier"], strict=True)]
    looks: dict[str, Any] = {}
    for kind, part in pd.Series(names).groupby(table["kind"].to_numpy(), sort=False):
        looks |= dict(zip(part, shades(actor(str(kind)), len(part)), strict=True))
    return names, looks


@chart("How many wait", group=GROUP, order=250)
def queue_lengths(frames: Frames) -> ChartData:
    """Requests that wait at the end of a tick, stacked by kind and tier of the offer."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = in_bins(summary_tables.offers(frames), frames)
    if made["waiting"].sum() <= 0:
        raise NothingToShowError("nobody had to wait in this run")
    _, looks = _named(made[["kind", "tier"]].drop_duplicates())
    wide = made.pivot_table(index="time", columns=["kind", "tier"], values="waiting", aggfunc="sum", sort=False)
    wide = wide.groupby(made.drop_duplicates("time").set_index("time")["bin"]).mean()
    keys = {" ".join(key): key for key in wide.sum().sort_values(ascending=False).index}
    kinds, tiers = ({name: key[place] for name, key in keys.items()} for place in (0, 1))
    paths = {name: wide[key] for name, key in keys.items()}
    return one(long(paths, WAITING, more=[(KIND, kinds), (TIER, tiers)], colours=looks))


@queue_lengths.drawn_by
def _draw_lengths(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    paths = panel.paths
    times = next(iter(paths.values())).index
    ax.stackplot(
        times.to_numpy(),
        *paths.values(),
        colors=[panel.colours[name] for name in paths],
        labels=list(paths),
        linewidth=0,
    )
    time_axis(ax, times)
    most = float(pd.DataFrame(paths).sum(axis=1).max())
    ax.set_ylim(0, (1.15 + 0.13 * ((len(paths) + 1) // 2)) * most)
    ax.set(ylabel=panel.label)
    ax.legend(loc="upper left", ncols=2, fontsize="small", frameon=False, handlelength=1.0, columnspacing=1.2)
    readable_axis(ax)


WAITS: Final = (
    Column("service", "", "kind and tier of the offer"),
    KIND,
    TIER,
    Column("mean", "h", "expected wait on ordering, mean over hours", "expected wait on ordering [s, min, h]"),
    Column("p95", "h", "what the expected wait stays below in 95 of 100 hours"),
)


@chart(
    "How long they expect to wait",
    "hours count alike; bar: to the 95th percentile of them",
    size=(7.2, 3.2),
    group=GROUP,
    order=260,
)
def expected_waits(frames: Frames) -> ChartData:
    """Wait that users are told on ordering, by kind and tier: mean over hours, and what 95 of 100 hours stay below.

    Each offer of a kind and tier counts by all that it sold, in every hour the same.
    """
    table = summary_tables.waits(frames) if not frames["offers"].empty else pd.DataFrame()
    table = table[(table["ordered"] > 0) & table["alike_h"].notna()].reset_index(drop=True) if len(table) else table
    if table.empty:
        raise NothingToShowError("nobody ordered anything in this run")
    if table["alike_p95_h"].max() <= 0 and table["alike_h"].max() <= 0:
        raise NothingToShowError("nobody had to expect a wait in this run")
    names, looks = _named(table)
    frame = table.assign(service=names, mean=table["alike_h"], p95=table["alike_p95_h"])
    return one(Panel(frame[[column.name for column in WAITS]], WAITS, "mean", names="service", colours=looks))


@expected_waits.drawn_by
def _draw_waits(data: ChartData, ax: Axes) -> None:
    panel, table = data.panel, data.panel.frame
    least = 0.5 * SECOND
    for place, row in enumerate(table.to_dict("records")):
        colour = panel.colours[row["service"]]
        mean, tail = max(row["mean"], least), max(row["p95"], least)
        ax.plot([mean, tail], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot([tail], [place], "|", color=colour, markersize=12, markeredgewidth=3)
        ax.plot([mean], [place], "o", color=colour, markersize=8)
        ax.annotate(
            f"{hours_in_words(row['mean'])}; 95 %: {hours_in_words(row['p95'])}",
            (max(mean, tail), place),
            xytext=(0, 8),
            textcoords="offset points",
            ha="right" if max(mean, tail) > MINUTE else "left",
            va="bottom",
            fontsize="small",
            color=PALE,
        )
    ax.set_xlim(0.6 * least, 3 * max(float(table[["mean", "p95"]].max().max()), MINUTE))
    plain_log(ax, "x", TIMES, hours_in_words)
    rows(ax, list(table["service"]), [panel.colours[name] for name in table["service"]])
    ax.set(xlabel=panel.label)


SPEED: Final = (
    Column("product", "", "a model in a tier"),
    KIND,
    Column("mean", "token/s", "speed that a user sees, mean over requests served", "speed that a user sees [token/s]"),
    Column("promised", "token/s", "speed that the tier promises"),
    Column("low", "token/s", "speed that 95 of 100 requests exceed"),
    Column("high", "token/s", "speed that 5 of 100 requests exceed"),
)


@chart(
    "How fast the answers come", "bar: promised; dot: mean; band: 5 to 95 %", size=(7.2, 4.0), group=GROUP, order=270
)
def speeds(frames: Frames) -> ChartData:
    """Speed that users get, by product, against what its tier promises."""
    table = summary_tables.speeds(frames) if not frames["offers"].empty else pd.DataFrame(columns=["mean"])
    table = table[np.isfinite(table["mean"].astype(float)) & (table["mean"] > 0)].reset_index(drop=True)
    if table.empty:
        raise NothingToShowError("nobody was answered in this run")
    colours = {name: actor(kind) for name, kind in zip(table["product"], table["kind"], strict=True)}
    return one(Panel(table[[column.name for column in SPEED]], SPEED, "mean", names="product", colours=colours))


@speeds.drawn_by
def _draw_speeds(data: ChartData, ax: Axes) -> None:
    panel, table = data.panel, data.panel.frame
    for place, row in enumerate(table.to_dict("records")):
        colour = panel.colours[row["product"]]
        band = [max(row["low"], 0.1), row["high"]]
        ax.plot(band, [place, place], color=colour, linewidth=3, alpha=0.45, solid_capstyle="butt")
        ax.plot([row["mean"]], [place], "o", color=colour, markersize=8)
        ax.plot([row["promised"]], [place], "|", color=BLACK, markersize=16, markeredgewidth=2.2)
        ax.annotate(
            f"{row['mean']:.0f}",
            (row["mean"], place),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize="small",
            color=PALE,
        )
    numbers = table[["low", "high", "promised", "mean"]].astype(float)
    ax.set_xlim(0.7 * max(float(numbers.min().min()), 0.1), 1.4 * float(numbers.max().max()))
    plain_log(ax, "x", SPEEDS)
    rows(ax, list(table["product"]), [panel.colours[name] for name in table["product"]])
    ax.set(xlabel=panel.label)


UNSERVED_HINT: Final = "of the requests at hand in an hour; the rest, up to 100 %, was served"
FATES: Final = (
    SERIES,
    TIME,
    Column("until", "UTC", "end of the span"),
    Column("value", "%", "of the requests at hand in an hour", "requests [%]"),
)
FATE_COLOURS: Final = {**{name: colour for name, colour, _ in UNSERVED.values()}, MOVED: BLACK}
NOBODY: Final = "nobody asked for anything in this run"


@chart("Not served at once", UNSERVED_HINT, size=(9, 3.8), group=GROUP, order=280)
def unserved(frames: Frames) -> ChartData:
    """Who was not served at once, stacked over time: waiting, put off, own machine, gave up, too dear, turned away.

    A line tells who moved to another queue.
    """
    table = fates(frames)
    if table.empty or table["served"].isna().all():
        raise NothingToShowError(NOBODY)
    return one(_not_served(frames, table))


def _not_served(frames: Frames, table: pd.DataFrame, title: str = "") -> Panel:
    """What becomes of requests that are not served at once, by span: what never happens is left out."""
    # A representative week stands for the weeks up to the next one.
    begins: Any = table.index
    last = begins[-1:] + pd.Timedelta(hours=bin_hours(frames, least=24.0))
    until = table.index[1:].append(last)
    named = {**{column: name for column, (name, _, _) in UNSERVED.items()}, "moved": MOVED}
    parts = [
        pd.DataFrame(
            {"series": name, "time": table.index, "until": until, "value": table[column].fillna(0.0).to_numpy()}
        )
        for column, name in named.items()
    ]
    whole = parts[0].assign(value=0.0)
    found = [part for part in parts if part["value"].sum() > 0] or [whole]
    return Panel(pd.concat(found, ignore_index=True), FATES, "value", "time", title=title, colours=FATE_COLOURS)


def _stacked(panel: Panel) -> pd.Series:
    """Share of all that are not served at once, by span [%]."""
    stack = panel.frame[panel.frame["series"] != MOVED]
    return stack.groupby("time")["value"].sum()


@unserved.drawn_by
def _draw_unserved(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    moved = panel.paths.get(MOVED)
    highest = max(float(_stacked(panel).max()), float(moved.max()) if moved is not None else 0.0)
    found = _draw_fates(panel, ax, min(1.05 * highest, 100.0) if highest > 0 else 1.0)
    names = [*(name for name in found if name == MOVED), *reversed([name for name in found if name != MOVED])]
    ax.legend(
        [found[name] for name in names],
        names,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        fontsize="small",
        frameon=False,
        handlelength=1.0,
    )


def _draw_fates(panel: Panel, ax: Axes, top: float) -> dict[str, Any]:
    """Draw a stack, up to ``top`` [%]; returns what was drawn, by name."""
    spans = panel.frame.drop_duplicates("time")
    edges = pd.DatetimeIndex([*spans["time"], spans["until"].iloc[-1]])
    found: dict[str, Any] = {}
    bottom = np.zeros(len(spans))
    for name, share in panel.paths.items():
        colour = panel.colours[name]
        if name == MOVED:
            middles = pd.DatetimeIndex(spans["time"] + (spans["until"] - spans["time"]) / 2)
            path(ax, middles, share.to_numpy(), color=colour, linestyle=(0, (2.5, 1.2)), linewidth=1.1, label=name)
            found[name] = ax.lines[0]
            continue
        top_of_it = bottom + share.to_numpy()
        hatch = HATCHES[name]
        found[name] = ax.stairs(
            top_of_it,
            edges.to_numpy(),
            baseline=bottom,
            fill=True,
            facecolor=colour,
            hatch=hatch,
            edgecolor=GREY if hatch else "none",
            label=name,
            linewidth=0,
        )
        bottom = top_of_it
    time_axis(ax, edges)
    ax.set_ylim(0, top)
    ax.set(ylabel=panel.label)
    return found


def _share(share: float) -> str:
    """A share as percent; what is hardly anything is told as that."""
    return f"{100 * share:.2g} %" if share >= LITTLE or share == 0 else f"< {100 * LITTLE:g} %"


@chart("Not served at once, by kind of user", UNSERVED_HINT, size=(11, 3.8), group=GROUP, order=290)
def unserved_by_segment(frames: Frames) -> ChartData:
    """Who was not served at once, kind of user by kind of user, stacked over time."""
    names = list(frames["segments"]["segment"].drop_duplicates().astype(str))[:MOST_SEGMENTS]
    if not names or frames["segments"]["asked"].sum() <= 0:
        raise NothingToShowError(NOBODY)
    lost = summary_tables.outcomes(frames)
    panels = []
    for name in names:
        of_kind: Any = lost.loc[name]
        never = of_kind[[*LOST]].sum() / max(of_kind["asked"], 1e-300)
        panels.append(_not_served(frames, fates(frames, name), f"{name}: {_share(never)} lost"))
    return ChartData(tuple(panels))


@unserved_by_segment.drawn_by
def _draw_by_segment(data: ChartData, ax: Axes) -> list[Axes]:
    highest = min(1.05 * max(float(_stacked(panel).max()) for panel in data.panels), 100.0) or 1.0
    found: dict[str, Any] = {}
    places = parts(ax, (1.0,), [1.0] * len(data.panels), top=0.9)
    for panel, place in zip(data.panels, places, strict=True):
        found |= _draw_fates(panel, place, highest)
        place.set_title(panel.title, loc="left", fontsize=SMALL, fontweight="normal", pad=3)
        place.set_xlabel("")
        if place is not places[0]:
            place.set(yticklabels=[], ylabel="")
    drawn = {name: found[name] for name in FATE_COLOURS if name in found}
    if drawn:
        legend_below(ax, drawn)
    return places
