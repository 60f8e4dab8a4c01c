"""Shares: who sells the tokens, and who gets the dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import note, readable_on, shades
from scenarios.pictures.style import actor
from scenarios.results import summary_tables
from scenarios.results.frames import Frames
from scenarios.results.measures.facts import tick_hours
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: A share below this is drawn without its name [1].
LEAST_NAMED: Final = 0.045


def provider_colours(kinds: pd.Series) -> dict[str, Any]:
    """A shade of its kind's colour for every provider."""
    made: dict[str, Any] = {}
    for kind, of in kinds.groupby(kinds, sort=False):
        made |= dict(zip(of.index, shades(actor(str(kind)), len(of)), strict=True))
    return made


@chart("Who sells, who earns", size=(5.0, 4.6))
def market_shares(frames: Frames, ax: Axes) -> None:
    """Shares of providers in tokens and in dollars, side by side."""
    table = summary_tables.shares(frames) if not frames["offers"].empty else None
    if table is None or table["tokens"].sum() <= 0:
        raise NothingToShowError("nothing was sold in this run")
    colours = provider_colours(table["kind"])
    for place, column in enumerate(("token_share", "revenue_share")):
        base = 0.0
        for name, share in table[column].fillna(0.0).items():
            ax.bar(place, 100 * share, 0.82, 100 * base, color=colours[str(name)], edgecolor="white", linewidth=1)
            if share >= LEAST_NAMED:
                ax.text(place, 100 * (base + share / 2), f"{name} {100 * share:.0f} %", ha="center", va="center",
                          fontsize="small", color=readable_on(colours[str(name)]))  # fmt: skip
            base += share
    days = len(frames["ticks"]) * tick_hours(frames) / 24.0
    tokens, dollars = table["tokens"].sum() * 1e6 / days, table["revenue"].sum() / days
    ax.set_xticks([0, 1], [f"tokens\n{short_number(tokens)} a day", f"dollars\n${short_number(dollars)} a day"])
    ax.set(ylim=(0, 100), xlim=(-0.5, 1.5), ylabel="share of the market [%]", xlabel="")
    ax.grid(visible=False)
    kinds = summary_tables.shares(frames, "kind")["revenue_share"]
    note(ax, ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in kinds.items()) + " of the dollars")
