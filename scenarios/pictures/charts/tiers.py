"""Tiers and hours: who buys which tier, what tiers are worth, and how peak and off-peak differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from scenarios.pictures.chart import chart
from scenarios.pictures.chart_data import KIND, TIER, ChartData, Column, NothingToShowError, Panel, long, one
from scenarios.pictures.panel import label, label_ends, parts, path, plain_log, shades, time_axis
from scenarios.pictures.style import BLACK, GREY, PALE, actor
from scenarios.results.frames import Frames
from scenarios.results.over_time import LOAD, SPOT_PRICE, kinds_of_seller, peak_ratios, premiums, price_of, tier_mix

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

GROUP: Final = "Tiers and hours"
#: Round ratios for a log axis.
RATIOS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000)
#: Ratio from which an axis is better logarithmic.
WIDE: Final = 6.0
TOKENS: Final = Column("value", "%", "share of the tokens of the span", "tokens [%]")
PREMIUM: Final = Column("value", "1", "list price over that of the standard tier, mean over sellers", "ratio")
OVER_OFF_PEAK: Final = Column(
    "value", "1", "mean of the busiest quarter of hours over that of the calmest", "peak over off-peak [1]"
)


def tier_colours(keys: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A shade of its kind's colour for every kind and tier, by ``tier_name``."""
    known = list(keys)
    made: dict[str, Any] = {}
    for kind in dict.fromkeys(kind for kind, _ in known):
        tiers = [tier_name(key) for key in known if key[0] == kind]
        made |= dict(zip(tiers, shades(actor(kind), len(tiers)), strict=True))
    return made


def tier_name(key: tuple[str, str]) -> str:
    """What a kind's tier is called."""
    return " ".join(key)


@chart("Who buys which tier, and what it is worth", size=(7.2, 5.4), group=GROUP, order=310)
def tiers(frames: Frames) -> ChartData:
    """Share of the tokens in each tier over time, and a tier's list price over that of the standard tier."""
    if frames["offers"].empty or frames["offers"]["tokens"].sum() <= 0:
        raise NothingToShowError("nothing was sold in this run")
    mix = tier_mix(frames).fillna(0.0)
    keys: Any = mix.columns
    colours = tier_colours(keys)
    titled = ((mix, TOKENS, "tokens by tier"), (premiums(frames), PREMIUM, "list price over standard"))
    return ChartData(tuple(_by_tier(table, value, title, colours) for table, value, title in titled))


def _by_tier(table: pd.DataFrame, value: Column, title: str, colours: dict[str, Any]) -> Panel:
    columns: Any = table.columns
    keys = {tier_name(key): key for key in columns}
    kinds, names = ({name: key[place] for name, key in keys.items()} for place in (0, 1))
    paths = {name: table[key] for name, key in keys.items()}
    return long(paths, value, more=[(KIND, kinds), (TIER, names)], title=title, colours=colours)


@tiers.drawn_by
def _draw_tiers(data: ChartData, ax: Axes) -> list[Axes]:
    above, below = parts(ax, (1.5, 1.0))
    mix = data.panel
    paths = mix.paths
    times = next(iter(paths.values())).index
    above.stackplot(
        times.to_numpy(),
        *paths.values(),
        colors=[mix.colours[name] for name in paths],
        labels=list(paths),
        linewidth=0,
    )
    time_axis(above, times)
    above.set(ylim=(0, 100), ylabel=mix.label, xticklabels=[], xlabel="")
    bottom, ends = 0.0, []
    for name, shares in paths.items():
        share = float(shares.iloc[-1])
        ends.append((bottom + share / 2, name, mix.colours[name]))
        bottom += share
    label_ends(above, ends, gap=0.1)
    _draw_premiums(below, data.panels[1])
    time_axis(below, times)
    return [above, below]


def _draw_premiums(ax: Axes, panel: Panel) -> None:
    ax.axhline(1.0, color=GREY, linewidth=0.8)
    for name, premium in panel.paths.items():
        path(ax, premium.index, premium, color=panel.colours[name], linewidth=1.6, label=name)
    if panel.frame.empty:
        ax.text(0.5, 0.3, "no tier has a standard tier beside it", transform=ax.transAxes, ha="center", color=PALE)
        ax.set_yticks([])
    else:
        _ratio_axis(ax, panel)
    label(ax, panel.title)
    ax.set_ylabel(panel.label)
    label_ends(ax, [(end, name, panel.colours[name]) for name, end in panel.ends.items()], gap=0.16)


def _ratio_axis(ax: Axes, panel: Panel) -> None:
    """Ratios round 1: linear where they are near it, logarithmic where they are not."""
    values = panel.frame[panel.value]
    low, high = min(float(values.min()), 1.0), max(float(values.max()), 1.0)
    if high / low > WIDE:
        ax.set_ylim(0.8 * low, 1.9 * high)
        plain_log(ax, "y", RATIOS)
    else:
        room = max(high - low, 0.1)
        ax.set_ylim(low - 0.1 * room, high + 0.35 * room)


@chart(
    "Peak over off-peak",
    "quarter of hours with most work over quarter with least, day by day or week by week",
    group=GROUP,
    order=320,
)
def peak_ratio(frames: Frames) -> ChartData:
    """Peak over off-peak through the run: work ordered, spot price, and prices paid at a constant mix."""
    if frames["pools"].empty or frames["pools"]["ordered"].sum() <= 0:
        raise NothingToShowError("nothing was ordered in this run")
    table = peak_ratios(frames).dropna(axis=1, how="all")
    if table.empty:
        raise NothingToShowError("there was no work off-peak in this run")
    names = {LOAD: ("work ordered", BLACK), SPOT_PRICE: (SPOT_PRICE, actor("hyperscaler"))}
    names |= {price_of(kind): (price_of(kind), actor(kind)) for kind in kinds_of_seller(frames)}
    paths = {names[str(column)][0]: table[column] for column in table}
    return one(long(paths, OVER_OFF_PEAK, colours=dict(names.values())))


@peak_ratio.drawn_by
def _draw_ratios(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    ax.axhline(1.0, color=GREY, linewidth=0.8)
    for name, ratios in panel.paths.items():
        path(ax, ratios.index, ratios, color=panel.colours[name], linewidth=1.8, label=name)
    _ratio_axis(ax, panel)
    time_axis(ax, panel.frame[panel.x])
    ax.set_ylabel(panel.label)
    label_ends(ax, [(end, name, panel.colours[name]) for name, end in panel.ends.items()])
