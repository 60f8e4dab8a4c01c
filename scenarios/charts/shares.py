"""Shares: who sells the tokens, who gets the dollars, and what providers keep of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scenarios import measures
from scenarios.charts.chart import NothingToShowError, chart
from scenarios.charts.numbers import short_number
from scenarios.charts.panel import PALE, note, readable_on, rows, shades
from scenarios.charts.style import ACTORS, GREY
from scenarios.results import Frames

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: A share below this is drawn without its name [1].
LEAST_NAMED: Final = 0.045
COSTS: Final = {"running_cost": "#CFCFCF", "rent_paid": ACTORS["hyperscaler"]}


def _colours(kinds: pd.Series) -> dict[str, Any]:
    """A shade of its kind's colour for every provider."""
    made: dict[str, Any] = {}
    for kind, of in kinds.groupby(kinds, sort=False):
        made |= dict(zip(of.index, shades(ACTORS[str(kind)], len(of)), strict=True))
    return made


def _kept(row: Any) -> str:
    """Margin and change of cash, in two lines."""
    change = row["cash_after"] - row["cash_before"]
    margin = f"{100 * row['margin']:.0f}".replace("-", "−")
    sign = "+" if change >= 0 else "−"
    return f"{margin} % of ${short_number(row['revenue'])}\ncash {sign}${short_number(abs(change))}"


@chart("Who sells, who earns", size=(5.0, 4.6))
def market_shares(frames: Frames, ax: Axes) -> None:
    """Shares of providers in tokens and in dollars, side by side."""
    table = measures.shares(frames) if not frames["offers"].empty else None
    if table is None or table["tokens"].sum() <= 0:
        raise NothingToShowError("nothing was sold in this run")
    colours = _colours(table["kind"])
    for place, column in enumerate(("token_share", "revenue_share")):
        base = 0.0
        for name, share in table[column].fillna(0.0).items():
            ax.bar(place, 100 * share, 0.82, 100 * base, color=colours[str(name)], edgecolor="white", linewidth=1)
            if share >= LEAST_NAMED:
                ax.text(place, 100 * (base + share / 2), f"{name} {100 * share:.0f} %", ha="center", va="center",
                          fontsize="small", color=readable_on(colours[str(name)]))  # fmt: skip
            base += share
    days = len(frames["ticks"]) * measures.tick_hours(frames) / 24.0
    tokens, dollars = table["tokens"].sum() * 1e6 / days, table["revenue"].sum() / days
    ax.set_xticks([0, 1], [f"tokens\n{short_number(tokens)} a day", f"dollars\n${short_number(dollars)} a day"])
    ax.set(ylim=(0, 100), xlim=(-0.5, 1.5), ylabel="share of the market [%]", xlabel="")
    ax.grid(visible=False)
    kinds = measures.shares(frames, "kind")["revenue_share"]
    note(ax, ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in kinds.items()) + " of the dollars")


@chart("What providers keep", "grey: power and upkeep; blue: rent of machines; colour: profit", size=(7.2, 4.0))
def profits(frames: Frames, ax: Axes) -> None:
    """Where each provider's revenue goes: running cost, rent, and what is left; with margin and cash."""
    table = measures.margins(frames) if not frames["providers"].empty else None
    table = table[table["revenue"] > 0] if table is not None else None
    if table is None or table.empty:
        raise NothingToShowError("no provider earned anything in this run")
    colours = _colours(table["kind"])
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
            color="#B00000" if change < 0 else PALE, parse_math=False, linespacing=1.05, annotation_clip=False,
        )  # fmt: skip
    ax.axvline(100, color=GREY, linewidth=1)
    widest = max(100.0, float(left.max()))
    ax.set_xlim(0, widest)
    rows(ax, [str(name) for name in table.index], [ACTORS[str(kind)] for kind in table["kind"]])
    ax.set_xlabel("share of revenue [%]")
