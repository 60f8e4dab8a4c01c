"""The report of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from scenarios.batches.analysis import over_seeds
from scenarios.batches.comparison import Comparison, Runs, compare
from scenarios.pictures import batch_dashboard
from scenarios.pictures.charts import batches
from scenarios.reports import answer, batch_answer, batch_tables, chart_cards, how_made, parameter_tables, time_span
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.measured_numbers import numbers_of, unit, values
from scenarios.reports.page import Page, Part
from scenarios.reports.run_report import HOVER
from scenarios.results.measures import meaning

if TYPE_CHECKING:
    from scenarios.reports.subject import BatchOf

#: Most scenarios whose parameters are all listed.
MOST_SCENARIOS: Final = 3
#: Letters of a case on a line, and height of a line [inch].
LETTERS, LINE = 20, 0.2


def page(batch: BatchOf, command: str) -> Page:
    """The page of a batch."""
    found = compared(batch)
    return Page(
        batch.question,
        [subtitle(batch)],
        f"Report of a batch of tokenmarket: {batch.name}",
        [
            Part("answer", "Answer", answer_of(batch, found)),
            Part("figures", "Key figures", figures(batch)),
            Part("charts", "Charts", [HOVER, element("div", [one.html(3) for one in pictures(batch)], class_="cards")]),
            Part("tables", "Tables", batch_tables.of_batch(batch, found)),
            Part("parameters", "Parameters", parameters_of(batch)),
            Part("made", "How it was made", [made_of(batch), how_made.of_report(command)]),
        ],
    )


def subtitle(batch: BatchOf) -> str:
    """Cases, seeds and runs in a line."""
    about, study = batch.about, batch.study
    days = f"{study.days:g} days" if study.days is not None else "each scenario's own length"
    if any(scenario.time.mode == "representative-weeks" for scenario in study.scenarios.values()):
        days = f"{days}, of which a week of each month is simulated"
    return (
        f"batch {about['name']}  ·  {about['cases']:,} case{'s' if about['cases'] != 1 else ''} x "
        f"{about['seeds']:,} seed{'s' if about['seeds'] != 1 else ''}  ·  {days}  ·  "
        f"{study.users:,} simulated users"
    )


def made_of(batch: BatchOf) -> Html:
    """How the batch was made."""
    return how_made.of_batch(batch.about, str(batch.folder), batch.study.seeds, batch.study.users)


def compared(batch: BatchOf) -> Comparison:
    """The cases side by side: by the measures that answer the question."""
    answers = dict.fromkeys(one.measure for scenario in batch.study.scenarios.values() for one in scenario.outcomes)
    runs = Runs(batch.rows, batch.name, batch.question, tuple(answers), batch.study.sampling)
    by = batch_dashboard.compared_by(batch.summaries)
    return compare(runs, by=None if by == "label" else by)


def answer_of(batch: BatchOf, found: Comparison) -> list[Child]:
    """The answer in words."""
    verdicts = batch_answer.of_batch(batch)
    doubts = []
    left = batch.total - batch.done
    if left:
        doubts.append(
            f"{left:,} of {batch.total:,} runs are not there ({batch.failed:,} failed): what is said is of the others."
        )
    full = [scenario.time.days for scenario in batch.study.scenarios.values()]
    if batch.study.days is not None and batch.study.days < max(full):
        doubts.append(
            f"Runs of {batch.study.days:g} days are shorter than the question, which is about {max(full):,g}."
        )
    if len(batch.study.seeds) < 2:
        doubts.append("One seed only: there is no interval, and no telling a difference from luck.")
    doubts += [f"Damaged: {one}" for one in batch.batch.damage[:5]]
    counted = answer.counted(verdicts, "This batch")
    verdicts_from = next(
        (
            one.name
            for one in batch.study.scenarios.values()
            if any(outcome.against == "start" for outcome in one.outcomes)
        ),
        "",
    )
    judged: list[Child] = [
        element("p", counted, class_="lead") if counted else None,
        answer.listed(verdicts) if verdicts else None,
        element(
            "p",
            "Starts and ends are compared in the report of a single run: ",
            element("code", f"tokenmarket run {verdicts_from}"),
            ".",
            class_="note",
        )
        if verdicts_from
        else None,
    ]
    short: list[Child] = [
        element("h3", "In short"),
        element("ul", [element("li", said) for said in batch_answer.in_short(found.means, found.by)]),
        element("div", [element("p", doubt) for doubt in doubts], class_="doubts") if doubts else None,
    ]
    return [answer.beside(judged if verdicts else short, short if verdicts else [])]


def figures(batch: BatchOf) -> Html:
    """How far the cases are apart."""
    counts = [(f"{batch.done:,} of {batch.total:,}", "runs done")]
    for name in batch_dashboard.EFFECTS:
        if name not in batch.summaries:
            continue
        means = batch.rows.groupby("label", sort=False)[name].mean().dropna()
        if len(means):
            low, high = numbers_of(name, means.min(), means.max())
            if unit(name) == "%":
                low, high = values(name, means.min(), means.max())
            behind = f" [{unit(name)}]" if unit(name) not in ("", "%") else ""
            which = "in every case" if low == high else f"lowest in {means.idxmin()}, highest in {means.idxmax()}"
            counts.append((high if low == high else f"{low} to {high}", f"{meaning(name)}{behind}; {which}"))
    return element(
        "dl", [element("div", element("dt", text), element("dd", value)) for value, text in counts], class_="figures"
    )


def pictures(batch: BatchOf, prefix: str = "") -> Iterator[chart_cards.Picture]:
    """Cases side by side, through time where frames were kept, and by input."""
    rows, by = batch.rows, compared(batch).by
    measures = [name for name in batches.USUAL if name in rows]
    names = over_seeds.groups(rows, by).astype(str).unique()
    lines = sum(min(-(-len(name) // LETTERS), 3) for name in names)
    deep = -(-len(measures) // batches.COLUMNS)

    yield chart_cards.card(
        batches.case_comparison,
        batches.case_comparison.data(rows, measures=measures, by=by),
        f"{prefix}case-comparison",
        "Cases side by side",
        "Mean of each measure over seeds with its 90 % interval; small dots are single seeds.",
        (13.0, max(7.0, 0.6 + deep * (0.9 + LINE * lines))),
    )
    if "ticks" in batch.study.keep:
        yield from _through_time(batch, by, prefix)
    yield from _by_input(rows, prefix)


def _through_time(batch: BatchOf, by: str, prefix: str) -> Iterator[chart_cards.Picture]:
    rows = batch.rows
    ticks = batch.batch.frame("ticks").merge(rows[["run", "seed", *dict.fromkeys(("label", "scenario", by))]], on="run")
    ticks[by] = over_seeds.groups(ticks, by)
    for number, path in enumerate(batch_dashboard.THROUGH_TIME):
        data = batches.time_paths.data(path.added_to(ticks), value=path.value, by=by)
        name, said = f"{prefix}through-time-{number}", path.value.label
        shows = f"{said[0].upper()}{said[1:]} over time, case by case: mean over seeds, with its 90 % interval."
        yield chart_cards.card(batches.time_paths, data, name, path.title, shows, (chart_cards.COLUMN, 4.0))


def _by_input(rows: Any, prefix: str) -> Iterator[chart_cards.Picture]:
    inputs = batch_dashboard.inputs_drawn(rows)
    if not inputs:
        return
    gridded = len(inputs) == 2 and all(rows[name].nunique() <= batch_dashboard.MOST_VALUES for name in inputs)
    for measure in batch_dashboard.EFFECTS:
        if measure not in rows:
            continue

        chart, data = batch_dashboard.effect_of(rows, measure, inputs, gridded=gridded)
        said = batches.column_of(measure).label
        shows = f"By {' and '.join(inputs)}: {said}." if gridded else f"What each input alone does to: {said}."
        title = f"{batch_dashboard.in_words(measure)}, by input"
        yield chart_cards.card(chart, data, f"{prefix}by-input-{measure}", title, shows, (chart_cards.COLUMN, 4.4))


def parameters_of(batch: BatchOf, prefix: str = "") -> list[Child]:
    """The cases, and the parameters of what they start from."""
    parts: list[Child] = [batch_tables.cases(batch, prefix)]
    for number, (key, scenario) in enumerate(batch.study.scenarios.items()):
        other = time_span.not_its_own(batch.study.days, scenario)
        inside: list[Child] = [
            element("p", other, class_="note") if other else None,
            parameter_tables.changed(scenario, f"{prefix}changed-{number}"),
        ]
        if number < MOST_SCENARIOS:
            inside.append(parameter_tables.all_of(scenario, f"{prefix}all-{number}"))
        parts += [element("h3", key), *inside] if number == 0 else [folded(key, *inside)]
    return parts
