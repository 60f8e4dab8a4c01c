"""Two runs side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from scenarios.pictures import batch_dashboard
from scenarios.pictures.charts.batches import time_paths
from scenarios.reports import answer, chart_cards, how_made, pair_answer, parameter_tables, run_report, run_tables
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.html_table import Cell, Column, Row, Table, word
from scenarios.reports.in_short import in_short
from scenarios.reports.page import Page, Part
from scenarios.results.called import told_apart
from scenarios.results.key_figures import subtitle
from scenarios.results.side_by_side import figures

if TYPE_CHECKING:
    from scenarios.reports.subject import Run
    from scenarios.results.frames import Frames

SCALES: Final = "Each chart has the scale that its own run needs, so look at the axes before you compare heights."
LETTERS: Final = ("A", "B")


def page(one: Run, other: Run, command: str) -> Page:
    """The page of two runs."""
    names = called(one, other)
    both = [(name, run, letter) for name, run, letter in zip(names, (one, other), LETTERS, strict=True)]
    return Page(
        f"{names[0]} against {names[1]}",
        [f"{letter}: {subtitle(run.about)}" for _, run, letter in both],
        f"Report of two runs of tokenmarket: {names[0][3:]} and {names[1][3:]}",
        [
            Part("answer", "Answer", answer_of(one, other, names)),
            Part("figures", "Key figures", side_by_side(one.frames, other.frames, names)),
            Part("together", "Charts together", [run_report.HOVER, together(one.frames, other.frames, names)]),
            Part("charts", "Charts side by side", groups(one, other, names)),
            Part("first", "What gave first",
                 [[element("h3", name), run_tables.first_to_give(run.frames, f"{letter}-")]
                  for name, run, letter in both]),
            Part("tables", "Tables",
                 [folded(name, run_report.tables(run, f"{letter}-")) for name, run, letter in both]),
            Part("parameters", "Parameters", parameters_of(one, other, names)),
            Part("made", "How it was made",
                 [*([element("h3", name), how_made.of_run(run.about, str(run.folder))] for name, run, _ in both),
                  how_made.of_report(command)]),
        ],
    )  # fmt: skip


def called(one: Run, other: Run) -> tuple[str, str]:
    """What the two are called: by what differs, or by folder where nothing does."""
    names = told_apart(one.about, other.about)
    if names[0] == names[1]:
        names = one.folder.resolve().name, other.folder.resolve().name
    return f"A: {names[0]}", f"B: {names[1]}"


def answer_of(one: Run, other: Run, names: tuple[str, str]) -> list[Child]:
    """What differs most, then each run's answer with the other to compare with."""
    parts: list[Child] = [
        answer.broken(dict(zip(names, (one, other), strict=True))),
        *pair_answer.paragraphs(one.frames, other.frames, names),
    ]
    cares = unlike(one, other)
    if cares:
        parts.append(element("div", [element("p", care) for care in cares], class_="doubts"))
    columns: list[list[Child]] = []
    for name, run, beside in ((names[0], one, other), (names[1], other, one)):
        verdicts = answer.of_run(run, related(run, beside), is_base=run is one)
        columns.append(
            [
                element("h3", name),
                element("p", in_short(run)),
                element("p", answer.counted(verdicts)) if verdicts else None,
                answer.listed(verdicts) if verdicts else None,
            ]
        )
    return [*parts, answer.beside(*columns)]


def related(run: Run, beside: Run) -> dict[str, Frames]:
    """The other run, by the name under which a scenario's outcomes compare with it."""
    if run.scenario is None or run.about["seed"] != beside.about["seed"] or run.about["days"] != beside.about["days"]:
        return {}
    for variant in run.scenario.variants:
        if beside.name == f"{run.name} - {variant}":  # with other parameters it is no variant of this run
            same = run.scenario.variant(variant).digest == beside.about["digest"]
            return {variant: beside.frames} if same else {}
    return {beside.name: beside.frames}


def unlike(one: Run, other: Run) -> list[str]:
    """What the two do not share beside their parameters, in sentences."""
    names = {"seed": "seeds", "users": "numbers of simulated users", "days": "lengths", "begin": "first days"}
    found = [
        f"The runs have different {text}: {one.about[key]} and {other.about[key]}."
        for key, text in names.items()
        if one.about[key] != other.about[key]
    ]
    if one.about["code"]["hash"] != other.about["code"]["hash"]:
        found.append("The runs were made by different code, which may be what makes them differ.")
    found += [
        f"{letter} is too short for a full answer: {run.about['days']:,.4g} of the {run.scenario.time.days:,.4g} "
        "days that its question is about."
        for run, letter in ((one, "A"), (other, "B"))
        if run.scenario is not None and answer.is_short(run)
    ]
    same = one.about["seed"] == other.about["seed"]
    alike = "the same seed draws the same users and luck in both" if same else "luck differs between them, too"
    return [*found, f"It is one run of each: {alike}, but only a batch over seeds shows how sure a difference is."]


def side_by_side(one: Frames, other: Frames, names: tuple[str, str]) -> Html:
    """Key figures of both, and how far B is from A."""
    rows: list[Row] = []
    for figure in figures(other, one):
        name, there, here, change, relative = figure.row
        share = figure.this / figure.last - 1.0 if figure.last else float("nan")
        rows.append(
            [
                name,
                Cell(here, figure.last),
                Cell(there, figure.this),
                Cell(change, figure.this - figure.last),
                Cell(relative, share),
            ]
        )
    heads = [word("figure"), Column(names[0]), Column(names[1]), Column("B less A"), Column("relative to A")]
    return Table("table-figures", "Key figures of both runs", heads, rows).html()


def together(one: Frames, other: Frames, names: tuple[str, str]) -> Html:
    """Both runs in the same panels."""
    frames = [frames["ticks"].assign(label=name, seed=0) for name, frames in zip(names, (one, other), strict=True)]
    if (one["ticks"]["time"].iloc[0], other["ticks"]["time"].iloc[0]) != (frames[0]["time"].iloc[0],) * 2:
        frames[1] = frames[1].assign(time=frames[1]["time"] - frames[1]["time"].iloc[0] + frames[0]["time"].iloc[0])
    ticks = pd.concat(frames, ignore_index=True)
    cards = []
    for number, path in enumerate(batch_dashboard.THROUGH_TIME):
        data = replace(time_paths.data(path.added_to(ticks), value=path.value), note="")
        said = path.value.label
        shows = f"{said[0].upper()}{said[1:]} over time, in both runs."
        size = (chart_cards.COLUMN, 3.6)
        cards.append(chart_cards.card(time_paths, data, f"together-{number}", path.title, shows, size).html(3))
    return element("div", cards, class_="cards")


def groups(one: Run, other: Run, names: tuple[str, str]) -> list[Child]:
    """Every chart of A with that of B beside it."""
    pairs = zip(run_report.pictures(one, "A-"), run_report.pictures(other, "B-"), strict=True)
    parts: list[Child] = [element("p", SCALES, class_="note")]
    for (_, here), (_, there) in pairs:
        cards = [one.titled(f"{one.title}, {name}").html(4) for one, name in ((here, names[0]), (there, names[1]))]
        head = [element("h3", here.title), element("p", here.shows, class_="shows")]
        parts.append(element("div", head, element("div", cards, class_="cards"), class_="pair"))
    return parts


def parameters_of(one: Run, other: Run, names: tuple[str, str]) -> list[Child]:
    """What differs between the two, then what each is made of."""
    parts: list[Child] = []
    if one.scenario is not None and other.scenario is not None:
        parts.append(parameter_tables.changed(other.scenario, "between", one.scenario, names[0], names[1]))
    for name, run, prefix in ((names[0], one, "A-"), (names[1], other, "B-")):
        parts += [element("h3", name), run_report.parameters_of(run, prefix)]
    return parts
