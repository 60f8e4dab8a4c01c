"""Money: what providers keep, how their cash and margins go, and who gains from the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import label_ends, note, path, rows, time_axis
from scenarios.pictures.shares import provider_colours
from scenarios.pictures.style import BLACK, GREY, PALE, actor
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.over_time import accounts, events
from scenarios.results.welfare import beside_efficient
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COSTS: Final = {"running_cost": "#CFCFCF", "rent_paid": actor("hyperscaler")}
#: How an event is marked, and how it is called.
MARKS: Final = {"enters": "^", "leaves": "X", "is bought": "D"}
#: Colour of what is lost.
LOSS: Final = "#B00000"
#: Margins are drawn between these [%]; a loss may be many times the revenue.
MARGINS: Final = (-100.0, 100.0)


def _kept(row: Any) -> str:
    """Margin and change of cash, in two lines."""
    change = row["cash_after"] - row["cash_before"]
    margin = f"{100 * row['margin']:.0f}".replace("-", "−")
    sign = "+" if change >= 0 else "−"
    return f"{margin} % of {money(row['revenue'])}\ncash {sign}${short_number(abs(change))}"


@chart("What providers keep", "grey: power and upkeep; blue: rent of machines; colour: profit", size=(7.2, 4.0))
def profits(frames: Frames, ax: Axes) -> None:
    """Where each provider's revenue goes: running cost, rent, and what is left; with margin and cash."""
    table = summary_tables.margins(frames) if not frames["providers"].empty else None
    table = table[table["revenue"] > 0] if table is not None else None
    if table is None or table.empty:
        raise NothingToShowError("no provider earned anything in this run")
    colours = provider_colours(table["kind"])
    places = np.arange(len(table))
    left = np.zeros(len(table))
    for column, colour in COSTS.items():
        width = 100 * (table[column] / table["revenue"]).to_numpy()
        ax.barh(places, width, 0.68, left, color=colour, linewidth=0)
        left += width
    kept = 100 * table["margin"].to_numpy()
    for place, (name, row) in enumerate(table.iterrows()):
        if kept[place] > 0:
            ax.barh(place, kept[place], 0.68, left[place], color=colours[str(name)], linewidth=0)
        change = row["cash_after"] - row["cash_before"]
        ax.annotate(
            _kept(row),
            (1.02, place), xycoords=("axes fraction", "data"), ha="left", va="center", fontsize="small",
            color=LOSS if change < 0 else PALE, parse_math=False, linespacing=1.05, annotation_clip=False,
        )  # fmt: skip
    ax.axvline(100, color=GREY, linewidth=1)
    widest = max(100.0, float(left.max()))
    ax.set_xlim(0, widest)
    rows(ax, [str(name) for name in table.index], [actor(str(kind)) for kind in table["kind"]])
    ax.set_xlabel("share of revenue [%]")


@chart(
    "The cash of providers",
    "triangle: enters; cross: leaves; diamond: is bought by an owner of machines",
    size=(9, 4.6),
)
def cash(frames: Frames, ax: Axes) -> None:
    """Cash of every provider over time, with who comes, who leaves and who is bought."""
    _by_provider(frames, ax, "cash")
    ax.set_ylabel("cash [USD]")


@chart(
    "The margins of providers",
    "profit over revenue of a day or a week; triangle: enters; cross: leaves; diamond: is bought",
    size=(9, 4.6),
)
def margins(frames: Frames, ax: Axes) -> None:
    """Profit over revenue of every provider over time, with who comes, who leaves and who is bought."""
    _by_provider(frames, ax, "margin")
    ax.set_ylabel("profit over revenue [%]")


def _by_provider(frames: Frames, ax: Axes, column: str) -> None:
    if frames["providers"].empty:
        raise NothingToShowError("nobody sold anything in this run")
    sells = frames["providers"].groupby("provider", observed=True)["active"].max().rename(index=str)
    table = accounts(frames, column)
    table = table[[str(name) for name in table if sells[str(name)] > 0]]  # who never comes has no line
    if column == "margin":
        table = (100.0 * table).clip(*MARGINS)
    table = table.dropna(axis=1, how="all")
    if table.empty:
        raise NothingToShowError("no provider earned anything in this run")
    kinds = frames["sellers"].set_index("seller")["kind"].reindex(table.columns)
    colours = provider_colours(kinds)
    known = table.to_numpy()[np.isfinite(table.to_numpy())]
    if column == "cash":
        _cash_axis(ax, known)
    else:
        ax.set_ylim(min(float(known.min()), 0.0) - 6, max(float(known.max()), 10.0) + 6)
    ax.axhline(0.0, color=GREY, linewidth=0.9)
    names = [str(name) for name in table]
    for name in names:
        path(ax, table.index, table[name], color=colours[name], linewidth=1.6, label=name)
    happened = events(frames)
    row: Any
    for row in happened[happened["provider"].isin(table.columns)].itertuples():
        before = table[row.provider].ffill().bfill()
        ax.plot([row.time], [before[before.index <= row.time].iloc[-1]], MARKS[row.event], color=colours[row.provider],
                markersize=10, markeredgecolor=BLACK, zorder=5)  # fmt: skip
    time_axis(ax, table.index)
    mark_warm_up(ax, frames)
    label_ends(ax, [(float(table[name].ffill().iloc[-1]), name, colours[name]) for name in names])


def _cash_axis(ax: Axes, known: Any) -> None:
    """Money that may be below zero and spans many sizes: logarithmic on both sides, linear near zero."""
    top = max(float(np.abs(known).max()), 1.0)
    power = int(np.floor(np.log10(top)))
    least = 10.0 ** (power - 3)
    ax.set_yscale("symlog", linthresh=least, linscale=0.4)
    marks = [10.0**k for k in range(power - 3, power + 2)]
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    ax.set_ylim(2.5 * low if low < -least else -least, 2.5 * high if high > least else least)
    ax.yaxis.set_major_locator(FixedLocator([-m for m in reversed(marks)] + [0.0, *marks]))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short_number(value).replace("-", "−")))


@chart("Who gains", size=(7.2, 4.2))
def welfare_split(frames: Frames, ax: Axes, *, efficient: Frames | None = None) -> None:
    """What users, sellers and owners of machines gain in a day; and in an efficient market, if that was run too.

    Users gain their expected surplus, sellers their profit, owners their rent above power and upkeep.

    ``efficient``: frames of the companion run, ``scenarios.runs.efficient.efficient(scenario)`` with the same users and
    seed: prices at running cost and scarcity rent, on the same machines. Without it there is nothing to compare with.
    """
    if frames["ticks"].empty or frames["segments"].empty:
        raise NothingToShowError("nothing was measured in this run")
    table = beside_efficient(frames, efficient)
    if table["gain"].abs().sum() <= 0:
        raise NothingToShowError("nobody gained anything in this run")
    total = float(table["gain"].sum())
    low, high = (
        min(0.0, float(np.nanmin(table[["gain", "best"]].to_numpy(dtype=float)))),
        max(0.0, float(np.nanmax(table[["gain", "best"]].to_numpy(dtype=float)))),
    )
    row: Any
    for place, row in enumerate(table.itertuples()):
        ax.barh(place, row.gain, 0.6, color=actor(row.kind), linewidth=0)
        other = row.gain if efficient is None else row.best
        if efficient is not None:
            ax.plot([other], [place], "D", color="white", markeredgecolor=BLACK, markeredgewidth=1.5, markersize=7,
                    clip_on=False, zorder=4)  # fmt: skip
        text = f"{money(row.gain)}, {100 * row.gain / total:.2g} %" if total > 0 else money(row.gain)
        ax.annotate(text, (max(row.gain, other, 0.0), place), xytext=(8, 0), textcoords="offset points", ha="left",
                    va="center", fontsize="small", color=LOSS if row.gain < 0 else PALE, parse_math=False,
                    annotation_clip=False)  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=1.2)
    ax.set_xlim(low - 0.05 * (high - low), high + 0.32 * (high - low))  # room left of zero for what lies on it
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value)))
    ax.set_xlabel("gain [USD a day]")
    rows(ax, [f"{row.side}: {row.kind}" for row in table.itertuples()], [actor(kind) for kind in table["kind"]])
    best = "" if efficient is None else f"; diamonds: an efficient market, {money(float(table['best'].sum()))}"
    note(ax, f"all together {money(total)} a day{best}")


def money(value: float) -> str:
    """Dollars as people write them: −$1.2M."""
    return f"{'−' if value < 0 else ''}${short_number(abs(value))}"
