"""Money: what providers keep, how their cash and margins go, and who gains from the market."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, TIME, ChartData, Column, NothingToShowError, Panel, long, one
from scenarios.pictures.charts.shares import provider_colours
from scenarios.pictures.panel import label_ends, path, rows, time_axis
from scenarios.pictures.style import BLACK, GREY, PALE, actor
from scenarios.pictures.warm_up import mark_warm_up
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.over_time import accounts, events
from scenarios.results.warm_up import warm_up_span
from scenarios.results.welfare import beside_efficient
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP: Final = "Sellers and money"
COSTS: Final = {"running_cost": "#CFCFCF", "rent_paid": actor("hyperscaler")}
#: How an event is marked, and how it is called.
MARKS: Final = {"enters": "^", "leaves": "X", "is bought": "D"}
#: Colour of what is lost.
LOSS: Final = "#B00000"
#: Margins are drawn between these [%]; a loss may be many times the revenue.
MARGINS: Final = (-100.0, 100.0)
PROVIDER: Final = Column("provider", "", "who sells")
KEPT: Final = (
    PROVIDER,
    KIND,
    Column("margin", "%", "profit over revenue", "share of revenue [%]"),
    Column("running_cost", "%", "power, upkeep and the like, over revenue"),
    Column("rent_paid", "%", "rent of machines, over revenue"),
    Column("revenue", "USD", "revenue of the run"),
    Column("cash_change", "USD", "cash at the end less cash at the begin"),
)


@chart(
    "What providers keep",
    "grey: power and upkeep; blue: rent of machines; colour: profit",
    size=(7.2, 4.0),
    group=GROUP,
    order=420,
)
def profits(frames: Frames) -> ChartData:
    """Where each provider's revenue goes: running cost, rent, and what is left; with margin and cash."""
    table = summary_tables.margins(frames) if not frames["providers"].empty else None
    table = table[table["revenue"] > 0] if table is not None else None
    if table is None or table.empty:
        raise NothingToShowError("no provider earned anything in this run")
    shares = {column: 100.0 * table[column] / table["revenue"] for column in COSTS}
    change = table["cash_after"] - table["cash_before"]
    frame = table.assign(**shares, margin=100.0 * table["margin"], cash_change=change)
    frame = frame.rename_axis("provider").reset_index()[[column.name for column in KEPT]]
    return one(Panel(frame, KEPT, "margin", names="provider", colours=provider_colours(table["kind"])))


@profits.drawn_by
def _draw_profits(data: ChartData, ax: Axes) -> None:
    panel, table = data.panel, data.panel.frame
    places = np.arange(len(table))
    left = np.zeros(len(table))
    for column, colour in COSTS.items():
        width = table[column].to_numpy()
        ax.barh(places, width, 0.68, left, color=colour, linewidth=0)
        left += width
    for place, row in enumerate(table.to_dict("records")):
        if row["margin"] > 0:
            ax.barh(place, row["margin"], 0.68, left[place], color=panel.colours[row["provider"]], linewidth=0)
        ax.annotate(
            _kept(row),
            (1.02, place),
            xycoords=("axes fraction", "data"),
            ha="left",
            va="center",
            fontsize="small",
            color=LOSS if row["cash_change"] < 0 else PALE,
            parse_math=False,
            linespacing=1.05,
            annotation_clip=False,
        )
    ax.axvline(100, color=GREY, linewidth=1)
    ax.set_xlim(0, max(100.0, float(left.max())))
    rows(ax, list(table["provider"]), [actor(str(kind)) for kind in table["kind"]])
    ax.set_xlabel(panel.label)


def _kept(row: Any) -> str:
    """Margin and change of cash, in two lines."""
    change = row["cash_change"]
    margin = f"{row['margin']:.0f}".replace("-", "−")
    sign = "+" if change >= 0 else "−"
    return f"{margin} % of {money(row['revenue'])}\ncash {sign}${short_number(abs(change))}"


CASH: Final = Column("value", "USD", "cash")
MARGIN: Final = Column("value", "%", "profit over revenue")
EVENT: Final = Column("event", "", "enters, leaves or is bought")
CASH_HINT: Final = "triangle: enters; cross: leaves; diamond: is bought by an owner of machines"
MARGIN_HINT: Final = "profit over revenue of a day or a week; triangle: enters; cross: leaves; diamond: is bought"


@chart("The cash of providers", CASH_HINT, size=(9, 4.6), group=GROUP, order=430)
def cash(frames: Frames) -> ChartData:
    """Cash of every provider over time, with who comes, who leaves and who is bought."""
    return _by_provider(frames, "cash", CASH)


@chart("The margins of providers", MARGIN_HINT, size=(9, 4.6), group=GROUP, order=440)
def margins(frames: Frames) -> ChartData:
    """Profit over revenue of every provider over time, with who comes, who leaves and who is bought."""
    return _by_provider(frames, "margin", MARGIN)


def _by_provider(frames: Frames, column: str, value: Column) -> ChartData:
    if frames["providers"].empty:
        raise NothingToShowError("nobody sold anything in this run")
    sells = frames["providers"].groupby("provider", observed=True)["active"].max().rename(index=str)
    table = accounts(frames, column)
    table = table[[name for name in table if sells[str(name)] > 0]]  # who never comes has no line
    if column == "margin":
        table = (100.0 * table).clip(*MARGINS)
    table = table.dropna(axis=1, how="all")
    if table.empty:
        raise NothingToShowError("no provider earned anything in this run")
    kinds = frames["sellers"].set_index("seller")["kind"].reindex(table.columns)
    colours = provider_colours(kinds)
    paths = {str(name): table[name] for name in table}
    panel = long(paths, value, more=[(KIND, dict(kinds))], title=value.meaning, colours=colours)
    happened = _events(frames, table, value, colours)
    return ChartData((panel, happened), warm_up=warm_up_span(frames))


def _events(frames: Frames, table: pd.DataFrame, value: Column, colours: dict[str, Any]) -> Panel:
    """Who comes, leaves and is bought, with what its line says then."""
    happened = events(frames)
    happened = happened[happened["provider"].isin(table.columns)]
    found = []
    for row in happened.itertuples():
        before = table[row.provider].ffill().bfill()
        found.append((row.provider, row.time, row.event, before[before.index <= row.time].iloc[-1]))
    columns = (PROVIDER, TIME, EVENT, value)
    frame = pd.DataFrame(found, columns=[column.name for column in columns])
    return Panel(frame, columns, value.name, names=PROVIDER.name, title="who comes and goes", colours=colours)


@cash.drawn_by
def _draw_cash(data: ChartData, ax: Axes) -> None:
    _cash_axis(ax, data.panel.frame["value"].dropna().to_numpy())
    _draw_providers(data, ax)


@margins.drawn_by
def _draw_margins(data: ChartData, ax: Axes) -> None:
    known = data.panel.frame["value"]
    ax.set_ylim(min(float(known.min()), 0.0) - 6, max(float(known.max()), 10.0) + 6)
    _draw_providers(data, ax)


def _draw_providers(data: ChartData, ax: Axes) -> None:
    panel, happened = data.panels
    ax.axhline(0.0, color=GREY, linewidth=0.9)
    for name, line in panel.paths.items():
        path(ax, line.index, line, color=panel.colours[name], linewidth=1.6, label=name)
    row: Any
    for row in happened.frame.itertuples():
        ax.plot(
            [row.time],
            [row.value],
            MARKS[row.event],
            color=panel.colours[row.provider],
            markersize=10,
            markeredgecolor=BLACK,
            zorder=5,
        )
    time_axis(ax, panel.frame[panel.x])
    mark_warm_up(ax, data)
    ax.set_ylabel(panel.label)
    label_ends(ax, [(end, name, panel.colours[name]) for name, end in panel.ends.items()])


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


GAINS: Final = (
    Column("who", "", "side and kind of who gains"),
    Column("side", "", "users, sellers or owners of machines"),
    KIND,
    Column("gain", "USD a day", "expected surplus of users, profit of sellers, rent of owners", "gain [USD a day]"),
    Column("best", "USD a day", "the same in an efficient market; none where that was not run"),
)


@chart("Who gains", size=(7.2, 4.2), group=GROUP, order=450)
def welfare_split(frames: Frames, *, efficient: Frames | None = None) -> ChartData:
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
    names = table["side"].astype(str) + ": " + table["kind"].astype(str)
    best = "" if efficient is None else f"; diamonds: an efficient market, {money(float(table['best'].sum()))}"
    note = f"all together {money(float(table['gain'].sum()))} a day{best}"
    colours = {name: actor(str(kind)) for name, kind in zip(names, table["kind"], strict=True)}
    made = table.assign(who=names)[[column.name for column in GAINS]].reset_index(drop=True)
    return one(Panel(made, GAINS, "gain", names="who", colours=colours), note)


@welfare_split.drawn_by
def _draw_gains(data: ChartData, ax: Axes) -> None:
    panel, table = data.panel, data.panel.frame
    total = float(table["gain"].sum())
    gains = table[["gain", "best"]].to_numpy(dtype=float)
    low, high = min(0.0, float(np.nanmin(gains))), max(0.0, float(np.nanmax(gains)))
    row: Any
    for place, row in enumerate(table.itertuples()):
        ax.barh(place, row.gain, 0.6, color=panel.colours[row.who], linewidth=0)
        best = row.best if np.isfinite(row.best) else row.gain
        if np.isfinite(row.best):
            ax.plot(
                [best],
                [place],
                "D",
                color="white",
                markeredgecolor=BLACK,
                markeredgewidth=1.5,
                markersize=7,
                clip_on=False,
                zorder=4,
            )
        text = f"{money(row.gain)}, {100 * row.gain / total:.2g} %" if total > 0 else money(row.gain)
        ax.annotate(
            text,
            (max(row.gain, best, 0.0), place),
            xytext=(8, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize="small",
            color=LOSS if row.gain < 0 else PALE,
            parse_math=False,
            annotation_clip=False,
        )
    ax.axvline(0, color=GREY, linewidth=1.2)
    ax.set_xlim(low - 0.05 * (high - low), high + 0.32 * (high - low))  # room left of zero for what lies on it
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value)))
    ax.set_xlabel(panel.label)
    rows(ax, list(table["who"]), list(panel.colours.values()))


def money(value: float) -> str:
    """Dollars as people write them: −$1.2M."""
    return f"{'−' if value < 0 else ''}${short_number(abs(value))}"
