"""Tiers and hours: who buys which tier, what tiers are worth, and how peak and off-peak differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import label, label_ends, parts, path, plain_log, shades, time_axis
from scenarios.pictures.style import BLACK, GREY, PALE, actor
from scenarios.results.frames import Frames
from scenarios.results.over_time import peak_ratios, premiums, tier_mix

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: Round ratios for a log axis.
RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000)
#: Ratio from which an axis is better logarithmic.
WIDE = 6.0


def tier_colours(keys: Any) -> dict[tuple[str, str], Any]:
    """A shade of its kind's colour for every (kind, tier)."""
    made: dict[tuple[str, str], Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in keys):
        tiers = [tier for other, tier in keys if other == kind]
        made |= {(kind, tier): colour for tier, colour in zip(tiers, shades(actor(kind), len(tiers)), strict=True)}
    return made


@chart("Who buys which tier, and what it is worth", size=(7.2, 5.4))
def tiers(frames: Frames, ax: Axes) -> None:
    """Share of the tokens in each tier over time, and a tier's list price over that of the standard tier."""
    if frames["offers"].empty or frames["offers"]["tokens"].sum() <= 0:
        raise NothingToShowError("nothing was sold in this run")
    mix, premium = tier_mix(frames), premiums(frames)
    colours = tier_colours(list(mix.columns))
    above, below = parts(ax, (1.5, 1.0))
    products: list[Any] = list(mix)
    above.stackplot(
        mix.index.to_numpy(),
        *(mix[key].fillna(0.0) for key in mix),
        colors=[colours[key] for key in products],
        labels=[" ".join(key) for key in products],
        linewidth=0,
    )
    time_axis(above, mix.index)
    above.set(ylim=(0, 100), ylabel="tokens [%]", xticklabels=[], xlabel="")
    last, bottom, ends = mix.iloc[-1].fillna(0.0), 0.0, []
    for key, share in zip(products, last, strict=True):
        ends.append((bottom + share / 2, " ".join(key), colours[key]))
        bottom += share
    label_ends(above, ends, gap=0.1)
    _draw_premiums(below, premium, colours)
    time_axis(below, mix.index)


def _draw_premiums(ax: Axes, premium: pd.DataFrame, colours: dict[tuple[str, str], Any]) -> None:
    ax.axhline(1.0, color=GREY, linewidth=0.8)
    ends = []
    products: list[Any] = list(premium)
    for key in products:
        path(ax, premium.index, premium[key], color=colours[key], linewidth=1.6, label=" ".join(key))
        ends.append((float(premium[key].ffill().iloc[-1]), " ".join(key), colours[key]))
    if premium.empty:
        ax.text(0.5, 0.3, "no tier has a standard tier beside it", transform=ax.transAxes, ha="center", color=PALE)
        ax.set_yticks([])
    else:
        _ratio_axis(ax, premium)
    label(ax, "list price over standard")
    ax.set_ylabel("ratio")
    label_ends(ax, ends, gap=0.16)


def _ratio_axis(ax: Axes, table: pd.DataFrame) -> None:
    """Ratios round 1: linear where they are near it, logarithmic where they are not."""
    low, high = min(float(table.min().min()), 1.0), max(float(table.max().max()), 1.0)
    if high / low > WIDE:
        ax.set_ylim(0.8 * low, 1.9 * high)
        plain_log(ax, "y", RATIOS)
    else:
        room = max(high - low, 0.1)
        ax.set_ylim(low - 0.1 * room, high + 0.35 * room)


@chart("Peak over off-peak", "quarter of hours with most work over quarter with least, day by day or week by week")
def peak_ratio(frames: Frames, ax: Axes) -> None:
    """Peak over off-peak through the run: work ordered, spot price, and prices paid at a constant mix."""
    if frames["pools"].empty or frames["pools"]["ordered"].sum() <= 0:
        raise NothingToShowError("nothing was ordered in this run")
    table = peak_ratios(frames).dropna(axis=1, how="all")
    if table.empty:
        raise NothingToShowError("there was no work off-peak in this run")
    names = {"load": ("work ordered", BLACK), "spot price": ("spot price", actor("hyperscaler"))}
    ends = []
    ax.axhline(1.0, color=GREY, linewidth=0.8)
    for column in table:
        kind = str(column).removeprefix("price, ")
        name, colour = names.get(str(column), (f"price, {kind}", actor(kind)))
        path(ax, table.index, table[column], color=colour, linewidth=1.8, label=name)
        ends.append((float(table[column].ffill().iloc[-1]), name, colour))
    _ratio_axis(ax, table)
    time_axis(ax, table.index)
    ax.set_ylabel("peak over off-peak [1]")
    label_ends(ax, ends)
