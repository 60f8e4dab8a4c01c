"""Queues: how many wait, how long they expect to, how fast they are answered, and who is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import SMALL, head, legend_below, parts, path, plain_log, rows, shades, time_axis
from scenarios.pictures.style import BLACK, GREY, PALE, actor, readable_axis
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import LOST
from scenarios.results.over_time import bin_hours, fates, in_bins
from scenarios.text.durations import hours_in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
#: Kinds of user drawn side by side; more would be too small to read.
MOST_SEGMENTS: Final = 4
#: Share below which hardly anything is lost.
LITTLE: Final = 1e-4


def _looks(table: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """A shade of its kind's colour for every kind and tier."""
    looks = {}
    for kind, part in table.groupby("kind", sort=False):
        for colour, tier in zip(shades(actor(str(kind)), len(part)), part["tier"], strict=True):
            looks[str(kind), str(tier)] = colour
    return looks


@chart("How many wait")
def queue_lengths(frames: Frames, ax: Axes) -> None:
    """Requests that wait at the end of a tick, stacked by kind and tier of the offer."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = in_bins(summary_tables.offers(frames), frames)
    if made["waiting"].sum() <= 0:
        raise NothingToShowError("nobody had to wait in this run")
    names = made[["kind", "tier"]].drop_duplicates()
    looks = _looks(names)
    wide = made.pivot_table(index="time", columns=["kind", "tier"], values="waiting", aggfunc="sum", sort=False)
    wide = wide.groupby(made.drop_duplicates("time").set_index("time")["bin"]).mean()
    order = list(wide.sum().sort_values(ascending=False).index)
    ax.stackplot(
        wide.index.to_numpy(),
        *(wide[name] for name in order),
        colors=[looks[name] for name in order],
        labels=[" ".join(name) for name in order],
        linewidth=0,
    )
    time_axis(ax, wide.index)
    ax.set_ylim(0, (1.15 + 0.13 * ((len(order) + 1) // 2)) * float(wide.sum(axis=1).max()))
    ax.set(ylabel="requests that wait")
    ax.legend(loc="upper left", ncols=2, fontsize="small", frameon=False, handlelength=1.0, columnspacing=1.2)
    readable_axis(ax)


@chart(
    "How long they expect to wait",
    "hours count alike; bar: to the 95th percentile of hours",
    size=(7.2, 3.2),
)
def expected_waits(frames: Frames, ax: Axes) -> None:
    """Wait that users are told on ordering, by kind and tier: mean over hours, and what 95 of 100 hours stay below.

    Each offer of a kind and tier counts by all that it sold, in every hour the same.
    """
    table = summary_tables.waits(frames) if not frames["offers"].empty else pd.DataFrame()
    table = table[(table["ordered"] > 0) & table["alike_h"].notna()].reset_index(drop=True) if len(table) else table
    if table.empty:
        raise NothingToShowError("nobody ordered anything in this run")
    if table["alike_p95_h"].max() <= 0 and table["alike_h"].max() <= 0:
        raise NothingToShowError("nobody had to expect a wait in this run")
    looks = _looks(table)
    least = 0.5 * SECOND
    for place, (_, row) in enumerate(table.iterrows()):
        colour = looks[row["kind"], row["tier"]]
        mean, tail = max(row["alike_h"], least), max(row["alike_p95_h"], least)
        ax.plot([mean, tail], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot([tail], [place], "|", color=colour, markersize=12, markeredgewidth=3)
        ax.plot([mean], [place], "o", color=colour, markersize=8)
        ax.annotate(
            f"{hours_in_words(row['alike_h'])}; 95 %: {hours_in_words(row['alike_p95_h'])}",
            (max(mean, tail), place),
            xytext=(0, 8),
            textcoords="offset points",
            ha="right" if max(mean, tail) > MINUTE else "left",
            va="bottom",
            fontsize="small",
            color=PALE,
        )
    ax.set_xlim(0.6 * least, 3 * max(float(table[["alike_h", "alike_p95_h"]].max().max()), MINUTE))
    plain_log(ax, "x", TIMES, hours_in_words)
    rows(
        ax,
        [f"{k} {t}" for k, t in zip(table["kind"], table["tier"], strict=True)],
        [looks[key] for key in zip(table["kind"], table["tier"], strict=True)],
    )
    ax.set(xlabel="expected wait on ordering [s, min, h]")


@chart("How fast the answers come", "bar: promised; dot: mean; band: 5 to 95 %", size=(7.2, 4.0))
def speeds(frames: Frames, ax: Axes) -> None:
    """Speed that users get, by product, against what its tier promises."""
    table = summary_tables.speeds(frames) if not frames["offers"].empty else pd.DataFrame(columns=["mean"])
    table = table[np.isfinite(table["mean"].astype(float)) & (table["mean"] > 0)].reset_index(drop=True)
    if table.empty:
        raise NothingToShowError("nobody was answered in this run")
    colours = [actor(kind) for kind in table["kind"]]
    for place, (_, row) in enumerate(table.iterrows()):
        colour = actor(row["kind"])
        ax.plot(
            [max(row["low"], 0.1), row["high"]],
            [place, place],
            color=colour,
            linewidth=3,
            alpha=0.45,
            solid_capstyle="butt",
        )
        ax.plot([row["mean"]], [place], "o", color=colour, markersize=8)
        ax.plot([row["promised"]], [place], "|", color=BLACK, markersize=16, markeredgewidth=2.2)
        ax.annotate(f"{row['mean']:.0f}", (row["mean"], place), xytext=(0, 6), textcoords="offset points",
                      ha="center", va="bottom", fontsize="small", color=PALE)  # fmt: skip
    numbers = table[["low", "high", "promised", "mean"]].astype(float)
    ax.set_xlim(0.7 * max(float(numbers.min().min()), 0.1), 1.4 * float(numbers.max().max()))
    plain_log(ax, "x", SPEEDS)
    rows(ax, list(table["product"]), colours)
    ax.set(xlabel="speed that a user sees [token/s]")


@chart("Not served at once", "of the requests at hand in an hour; the rest, up to 100 %, was served", size=(9, 3.8))
def unserved(
    frames: Frames, ax: Axes, *, segment: str | None = None, legend: bool = True, top: float | None = None
) -> None:
    """Who was not served at once, stacked over time: waiting, put off, own machine, gave up, too dear, turned away.

    Of one segment or of all; a line tells who moved to another queue. ``top``: where the axis ends [%].
    """
    table = fates(frames, segment)
    if segment is not None:
        head(ax, segment)
    if table.empty or table["served"].isna().all():
        raise NothingToShowError("nobody asked for anything in this run")
    bottom = np.zeros(len(table))
    # A representative week stands for the weeks up to the next one.
    last = table.index[-1] + pd.Timedelta(hours=bin_hours(frames, least=24.0))
    ends = table.index[1:].append(pd.DatetimeIndex([last]))
    edges = pd.DatetimeIndex([*table.index, last]).to_numpy()
    for name, (text, colour, hatch) in UNSERVED.items():
        share = table[name].fillna(0.0).to_numpy()
        if share.sum() > 0:
            edge = GREY if hatch else "none"
            top_of_it = bottom + share
            ax.stairs(top_of_it, edges, baseline=bottom, fill=True, facecolor=colour, hatch=hatch, edgecolor=edge,
                      label=text, linewidth=0)  # fmt: skip
            bottom = top_of_it
    if table["moved"].sum() > 0:
        path(
            ax,
            table.index + (ends - table.index) / 2,
            table["moved"],
            color=BLACK,
            linestyle=(0, (2.5, 1.2)),
            linewidth=1.1,
            label="moved to another queue",
        )
    time_axis(ax, table.index.union(ends))
    highest = max(float(np.nanmax(bottom)), float(table["moved"].max()))
    ax.set_ylim(0, top if top is not None else (min(1.05 * highest, 100.0) if highest > 0 else 1.0))
    ax.set(ylabel="requests [%]")
    if legend:
        handles, texts = ax.get_legend_handles_labels()
        order = np.argsort([handle in ax.lines for handle in handles], kind="stable")[::-1]
        ax.legend([handles[k] for k in order], [texts[k] for k in order], loc="upper left", bbox_to_anchor=(1.01, 1.0),
                  fontsize="small", frameon=False, handlelength=1.0)  # fmt: skip


def _share(share: float) -> str:
    """A share as percent; what is hardly anything is told as that."""
    return f"{100 * share:.2g} %" if share >= LITTLE or share == 0 else f"< {100 * LITTLE:g} %"


@chart(
    "Not served at once, by kind of user",
    "of the requests at hand in an hour; the rest, up to 100 %, was served",
    size=(11, 3.8),
)
def unserved_by_segment(frames: Frames, ax: Axes) -> None:
    """Who was not served at once, kind of user by kind of user, stacked over time."""
    names = list(frames["segments"]["segment"].drop_duplicates().astype(str))[:MOST_SEGMENTS]
    if not names or frames["segments"]["asked"].sum() <= 0:
        raise NothingToShowError("nobody asked for anything in this run")
    lost = summary_tables.outcomes(frames)
    tops = [float(fates(frames, name)[[*UNSERVED]].sum(axis=1).max()) for name in names]
    highest = min(1.05 * max(tops), 100.0) or 1.0
    found: dict[str, Any] = {}
    panels = parts(ax, (1.0,), [1.0] * len(names), top=0.9)
    for name, panel in zip(names, panels, strict=True):
        unserved(frames, panel, segment=name, legend=False, top=highest)
        never = float(lost[[*LOST]].sum(axis=1).loc[name]) / max(float(lost["asked"].loc[name]), 1e-300)
        for old in list(panel.texts):
            old.remove()
        panel.set_title(f"{name}: {_share(never)} lost", loc="left", fontsize=SMALL, fontweight="normal", pad=3)
        panel.set_xlabel("")
        if panel is not panels[0]:
            panel.set(yticklabels=[], ylabel="")
        handles, texts = panel.get_legend_handles_labels()
        found |= dict(zip(texts, handles, strict=True))
    if found:
        legend_below(ax, found)
