"""One page for a batch: its cases side by side with intervals over seeds, through time, and by input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib import pyplot as plt

from scenarios.batches.analysis import over_seeds
from scenarios.pictures.chart import Chart
from scenarios.pictures.chart_data import ChartData, Column
from scenarios.pictures.charts.batches import (
    MOST_CASES,
    USUAL,
    case_comparison,
    column_of,
    ends_of_inputs,
    heat_map,
    in_units_drawn,
    short_labels,
    time_paths,
    tornado,
)
from scenarios.pictures.page_layout import HEAD, TYPE, WIDTH, divided, foot_height, write, write_foot, write_head
from scenarios.pictures.picture_path import checked_picture_path
from scenarios.pictures.style import style
from scenarios.results.measures.facts import LOST
from scenarios.text.numbers import short_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from scenarios.batches import Batch


def _busy(ticks: pd.DataFrame) -> Any:
    return 100 * ticks["used"] / ticks["capacity"].where(ticks["capacity"] > 0)


def _lost(ticks: pd.DataFrame) -> Any:
    """Of the requests that end in the tick, whenever they were asked: so it cannot pass 100 %."""
    lost = ticks[[*LOST]].sum(axis=1)
    ended = lost + ticks["served"] + ticks["local"]
    return 100 * lost / ended.where(ended > 0)


@dataclass(frozen=True)
class Path:
    """Something that is drawn over time, from the frame ``ticks``.

    Attributes:
        title: what the panel is called.
        value: what is drawn, and in what unit.
        of: works it out.
    """

    title: str
    value: Column
    of: Callable[[pd.DataFrame], pd.Series[Any]]

    def added_to(self, ticks: pd.DataFrame) -> pd.DataFrame:
        """The frame with the column that is drawn."""
        return ticks.assign(**{self.value.name: self.of(ticks)})


SPOT: Final = Path(
    "What a machine costs on the spot",
    Column("value", "USD per rack-hour", "spot price of a rack-hour", "USD per rack-hour"),
    lambda ticks: ticks["spot_price"],
)
BUSY: Final = Path("How busy the machines are", Column("value", "%", "machines busy"), _busy)
WAIT: Final = Path(
    "How many wait",
    Column("value", "requests", "requests that wait", "requests that wait"),
    lambda ticks: ticks["waiting"],
)
LOSS: Final = Path("Who is not served", Column("value", "%", "lost, of requests that end"), _lost)
#: What is drawn over time.
THROUGH_TIME: Final = (SPOT, BUSY, WAIT, LOSS)
#: Measures whose inputs are looked at.
EFFECTS: Final = ("spot-price", "unserved", "closed-list-price", "surplus")
#: Lines of a key figure's meaning, which names two cases, and what they take above a usual head [inch].
LINES, ABOVE = 4, 0.3
#: Heights of the rows [inch].
CASES, ROW = 6.6, 3.9
#: Height that the panels of cases need for each of many [inch].
CASE: Final = 1.0
#: Longer units have no room in a title.
MOST_UNIT: Final = 18
#: Inputs with more values than these are no rows and columns of a map.
MOST_VALUES: Final = 12
#: Nor are those whose values are longer than these letters, such as loads by hour.
MOST_LETTERS: Final = 40


def batch_dashboard(batch: Batch) -> Figure:
    """Draw the page."""
    mpl.use("Agg")
    summaries = batch.summaries.assign(label=short_labels(batch.summaries))
    by, inputs = compared_by(summaries), inputs_drawn(summaries)
    timed = "ticks" in batch.study.keep and len(summaries) > 0
    height = max(CASES, CASE * over_seeds.groups(summaries, by).nunique()) if len(summaries) else CASES
    heights = [HEAD + ABOVE, height, *[ROW] * timed, *[ROW] * bool(inputs), foot_height(_how_it_was_made(batch))]
    with style(), mpl.rc_context(TYPE):
        figure = plt.figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        top, cases, *rows, foot = divided(figure, len(heights), 1, height_ratios=heights)
        title = str(batch.about["question"] or batch.about["name"])
        write_head(top, title, _subtitle(batch, timed), _counts(batch, summaries), lines=LINES)
        measures = [name for name in USUAL if name in summaries.columns]
        data = case_comparison.data(summaries, measures=measures, by=by)
        titled = replace(data, title=f"Cases side by side, by {by}") if by != "label" else data
        case_comparison.drawing(titled, cases.subplots())
        if timed:
            _draw_times(rows[0], batch.frame("ticks"), summaries, by)
        if inputs:
            _draw_effects(rows[-1], summaries, inputs)
        write_foot(foot, _how_it_was_made(batch))
    return figure


def _how_it_was_made(batch: Batch) -> str:
    about = batch.about
    code = about["code"]["commit"] or about["code"]["hash"]
    return f"tokenmarket {about['versions']['tokenmarket']}, code {code}  ·  made with: {about['command']}"


def _varied(summaries: pd.DataFrame) -> list[str]:
    return [name for name in over_seeds.inputs_in(summaries) if len(summaries[name].astype(str).unique()) > 1]


def inputs_drawn(summaries: pd.DataFrame) -> list[str]:
    """Inputs whose effect can be drawn: two of few values as a map, whatever they are; else those that are numbers."""
    varied = _varied(summaries)
    texts = {name: summaries[name].astype(str) for name in varied}
    if len(varied) == 2 and all(
        text.nunique() <= MOST_VALUES and text.str.len().max() <= MOST_LETTERS for text in texts.values()
    ):
        return varied
    return [name for name in varied if pd.api.types.is_numeric_dtype(summaries[name])]


def compared_by(summaries: pd.DataFrame) -> str:
    """What a batch compares: its cases, or the first input that varies where the cases are too many."""
    inputs = _varied(summaries)
    return "label" if summaries["label"].nunique() <= MOST_CASES or not inputs else inputs[0]


def _subtitle(batch: Batch, timed: bool) -> str:
    about = batch.about
    counts = f"{about['cases']:,} cases x {about['seeds']:,} seeds"
    kept = "" if timed else "  ·  no frame 'ticks' was kept: --keep ticks shows the cases through time"
    return f"batch {about['name']}  ·  {counts}  ·  folder {batch.folder.name}{kept}"


def _counts(batch: Batch, summaries: pd.DataFrame) -> list[tuple[str, str]]:
    """Runs done, and how far apart the cases are in a few measures."""
    made = [(f"{len(summaries):,} of {batch.about['runs']:,}", "runs done")]
    summaries = in_units_drawn(summaries, [name for name in EFFECTS if name in summaries])
    for name in EFFECTS:
        means = summaries.groupby("label", sort=False)[name].mean().dropna() if name in summaries else None
        if means is not None and len(means):
            low, high = short_number(float(means.min())), short_number(float(means.max()))
            which = "" if low == high else f"; lowest {means.idxmin()}, highest {means.idxmax()}"
            made.append((low if low == high else f"{low} to {high}", f"{column_of(name).label}{which}"))
    return made


def _draw_times(figure: SubFigure, ticks: pd.DataFrame, summaries: pd.DataFrame, by: str) -> None:
    ticks = ticks.merge(summaries[["run", "seed", *dict.fromkeys(("label", by))]], on="run")
    ticks[by] = over_seeds.groups(ticks, by)
    places = divided(figure, 1, len(THROUGH_TIME))
    for place, path in zip(places, THROUGH_TIME, strict=True):
        data = time_paths.data(path.added_to(ticks), value=path.value, by=by)
        time_paths.drawing(replace(data, title=path.title), place.subplots())


def _draw_effects(figure: SubFigure, summaries: pd.DataFrame, inputs: list[str]) -> None:
    """Two inputs on few values: maps. Else: what each input alone does."""
    shown = [measure for measure in EFFECTS if measure in summaries]
    gridded = len(inputs) == 2 and all(summaries[name].nunique() <= MOST_VALUES for name in inputs)
    for place, measure in zip(divided(figure, 1, len(shown)), shown, strict=True):
        chart, data = effect_of(summaries, measure, inputs, gridded=gridded)
        unit = column_of(measure).unit
        title = f"{in_words(measure)}{f' [{unit}]' if len(unit) < MOST_UNIT else ''}"
        note = "mean over seeds" if gridded else "blue: its low end; orange: its high end"
        chart.drawing(replace(data, title=title, note=note), place.subplots())


def in_words(measure: str) -> str:
    """The name of a measure as a heading."""
    return measure.replace("-", " ").capitalize()


def effect_of(
    summaries: pd.DataFrame, measure: str, inputs: Sequence[str], *, gridded: bool
) -> tuple[Chart, ChartData]:
    """What inputs do to a measure, and the chart that shows it: a map of two, or what each alone does."""
    if gridded:
        return heat_map, heat_map.data(summaries, x=inputs[0], y=inputs[1], measure=measure)
    return tornado, tornado.data(ends_of_inputs(summaries, measure, inputs), measure=measure, most=8)


def draw(batch: Batch, path: FilePath) -> FilePath:
    """Draw the page into a file."""
    checked_picture_path(path)
    return write(batch_dashboard(batch), path)
