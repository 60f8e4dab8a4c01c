"""A comparison as a picture: one small panel a measure, with intervals over seeds."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import seaborn as sns
from matplotlib import pyplot as plt

from scenarios.pictures.style import BLACK, BLUE, BROWN, GREEN, GREY, ORANGE, PURPLE, RED, SKY, readable_axis, style
from scenarios.results.measures import MEASURES, meaning
from scenarios.text.estimates import value_in_words, with_half

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.batches.comparison import Comparison

COLUMNS: Final = 3
#: Width of a panel [inch], and letters of the title that it has room for.
WIDTH, LETTERS = 4.1, 45
#: One panel alone is wider: beside it stand the names of the cases [panels].
ALONE: Final = 1.7
#: Of more groups than this only the first are drawn.
MOST: Final = 24
COLOURS: Final = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BROWN, BLACK)
WRAP: Final = 34


def picture(comparison: Comparison, title: str) -> Figure:
    """Means along a number that varies, or differences between cases that have names."""
    comparison = _in_percent(comparison)
    measures = list(comparison.means["measure"].unique())
    groups = list(comparison.means[comparison.by].unique())
    along = pd.api.types.is_numeric_dtype(comparison.means[comparison.by])
    across, rows = min(COLUMNS, len(measures)), -(-len(measures) // COLUMNS)
    height = 2.7 if along else 1.5 + 0.34 * min(len(groups), MOST)
    width = ALONE if across == 1 else across
    said = _title(comparison, title, along, int(LETTERS * width))
    with style():
        figure, grid = plt.subplots(
            rows,
            across,
            figsize=(WIDTH * width, 0.5 + 0.2 * (said.count("\n") + 1) + height * rows),
            squeeze=False,
            sharey=not along,
        )
        panels = list(grid.flat)
        for ax, measure in zip(panels, measures, strict=False):
            (_along if along else _differences)(comparison, measure, ax)
        for ax in panels[len(measures) :]:
            ax.remove()
        figure.suptitle(said, x=0.01, ha="left", fontsize="medium")
    return figure


def _in_percent(comparison: Comparison) -> Comparison:
    """The same with shares in percent, as people read them."""
    made = {}
    for name, columns in (("means", ["mean", "low", "high"]), ("gaps", ["difference", "low", "high"])):
        table = getattr(comparison, name).copy()
        shares = [measure in MEASURES and MEASURES[measure].is_share for measure in table["measure"]]
        table.loc[shares, columns] *= 100.0
        made[name] = table
    return replace(comparison, **made)


def _unit(measure: str) -> str:
    """The unit in which a measure is drawn, as words below an axis."""
    if measure not in MEASURES:
        return ""
    one = MEASURES[measure]
    return "%" if one.is_share else one.unit if one.unit_behind else ""


def _title(comparison: Comparison, title: str, along: bool, letters: int) -> str:
    """What is asked and what is shown, each on lines of so many letters."""
    level = f"{100 * comparison.level:.3g} % intervals over {int(comparison.means['seeds'].max())} seeds"
    if along:
        what = f"Means by {comparison.by}; {level}"
    else:
        what = f"Differences from {value_in_words(comparison.against)}, seed by seed; {level}"
    return "\n".join(textwrap.fill(text, letters) for text in (title, what))


def _head(ax: Axes, measure: str, under: str) -> None:
    unit = _unit(measure)
    said = textwrap.fill(f"{under}", WRAP)
    title = textwrap.fill(_words(measure), WRAP)
    ax.set_title(title, fontsize="medium", pad=6 + 13 * (1 + said.count("\n")))
    ax.annotate(said, (0, 1), (0, 5), "axes fraction", "offset points", fontsize="small", color=GREY)
    if unit:
        ax.set_xlabel("\n".join(textwrap.wrap(unit, WRAP)), fontsize="small")


def _differences(comparison: Comparison, measure: str, ax: Axes) -> None:
    by = comparison.by
    gaps = comparison.gaps[comparison.gaps["measure"] == measure].head(MOST)
    means = comparison.means
    base = means[(means["measure"] == measure) & (means[by] == comparison.against)].iloc[0]
    ax.axvline(0.0, color=GREY, linewidth=1.0)
    for place, row in enumerate(gaps.to_dict("records")):
        colour = COLOURS[place % len(COLOURS)]
        if math.isfinite(row["low"]):
            ax.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2.6, solid_capstyle="butt")
        ax.plot([row["difference"]], [place], "o", color=colour, markersize=6)
    ax.set_yticks(range(len(gaps)), [_wrapped(one) for one in gaps[by]])
    ax.set_ylim(len(gaps) - 0.4, -0.6)
    ax.margins(x=0.12)
    ax.grid(visible=False, axis="y")
    ax.locator_params(axis="x", nbins=4)
    readable_axis(ax, "x")
    _head(ax, measure, f"{value_in_words(comparison.against)}: {with_half(base['mean'], base['high'] - base['mean'])}")


def _words(measure: str) -> str:
    """What a measure says, with a capital: not the short name by which it is asked for."""
    text = meaning(measure)
    return f"{text[0].upper()}{text[1:]}"


def _wrapped(value: Any) -> str:
    return textwrap.fill(value_in_words(value), 26, break_long_words=False)


def _along(comparison: Comparison, measure: str, ax: Axes) -> None:
    by = comparison.by
    rows = comparison.means[comparison.means["measure"] == measure].sort_values(by)
    ax.fill_between(rows[by], rows["low"], rows["high"], color=BLUE, alpha=0.2, linewidth=0)
    sns.lineplot(x=rows[by], y=rows["mean"], ax=ax, color=BLUE, marker="o", errorbar=None)
    ax.set(ylabel="")
    readable_axis(ax, "y")
    _head(ax, measure, _unit(measure))
    ax.set_xlabel(by, fontsize="small")
