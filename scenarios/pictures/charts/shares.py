"""Shares: who sells the tokens, and who gets the dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, ChartData, Column, NothingToShowError, Panel, one
from scenarios.pictures.panel import readable_on, shades
from scenarios.pictures.style import actor
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: A share below this is drawn without its name [%].
LEAST_NAMED: Final = 4.5
COLUMNS: Final = (
    Column("provider", "", "who sells"),
    KIND,
    Column("token_share", "%", "share of the tokens", "share of the market [%]"),
    Column("revenue_share", "%", "share of the dollars"),
    Column("tokens", "tokens a day", "tokens sold"),
    Column("revenue", "USD a day", "dollars earned"),
)


def provider_colours(kinds: pd.Series) -> dict[str, Any]:
    """A shade of its kind's colour for every provider."""
    made: dict[str, Any] = {}
    for kind, of in kinds.groupby(kinds, sort=False):
        made |= dict(zip(of.index, shades(actor(str(kind)), len(of)), strict=True))
    return made


@chart("Who sells, who earns", size=(5.0, 4.6), group="Sellers and money", order=410)
def market_shares(frames: Frames) -> ChartData:
    """Shares of providers in tokens and in dollars, side by side."""
    table = summary_tables.shares(frames) if not frames["offers"].empty else None
    if table is None or table["tokens"].sum() <= 0:
        raise NothingToShowError("nothing was sold in this run")
    days = len(frames["ticks"]) * tick_hours(frames) / 24.0
    shares = {column: 100.0 * table[column].fillna(0.0) for column in ("token_share", "revenue_share")}
    frame = table.assign(**shares, tokens=table["tokens"] * 1e6 / days, revenue=table["revenue"] / days)
    frame = frame.rename_axis("provider").reset_index()[[column.name for column in COLUMNS]]
    kinds = summary_tables.shares(frames, "kind")["revenue_share"]
    note = ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in kinds.items()) + " of the dollars"
    return one(Panel(frame, COLUMNS, "token_share", names="provider", colours=provider_colours(table["kind"])), note)


@market_shares.drawn_by
def _draw_shares(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    for place, column in enumerate(("token_share", "revenue_share")):
        base = 0.0
        for name, share in panel.first(column).items():
            colour = panel.colours[name]
            ax.bar(place, share, 0.82, base, color=colour, edgecolor="white", linewidth=1)
            if share >= LEAST_NAMED:
                ax.text(
                    place,
                    base + share / 2,
                    f"{name} {share:.0f} %",
                    ha="center",
                    va="center",
                    fontsize="small",
                    color=readable_on(colour),
                )
            base += share
    tokens, dollars = (short_number(panel.frame[column].sum()) for column in ("tokens", "revenue"))
    ax.set_xticks([0, 1], [f"tokens\n{tokens} a day", f"dollars\n${dollars} a day"])
    ax.set(ylim=(0, 100), xlim=(-0.5, 1.5), ylabel=panel.label, xlabel="")
    ax.grid(visible=False)
