"""The report of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scenarios.pictures.chart_options import chart_options
from scenarios.pictures.registry import CHARTS
from scenarios.reports import answer, chart_cards, how_made, parameter_tables, run_tables, time_span
from scenarios.reports.html import Child, Html, element
from scenarios.reports.in_short import in_short
from scenarios.reports.page import Page, Part
from scenarios.reports.subject import Run
from scenarios.results.called import called, title
from scenarios.results.cautions import cautions
from scenarios.results.key_figures import key_figures, subtitle


def page(run: Run, command: str) -> Page:
    """The page of a run."""
    return Page(
        title(run.about),
        [subtitle(run.about)],
        f"Report of a run of tokenmarket: {called(run.about)}",
        [
            Part("answer", "Answer", answer_of(run)),
            Part("figures", "Key figures", figures(run)),
            Part("charts", "Charts", [HOVER, *groups(run)]),
            Part("first", "What gave first", run_tables.first_to_give(run.frames)),
            Part("tables", "Tables", tables(run)),
            Part("parameters", "Parameters", parameters_of(run)),
            Part("made", "How it was made", [how_made.of_run(run.about, str(run.folder)), how_made.of_report(command)]),
        ],
    )


HOVER: Final = element(
    "p",
    "Point at a chart over time, tap it, or focus it and use the arrow keys to read its values. What is wider "
    "than the screen moves sideways.",
    class_="note screen",
)


def answer_of(run: Run, prefix: str = "") -> list[Child]:
    """The answer in words, how expectations came out, and what to be careful about."""
    verdicts = answer.of_run(run)
    doubts = answer.doubts(run)
    counted = answer.counted(verdicts)
    lead = f"Too short for a full answer. {counted}" if answer.is_short(run) and counted else counted
    care = element("div", [element("p", doubt) for doubt in doubts], class_="doubts", id=f"{prefix}doubts")
    source = (
        element("p", f"The question is after: {run.scenario.source}", class_="note")
        if run.scenario is not None and run.scenario.source
        else None
    )
    said: list[Child] = [
        element("p", in_short(run), class_="lead"),
        element("p", lead, class_="lead") if lead else None,
    ]
    rests_on = [answer.listed(verdicts), source] if verdicts else [care, source]
    return [
        answer.broken({"this run": run}),
        [element("p", f"Take care: {caution}", class_="lead bad") for caution in cautions(run.frames)],
        answer.beside([*said, care] if verdicts else said, rests_on),
    ]


def tables(run: Run, prefix: str = "") -> list[Child]:
    """All tables, and what totals in them are of."""
    totals = time_span.of_totals(run.about)
    return [element("p", totals, class_="note") if totals else None, *run_tables.of_run(run.result, prefix)]


def figures(run: Run) -> Html:
    """Key figures in a row."""
    return element(
        "dl",
        [element("div", element("dt", text), element("dd", value)) for value, text in key_figures(run.result)],
        class_="figures",
    )


def pictures(run: Run, prefix: str = "") -> Iterator[tuple[str, chart_cards.Picture]]:
    """Every chart with the heading of its group."""
    options = chart_options(run.result, run.scenario)
    for name, chart in CHARTS.items():
        yield chart.group, chart_cards.card_of(chart, run.frames, prefix, **options.get(name, {}))


def groups(run: Run) -> list[Html]:
    """All charts under the headings of their groups."""
    found: dict[str, list[Html]] = {}
    for group, picture in pictures(run):
        found.setdefault(group, []).append(picture.html(4))
    return [Html(element("h3", title) + element("div", cards, class_="cards")) for title, cards in found.items()]


def parameters_of(run: Run, prefix: str = "") -> Child:
    """What differs from the baseline, then all."""
    if run.scenario is None:
        return element("p", run.lacking)
    other = time_span.not_its_own(float(run.about["days"]), run.scenario)
    return [
        element("p", run.lacking, class_="doubts") if run.lacking else None,
        element("p", other, class_="note") if other else None,
        parameter_tables.changed(run.scenario, f"{prefix}changed"),
        parameter_tables.all_of(run.scenario, f"{prefix}all"),
    ]
