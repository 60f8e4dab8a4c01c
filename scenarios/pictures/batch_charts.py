"""Batches: cases side by side with intervals over seeds, two inputs as a map, time paths, and which input moves most.

``summaries`` is a table with a row a run: label, seed, the inputs that vary (paths such as supply.growth) and measures,
as ``open_batch(folder).summaries`` gives it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from capacity.errors import InputError, nearest
from scenarios.batches.analysis import over_seeds
from scenarios.pictures.chart import NothingToShowError, chart
from scenarios.pictures.panel import (
    BESIDE_BAR,
    SMALL,
    label_ends,
    letters_of,
    note,
    parts,
    path,
    readable_on,
    rows,
    time_axis,
)
from scenarios.pictures.style import BLACK, BLUE, BROWN, GREEN, GREY, ORANGE, PALE, PURPLE, RED, SKY, readable_axis
from scenarios.results.measures import MEASURES
from scenarios.text.numbers import short_number, told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Measures that are compared where nobody says which.
USUAL: Final = (
    "spot-price", "closed-list-price", "open-price", "price-peak-ratio", "unserved", "queue-hours", "closed-speed",
    "utilisation", "open-share", "closed-margin", "open-margin", "surplus",
)  # fmt: skip
#: More cases than these are too many to be told apart.
MOST_CASES: Final = 8
COLUMNS: Final = 4
#: Gap above a small panel and top of the first, as shares of the whole.
ABOVE, TOP = 0.16, 0.91
#: Letters in a line of a case's name: few; more where that gives too many lines.
LETTERS: Final = (20, 40)
#: Colours of cases; dashes tell them apart, too.
CASES: Final = (BLACK, BLUE, RED, GREEN, PURPLE, ORANGE, SKY, BROWN)
DASHES: Final = ("-", (0, (5, 1.5)), (0, (2, 1.2)), "-.")
LOW_HIGH: Final = LinearSegmentedColormap.from_list("low to high", ["#F3F7FA", "#8FBBD9", BLUE, "#00223A"])


def meaning(measure: str) -> str:
    """What a measure says, with its unit; a measure of one's own says its name."""
    if measure not in MEASURES:
        return measure
    known = MEASURES[measure]
    text = known.meaning.removeprefix("the same ").strip()
    text = text if text == known.meaning else f"{measure.replace('-', ' ')}: {text}"
    return f"{text} [{unit_of(measure)}]"


def unit_of(measure: str) -> str:
    """The unit in which charts draw a measure: shares in percent."""
    return "%" if MEASURES[measure].is_share else MEASURES[measure].unit


def _scale(measure: str) -> float:
    return 100.0 if measure in MEASURES and MEASURES[measure].is_share else 1.0


def in_units_drawn(summaries: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """The same runs with these measures in the units that ``meaning`` names: shares in percent."""
    return summaries.assign(**{name: _scale(name) * summaries[name] for name in measures})


def _check(summaries: pd.DataFrame, *names: str) -> None:
    for name in names:
        if name not in summaries.columns:
            known = [str(column) for column in summaries.columns]
            raise InputError(f"there is no column '{name}'{nearest(name, known)}; known: {', '.join(known)}")


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"


@chart("Cases side by side", size=(13, 7))
def case_comparison(
    summaries: pd.DataFrame,
    ax: Axes,
    *,
    measures: Sequence[str] = USUAL,
    by: str = "label",
    level: float = over_seeds.LEVEL,
) -> None:
    """Measures of each case, one small panel a measure: mean over seeds with its interval, and every seed as a dot.

    ``by``: what is compared: label, scenario, variant or the path of an input. ``level``: of the intervals [1].
    """
    if summaries.empty:
        raise NothingToShowError("no run of this batch is done yet")
    _check(summaries, *measures)
    summaries = in_units_drawn(summaries, measures)
    table = over_seeds.summary(summaries, list(measures), by=by, level=level)
    shown = [name for name in measures if np.isfinite(table.loc[table["measure"] == name, "mean"]).any()]
    if not shown:
        raise NothingToShowError("no run of this batch has one of these measures")
    cases = list(table[by].drop_duplicates())
    if len(cases) > 3 * MOST_CASES:
        raise NothingToShowError(f"{len(cases)} cases are too many for small panels: compare by an input")
    wide = min(COLUMNS, len(shown))
    deep = -(-len(shown) // wide)
    note(ax, f"dot: mean over seeds; bar: {_percent(level)} interval; small dots: seeds")
    panels = parts(ax, [1.0] * deep, [1.0] * wide, above=ABOVE, top=TOP)
    names = _short_cases(cases, _lines_of(ax, (TOP - ABOVE * (deep - 1)) / deep))
    letters = int(letters_of(ax) / wide) - 2
    for spare in panels[len(shown) :]:
        spare.remove()
    for place, (name, panel) in enumerate(zip(shown, panels, strict=False)):
        ends = _possible(summaries[name], _most(name))
        _draw_measure(panel, table[table["measure"] == name], over_seeds.by_seed(summaries, name, by), ends)
        rows(panel, names, [BLACK] * len(cases))
        if place % wide:
            panel.set_yticklabels([])
        title = "\n".join(textwrap.wrap(meaning(name), letters)[:3])
        panel.set_title(title, loc="left", fontsize="small", fontweight="normal", pad=3)


def short_labels(summaries: pd.DataFrame) -> pd.Series[Any]:
    """Labels of cases without the scenario that all of them start from: what varies."""
    labels = summaries["label"].astype(str)
    if len(summaries["scenario"].unique()) > 1 or len(labels.unique()) < 2:
        return labels
    pairs = zip(labels, summaries["scenario"], strict=True)
    shorter = pd.Series([text.removeprefix(f"{name}, ") for text, name in pairs], labels.index, name="label")
    return shorter if shorter.nunique() == labels.nunique() else labels


def _short_cases(cases: Sequence[Any], room: float) -> list[str]:
    """Names of cases on few short lines each, or on longer ones where there is no room for so many lines in all."""
    texts = [f"{case:g}" if isinstance(case, int | float) else str(case) for case in cases]
    for letters in LETTERS:
        broken = ["\n".join(textwrap.wrap(text, letters)[:3]) for text in texts]
        if sum(text.count("\n") + 1 for text in broken) <= room:
            break
    return broken


def _lines_of(ax: Axes, share: float) -> float:
    """How many lines of small print this share of the panel's height has room for."""
    points = FontProperties(size=SMALL).get_size_in_points()
    return share * 72.0 * ax.bbox.height / ax.figure.dpi / (1.25 * points)


def _possible(values: Any, most: float) -> tuple[float, float]:
    """Ends that no interval passes: 0 for what is never negative, and ``most`` unless a value is larger."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return 0.0 if (known >= 0).all() else -np.inf, most if (known <= most * (1 + 1e-9)).all() else np.inf


def _most(measure: str) -> float:
    """What a measure cannot pass: 100 %, if it is a share."""
    return 100.0 if measure in MEASURES and MEASURES[measure].is_share else np.inf


def _draw_measure(ax: Axes, table: pd.DataFrame, seeds: pd.DataFrame, ends: tuple[float, float]) -> None:
    row: Any
    for place, (row, column) in enumerate(zip(table.itertuples(), seeds, strict=True)):
        colour = CASES[place % len(CASES)]
        each = seeds[column].dropna()
        ax.plot(each, np.full(len(each), place), ".", color=GREY, markersize=3, alpha=0.7)
        if np.isfinite(row.low):
            ax.plot(
                np.clip([row.low, row.high], *ends),
                [place, place],
                color=colour,
                linewidth=3,
                alpha=0.55,
                solid_capstyle="butt",
            )
        ax.plot([row.mean], [place], "o", color=colour, markersize=6)
    ax.xaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2))
    ax.margins(x=0.12)
    readable_axis(ax, "x")


@chart("Two inputs", size=(7.2, 5.0))
def heat_map(summaries: pd.DataFrame, ax: Axes, *, x: str, y: str, measure: str) -> None:
    """A measure over two inputs of a batch: the mean over seeds in each cell.

    ``x`` and ``y``: paths of inputs that vary, such as supply.growth.
    """
    if summaries.empty:
        raise NothingToShowError("no run of this batch is done yet")
    _check(summaries, x, y, measure)
    summaries = in_units_drawn(summaries, [measure])
    wide = summaries.pivot_table(index=y, columns=x, values=measure, aggfunc="mean").sort_index(ascending=False)
    if wide.empty or not np.isfinite(wide.to_numpy(dtype=float)).any():
        raise NothingToShowError("no run of this batch has this measure")
    values = wide.to_numpy(dtype=np.float64)
    image = ax.imshow(values, cmap=LOW_HIGH, aspect="auto")
    if values.size <= 100:
        finite = np.argwhere(np.isfinite(values))
        for (row, column), text in zip(finite, told_apart(values[np.isfinite(values)].tolist()), strict=True):
            value = values[row, column]
            ax.text(column, row, text, ha="center", va="center", fontsize="small",
                        color=readable_on(image.cmap(image.norm(value))))  # fmt: skip
    ax.set_xticks(range(wide.shape[1]), [_value(value) for value in wide.columns])
    ax.set_yticks(range(wide.shape[0]), [_value(value) for value in wide.index])
    ax.set(xlabel=x, ylabel=y)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=20)
    readable_axis(bar.ax)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    seeds = summaries["seed"].nunique()
    note(ax, f"{meaning(measure)}; mean over {seeds} seed{'s' if seeds > 1 else ''}", BESIDE_BAR)


def _value(value: Any) -> str:
    return short_number(float(value)) if isinstance(value, int | float) else str(value)


@chart("Through time, case by case", size=(9, 4.4))
def time_paths(
    frame: pd.DataFrame,
    ax: Axes,
    *,
    value: str,
    name: str | None = None,
    by: str = "label",
    level: float = over_seeds.LEVEL,
    most: int = 200,
) -> None:
    """A column over time by case: mean over seeds, with its interval as a band.

    ``frame``: columns ``time``, ``seed``, ``by`` and ``value``. ``name``: what the value is called, with its unit.
    ``most``: points that a line has at most; longer ones are averaged over bins.
    """
    if frame.empty:
        raise NothingToShowError("no run of this batch is done yet")
    _check(frame, "time", "seed", by, value)
    times = np.sort(frame["time"].unique())
    begins = times[:: -(-len(times) // most)]
    placed = begins[np.searchsorted(begins, frame["time"].to_numpy(), side="right") - 1]
    means = frame.assign(bin=placed).groupby([by, "bin", "seed"], sort=False, observed=True)[value].mean().reset_index()
    cases = list(means[by].drop_duplicates())
    if len(cases) > MOST_CASES:
        raise NothingToShowError(f"{len(cases)} cases are too many to be told apart: {MOST_CASES} at most")
    least, most_of_it = _possible(means[value], 100.0 if str(name).endswith("[%]") else np.inf)
    names = _short_cases(cases, _lines_of(ax, 1.0) - len(cases))
    ends = []
    for place, case in enumerate(cases):
        colour, line = CASES[place], DASHES[place % len(DASHES)]
        of_case = means[means[by] == case]
        table = of_case.groupby("bin")[value].apply(lambda v: over_seeds.interval(v.dropna().to_numpy(), level))
        mean, *band = np.array(table.to_list(), dtype=np.float64).T
        low, high = np.clip(band, least, most_of_it)
        ax.fill_between(table.index, low, high, color=colour, alpha=0.15, linewidth=0)
        path(ax, table.index, mean, color=colour, linestyle=line, linewidth=1.8, label=str(case))
        ends.append((float(mean[-1]), names[place], colour))
    time_axis(ax, times)
    if least == 0.0:
        ax.set_ylim(bottom=0)
    ax.set_ylabel(name or value)
    readable_axis(ax)
    seeds = frame["seed"].nunique()
    note(ax, f"line: mean over {seeds} seed{'s' if seeds > 1 else ''}; band: {_percent(level)} interval")
    longest = max(text.count("\n") + 1 for _, text, _ in ends)
    label_ends(ax, ends, gap=(longest + 0.6) / _lines_of(ax, 1.0))


def ends_of_inputs(summaries: pd.DataFrame, measure: str, inputs: Sequence[str] | None = None) -> pd.DataFrame:
    """What a tornado needs, from a batch: columns ``input``, ``low``, ``high``, ``base``, ``low_at``, ``high_at``.

    Means of the measure over the runs at the lowest and at the highest value of each input; of an input with more
    than five values, over the lowest and the highest fifth of the runs. The base is the mean of all runs.
    """
    found = []
    for name in inputs if inputs is not None else over_seeds.inputs_in(summaries):
        values = summaries[name]
        if not pd.api.types.is_numeric_dtype(values) or values.nunique() < 2:
            continue
        edges = (values.min(), values.max()) if values.nunique() <= 5 else tuple(values.quantile([0.2, 0.8]))
        low, high = summaries.loc[values <= edges[0], measure], summaries.loc[values >= edges[1], measure]
        found.append((name, low.mean(), high.mean(), summaries[measure].mean(), _value(edges[0]), _value(edges[1])))
    return pd.DataFrame(found, columns=["input", "low", "high", "base", "low_at", "high_at"])


@chart("Which input moves it most", size=(7.6, 4.2))
def tornado(table: pd.DataFrame, ax: Axes, *, measure: str = "", most: int = 12) -> None:
    """What each input alone does to a measure, from its low to its high end; the input that moves it most on top.

    ``table``: columns ``input``, ``low``, ``high`` and ``base`` (the measure at the input's ends and without a change);
    ``low_at`` and ``high_at``, if there, are written at the ends. ``ends_of_inputs`` makes it from a batch.
    """
    _check(table, "input", "low", "high", "base")
    table = table.assign(**{end: _scale(measure) * table[end] for end in ("low", "high", "base")})
    table = table[np.isfinite(table[["low", "high", "base"]]).all(axis=1)]
    if table.empty:
        raise NothingToShowError("no input varies in this batch, or the measure has no value")
    table = table.iloc[np.argsort(-(table["high"] - table["low"]).abs().to_numpy(), kind="stable")][:most]
    for place, row in enumerate(table.to_dict("records")):
        for end, other, colour in (("low", "high", SKY), ("high", "low", ORANGE)):
            ax.barh(place, row[end] - row["base"], 0.62, row["base"], color=colour, linewidth=0,
                    label=f"at the {end} end" if place == 0 else None)  # fmt: skip
            right = row[end] > row[other] or (row[end] == row[other] and end == "high")
            ax.annotate(str(row.get(f"{end}_at", "")), (row[end], place), xytext=(3 if right else -3, 0),
                        textcoords="offset points", ha="left" if right else "right", va="center", fontsize="small",
                        color=PALE)  # fmt: skip
    ax.axvline(float(table["base"].mean()), color=BLACK, linewidth=1)
    ax.margins(x=0.16)
    rows(ax, [str(name) for name in table["input"]], [BLACK] * len(table))
    ax.set_xlabel("\n".join(textwrap.wrap(meaning(measure), 70)) if measure else "measure")
    ax.xaxis.set_major_locator(MaxNLocator(5))
    readable_axis(ax, "x")
    note(ax, "line: mean of all runs; blue: at an input's low end; orange: at its high end")
