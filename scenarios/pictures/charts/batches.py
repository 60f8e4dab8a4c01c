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
from scenarios.pictures.chart import BATCH_CHARTS, chart
from scenarios.pictures.chart_data import TIME, ChartData, Column, NothingToShowError, Panel, one
from scenarios.pictures.panel import (
    BESIDE_BAR,
    SMALL,
    below_axis,
    label_ends,
    letters_of,
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


def column_of(measure: str) -> Column:
    """A measure as charts draw it, shares in percent; a measure of one's own says its name."""
    if measure not in MEASURES:
        return Column(measure, "", measure)
    known = MEASURES[measure]
    said = f"{measure.replace('-', ' ')}: {known.meaning}" if known.whole else known.meaning
    return Column(measure, "%" if known.is_share else known.unit, said)


def _scale(measure: str) -> float:
    return 100.0 if measure in MEASURES and MEASURES[measure].is_share else 1.0


def in_units_drawn(summaries: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """The same runs with these measures in the units of ``column_of``: shares in percent."""
    return summaries.assign(**{name: _scale(name) * summaries[name] for name in measures})


def _check(summaries: pd.DataFrame, *names: str) -> None:
    for name in names:
        if name not in summaries.columns:
            known = [str(column) for column in summaries.columns]
            raise InputError(f"there is no column '{name}'{nearest(name, known)}; known: {', '.join(known)}")


def _percent(level: float) -> str:
    return f"{100 * level:.0f} %"


def _seeds(rows: pd.DataFrame) -> str:
    count = rows["seed"].nunique()
    return f"{count} seed{'s' if count > 1 else ''}"


@chart("Cases side by side", size=(13, 7), order=510, register=BATCH_CHARTS)
def case_comparison(
    summaries: pd.DataFrame,
    *,
    measures: Sequence[str] = USUAL,
    by: str = "label",
    level: float = over_seeds.LEVEL,
) -> ChartData:
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
    return ChartData(
        tuple(_cases(summaries, table[table["measure"] == name], name, by, level) for name in shown),
        f"dot: mean over seeds; bar: {_percent(level)} interval; small dots: seeds",
    )


def _cases(summaries: pd.DataFrame, table: pd.DataFrame, measure: str, by: str, level: float) -> Panel:
    """A measure of each case: mean, interval, and the value of each seed."""
    known = column_of(measure)
    ends = _possible(summaries[measure], 100.0 if known.unit == "%" else np.inf)
    means = table.assign(**{end: np.clip(table[end], *ends) for end in ("low", "high")})
    seeds = over_seeds.by_seed(summaries, measure, by)
    seeds.columns = list(means[by])
    each = seeds.rename_axis("seed").reset_index().melt("seed", var_name=by, value_name="value")
    frame = means[[by, "mean", "low", "high"]].merge(each, on=by, how="left").rename(columns={by: "case"})
    columns = (
        Column("case", "", "the case, or the input's value" if by == "label" else by),
        Column("mean", known.unit, f"mean over seeds of: {known.meaning}"),
        Column("low", known.unit, f"lower end of the {_percent(level)} interval of the mean"),
        Column("high", known.unit, f"upper end of the {_percent(level)} interval of the mean"),
        Column("seed", "", "seed of the runs"),
        Column("value", known.unit, "mean over the runs of the seed"),
    )
    return Panel(frame, columns, "mean", names="case", title=known.label)


@case_comparison.drawn_by
def _draw_cases(data: ChartData, ax: Axes) -> list[Axes]:
    wide = min(COLUMNS, len(data.panels))
    deep = -(-len(data.panels) // wide)
    panels = parts(ax, [1.0] * deep, [1.0] * wide, above=ABOVE, top=TOP)
    cases = list(data.panel.frame["case"].drop_duplicates())
    names = _short_cases(cases, _lines_of(ax, (TOP - ABOVE * (deep - 1)) / deep))
    letters = int(letters_of(ax) / wide) - 2
    for spare in panels[len(data.panels) :]:
        spare.remove()
    for place, (panel, axes) in enumerate(zip(data.panels, panels, strict=False)):
        _draw_measure(axes, panel)
        rows(axes, names, [BLACK] * len(cases))
        if place % wide:
            axes.set_yticklabels([])
        title = "\n".join(textwrap.wrap(panel.title, letters)[:3])
        axes.set_title(title, loc="left", fontsize="small", fontweight="normal", pad=3)
    return panels[: len(data.panels)]


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


def _draw_measure(ax: Axes, panel: Panel) -> None:
    for place, (_, of_case) in enumerate(panel.frame.groupby("case", sort=False)):
        colour, row = CASES[place % len(CASES)], of_case.iloc[0]
        each = of_case["value"].dropna()
        ax.plot(each, np.full(len(each), place), ".", color=GREY, markersize=3, alpha=0.7)
        if np.isfinite(row["low"]):
            ax.plot(
                [row["low"], row["high"]],
                [place, place],
                color=colour,
                linewidth=3,
                alpha=0.55,
                solid_capstyle="butt",
            )
        ax.plot([row["mean"]], [place], "o", color=colour, markersize=6)
    ax.xaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2))
    ax.margins(x=0.12)
    readable_axis(ax, "x")


@chart("Two inputs", size=(7.2, 5.0), order=530, note_width=BESIDE_BAR, register=BATCH_CHARTS)
def heat_map(summaries: pd.DataFrame, *, x: str, y: str, measure: str) -> ChartData:
    """A measure over two inputs of a batch: the mean over seeds in each cell.

    ``x`` and ``y``: paths of inputs that vary, such as supply.growth.
    """
    if summaries.empty:
        raise NothingToShowError("no run of this batch is done yet")
    _check(summaries, x, y, measure)
    known = column_of(measure)
    means = in_units_drawn(summaries, [measure]).groupby([y, x], observed=True)[measure].mean()
    frame = means.rename("value").reset_index()
    if not np.isfinite(frame["value"].to_numpy(dtype=float)).any():
        raise NothingToShowError("no run of this batch has this measure")
    frame["cell"] = [f"{y}={_value(row[y])}, {x}={_value(row[x])}" for row in frame.to_dict("records")]
    columns = (
        Column("cell", "", "values of both inputs"),
        Column(y, "as in the scenario", "input from bottom to top", y),
        Column(x, "as in the scenario", "input from left to right", x),
        Column("value", known.unit, f"mean over seeds of: {known.meaning}"),
    )
    made = frame[[column.name for column in columns]]
    return one(Panel(made, columns, "value", names="cell"), f"{known.label}; mean over {_seeds(summaries)}")


@heat_map.drawn_by
def _draw_map(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    _, y, x, value = panel.columns
    wide = panel.frame.pivot_table(index=y.name, columns=x.name, values=value.name).sort_index(ascending=False)
    values = wide.to_numpy(dtype=np.float64)
    image = ax.imshow(values, cmap=LOW_HIGH, aspect="auto")
    if values.size <= 100:
        finite = np.argwhere(np.isfinite(values))
        for (row, column), text in zip(finite, told_apart(values[np.isfinite(values)].tolist()), strict=True):
            ax.text(column, row, text, ha="center", va="center", fontsize="small",
                    color=readable_on(image.cmap(image.norm(values[row, column]))))  # fmt: skip
    ax.set_xticks(range(wide.shape[1]), [_value(one) for one in wide.columns])
    ax.set_yticks(range(wide.shape[0]), [_value(one) for one in wide.index])
    ax.set(xlabel=x.label, ylabel=y.label)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=20)
    readable_axis(bar.ax)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)


def _value(value: Any) -> str:
    return short_number(float(value)) if isinstance(value, int | float) else str(value)


@chart("Through time, case by case", size=(9, 4.4), order=520, register=BATCH_CHARTS)
def time_paths(
    frame: pd.DataFrame,
    *,
    value: Column,
    by: str = "label",
    level: float = over_seeds.LEVEL,
    most: int = 200,
) -> ChartData:
    """A column over time by case: mean over seeds, with its interval as a band.

    ``frame``: columns ``time``, ``seed``, ``by`` and that of ``value``, which also says what it is and in what unit.
    ``most``: points that a line has at most; longer ones are averaged over bins.
    """
    if frame.empty:
        raise NothingToShowError("no run of this batch is done yet")
    _check(frame, "time", "seed", by, value.name)
    times = np.sort(frame["time"].unique())
    begins = times[:: -(-len(times) // most)]
    placed = begins[np.searchsorted(begins, frame["time"].to_numpy(), side="right") - 1]
    group = frame.assign(bin=placed).groupby([by, "bin", "seed"], sort=False, observed=True)
    means = group[value.name].mean().rename("value").reset_index()
    cases = list(means[by].drop_duplicates())
    if len(cases) > MOST_CASES:
        raise NothingToShowError(f"{len(cases)} cases are too many to be told apart: {MOST_CASES} at most")
    ends = _possible(means["value"], 100.0 if value.unit == "%" else np.inf)
    found = [_over_seeds(means[means[by] == case], str(case), level, ends) for case in cases]
    columns = (
        Column("case", "", "the case" if by == "label" else by),
        TIME,
        Column("value", value.unit, f"mean over seeds of: {value.meaning}", value.label),
        Column("low", value.unit, f"lower end of the {_percent(level)} interval of the mean"),
        Column("high", value.unit, f"upper end of the {_percent(level)} interval of the mean"),
        Column("last", "UTC", "last time of all runs"),
    )
    made = pd.concat(found, ignore_index=True).assign(last=times[-1])
    colours = {str(case): colour for case, colour in zip(cases, CASES, strict=False)}
    note = f"line: mean over {_seeds(frame)}; band: {_percent(level)} interval"
    return one(Panel(made, columns, "value", "time", names="case", colours=colours), note)


def _over_seeds(means: pd.DataFrame, case: str, level: float, ends: tuple[float, float]) -> pd.DataFrame:
    """Mean and interval over seeds by time, within what is possible."""
    table = means.groupby("bin")["value"].apply(lambda v: over_seeds.interval(v.dropna().to_numpy(), level))
    mean, *band = np.array(table.to_list(), dtype=np.float64).T
    low, high = np.clip(band, *ends)
    return pd.DataFrame({"case": case, "time": table.index, "value": mean, "low": low, "high": high})


@time_paths.drawn_by
def _draw_paths(data: ChartData, ax: Axes) -> None:
    panel = data.panel
    paths, low, high = panel.paths, panel.paths_of("low"), panel.paths_of("high")
    names = dict(zip(paths, _short_cases(list(paths), _lines_of(ax, 1.0) - len(paths)), strict=True))
    for place, (case, mean) in enumerate(paths.items()):
        colour, line = panel.colours[case], DASHES[place % len(DASHES)]
        ax.fill_between(mean.index, low[case], high[case], color=colour, alpha=0.15, linewidth=0)
        path(ax, mean.index, mean, color=colour, linestyle=line, linewidth=1.8, label=case)
    time_axis(ax, [panel.frame["time"].min(), panel.frame["last"].max()])
    if not (panel.frame[["value", "low"]] < 0).any(axis=None):
        ax.set_ylim(bottom=0)
    ax.set_ylabel(panel.label)
    readable_axis(ax)
    longest = max(text.count("\n") + 1 for text in names.values())
    ends = [(float(mean.iloc[-1]), names[case], panel.colours[case]) for case, mean in paths.items()]
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


@chart(
    "Which input moves it most",
    "line: mean of all runs; blue: at an input's low end; orange: at its high end",
    size=(7.6, 4.2),
    order=540,
    register=BATCH_CHARTS,
)
def tornado(table: pd.DataFrame, *, measure: str = "", most: int = 12) -> ChartData:
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
    known = column_of(measure) if measure else Column("measure", "", "measure")
    columns = (
        Column("input", "", "path of the input"),
        Column("low", known.unit, f"{known.meaning}: mean at the input's low end", known.label),
        Column("high", known.unit, f"{known.meaning}: mean at the input's high end", known.label),
        Column("base", known.unit, f"{known.meaning}: mean of all runs"),
        Column("low_at", "as in the scenario", "the input's low end"),
        Column("high_at", "as in the scenario", "the input's high end"),
    )
    made = table.reindex(columns=[column.name for column in columns], fill_value="").reset_index(drop=True)
    return one(Panel(made, columns, "low", names="input"))


@tornado.drawn_by
def _draw_tornado(data: ChartData, ax: Axes) -> None:
    panel, table = data.panel, data.panel.frame
    for place, row in enumerate(table.to_dict("records")):
        for end, other, colour in (("low", "high", SKY), ("high", "low", ORANGE)):
            ax.barh(place, row[end] - row["base"], 0.62, row["base"], color=colour, linewidth=0,
                    label=f"at the {end} end" if place == 0 else None)  # fmt: skip
            right = row[end] > row[other] or (row[end] == row[other] and end == "high")
            ax.annotate(str(row[f"{end}_at"]), (row[end], place), xytext=(3 if right else -3, 0),
                        textcoords="offset points", ha="left" if right else "right", va="center", fontsize="small",
                        color=PALE)  # fmt: skip
    ax.axvline(float(table["base"].mean()), color=BLACK, linewidth=1)
    ax.margins(x=0.16)
    rows(ax, [str(name) for name in table["input"]], [BLACK] * len(table))
    ax.set_xlabel(below_axis(ax, panel.label))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    readable_axis(ax, "x")
