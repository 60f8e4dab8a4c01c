"""Queues: how many wait, how long they expect to, how fast they are answered, and who is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from scenarios import measures
from scenarios.charts.chart import NothingToShowError, chart
from scenarios.charts.numbers import duration, short_number
from scenarios.charts.panel import PALE, head, note, plain_log, rows, shades, time_axis
from scenarios.charts.style import ACTORS, BLACK, GREY, readable_axis
from scenarios.results import Frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECOND, MINUTE = 1 / 3600.0, 1 / 60.0
#: Round times for a log axis [h].
TIMES: Final = (SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, 1.0, 10.0, 100.0, 1000.0)
SPEEDS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
#: What a request's hour ended with, other than an answer: name and look.
UNSERVED: Final = {
    "waiting": ("waiting", "#CFCFCF", ""),
    "local": ("own machine", ACTORS["local"], ""),
    "nothing": ("gave up", GREY, ""),
    "unaffordable": ("beyond budget", "#FFFFFF", "////"),
    "turned_away": ("turned away", BLACK, ""),
}


def _looks(table: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """A shade of its kind's colour for every kind and tier."""
    looks = {}
    for kind, part in table.groupby("kind", sort=False):
        for colour, tier in zip(shades(ACTORS[str(kind)], len(part)), part["tier"], strict=True):
            looks[str(kind), str(tier)] = colour
    return looks


@chart("How many wait")
def queue_lengths(frames: Frames, ax: Axes) -> None:
    """Requests that wait at the end of each tick, stacked by kind and tier of the offer."""
    if frames["offers"].empty:
        raise NothingToShowError("nobody offered anything in this run")
    made = measures.offers(frames)
    if made["waiting"].sum() <= 0:
        raise NothingToShowError("nobody had to wait in this run")
    names = made[["kind", "tier"]].drop_duplicates()
    looks = _looks(names)
    wide = made.pivot_table(index="time", columns=["kind", "tier"], values="waiting", aggfunc="sum", sort=False)
    order = list(wide.sum().sort_values(ascending=False).index)
    ax.stackplot(
        wide.index, *(wide[name] for name in order), colors=[looks[name] for name in order],
        labels=[" ".join(name) for name in order], linewidth=0,
    )  # fmt: skip
    time_axis(ax, frames["ticks"]["time"])
    ax.set_ylim(0, 1.35 * float(wide.sum(axis=1).max()))
    ax.set(ylabel="requests that wait")
    ax.legend(loc="upper left", ncols=2, fontsize="small", frameon=False, handlelength=1.0, columnspacing=1.2)
    readable_axis(ax)


@chart("How long they expect to wait", "dot: mean; bar: to the 95th percentile", size=(7.2, 3.2))
def expected_waits(frames: Frames, ax: Axes) -> None:
    """Wait that users expect when they order, by kind and tier: mean, and what 95 of 100 requests stay below."""
    table = measures.waits(frames) if not frames["offers"].empty else pd.DataFrame()
    table = table[table["ordered"] > 0].reset_index(drop=True) if len(table) else table
    if table.empty:
        raise NothingToShowError("nobody ordered anything in this run")
    if table["p95_h"].max() <= 0 and table["mean_h"].max() <= 0:
        raise NothingToShowError("nobody had to expect a wait in this run")
    looks = _looks(table)
    least = 0.5 * SECOND
    for place, row in table.iterrows():
        colour = looks[row["kind"], row["tier"]]
        mean, tail = max(row["mean_h"], least), max(row["p95_h"], least)
        ax.plot([mean, tail], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot([tail], [place], "|", color=colour, markersize=12, markeredgewidth=3)
        ax.plot([mean], [place], "o", color=colour, markersize=8)
        ax.annotate(
            f"{duration(row['mean_h'])}; 95 %: {duration(row['p95_h'])}", (max(mean, tail), place), xytext=(0, 8),
            textcoords="offset points", ha="right" if max(mean, tail) > MINUTE else "left", va="bottom",
            fontsize="small", color=PALE,
        )  # fmt: skip
    ax.set_xlim(0.6 * least, 3 * max(float(table[["mean_h", "p95_h"]].max().max()), MINUTE))
    plain_log(ax, "x", TIMES, duration)
    rows(ax, [f"{k} {t}" for k, t in zip(table["kind"], table["tier"], strict=True)],
         [looks[key] for key in zip(table["kind"], table["tier"], strict=True)])  # fmt: skip
    ax.set(xlabel="expected wait on ordering [s, min, h]")


@chart("How fast the answers come", "black: promised; dot: mean; band: 5 to 95 %", size=(7.2, 4.0))
def speeds(frames: Frames, ax: Axes) -> None:
    """Speed that users get, by product, against what its tier promises."""
    table = measures.speeds(frames) if not frames["offers"].empty else pd.DataFrame(columns=["mean"])
    table = table[np.isfinite(table["mean"].astype(float)) & (table["mean"] > 0)].reset_index(drop=True)
    if table.empty:
        raise NothingToShowError("nobody was answered in this run")
    colours = [ACTORS[kind] for kind in table["kind"]]
    for place, row in table.iterrows():
        colour = ACTORS[row["kind"]]
        ax.plot([max(row["low"], 0.1), row["high"]], [place, place], color=colour, linewidth=3, alpha=0.45,
                  solid_capstyle="butt")  # fmt: skip
        ax.plot([row["mean"]], [place], "o", color=colour, markersize=8)
        ax.plot([row["promised"]], [place], "|", color=BLACK, markersize=16, markeredgewidth=2.2)
        ax.annotate(f"{row['mean']:.0f}", (row["mean"], place), xytext=(0, 6), textcoords="offset points",
                      ha="center", va="bottom", fontsize="small", color=PALE)  # fmt: skip
    numbers = table[["low", "high", "promised", "mean"]].astype(float)
    ax.set_xlim(0.7 * max(float(numbers.min().min()), 0.1), 1.4 * float(numbers.max().max()))
    plain_log(ax, "x", SPEEDS)
    rows(ax, list(table["product"]), colours)
    ax.set(xlabel="speed that a user sees [token/s]")


def present(frames: Frames, segment: str | None = None) -> pd.DataFrame:
    """By day: shares of the requests present in an hour (new, or waiting before) by what the hour ended with.

    Exact: asked + waiting before = served + waiting after + own machine + gave up + beyond budget + turned away.
    """
    table = frames["segments"]
    part = table if segment is None else table[table["segment"] == segment]
    days = part.assign(day=part["time"].dt.floor("D")).groupby("day")[["served", *UNSERVED]].sum()
    total = days.sum(axis=1)
    return 100.0 * days.div(total.where(total > 0), axis=0)


@chart("Not served at once")
def unserved(frames: Frames, ax: Axes, *, segment: str | None = None, legend: bool = True) -> None:
    """Who was not served at once: of the requests present in an hour, by day, stacked; of one segment or of all."""
    if segment is not None:
        head(ax, f"Not served at once: {segment}")
    table = present(frames, segment)
    if table.empty or table["served"].isna().all():
        raise NothingToShowError("nobody asked for anything in this run")
    bottom = np.zeros(len(table))
    for name, (label, colour, hatch) in UNSERVED.items():
        share = table[name].fillna(0.0).to_numpy()
        if share.sum() > 0:
            ax.bar(table.index, share, 0.9, bottom, color=colour, hatch=hatch, edgecolor=GREY if hatch else "none",
                     align="edge", label=label, linewidth=0)  # fmt: skip
            bottom += share
    time_axis(ax, frames["ticks"]["time"], 6 if legend else 2)
    ax.set_xlim(table.index[0], table.index[-1] + pd.Timedelta(days=1))
    top = float(np.nanmax(bottom))
    ax.set_ylim(0, (1.3 if legend else 1.05) * top if top > 0 else 1.0)
    ax.set(ylabel="requests present in an hour [%]")
    served = measures.outcomes(frames)
    of = served if segment is None else served.loc[[segment]]
    never = of[["nothing", "unaffordable", "turned_away"]].to_numpy().sum() / max(of["asked"].sum(), 1e-300)
    note(ax, f"never served: {100 * never:.2g} % of {short_number(of['asked'].sum())}")
    if legend and ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left", ncols=2, fontsize="small", frameon=False, handlelength=1.0, columnspacing=1.0)
