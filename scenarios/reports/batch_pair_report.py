"""Two batches side by side."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from scenarios.batches.analysis import over_seeds
from scenarios.reports import answer, batch_answer, batch_report, batch_tables, how_made
from scenarios.reports.html import Child, element, folded
from scenarios.reports.measured_numbers import change, pair
from scenarios.reports.page import Page, Part
from scenarios.results.measures import meaning

if TYPE_CHECKING:
    from scenarios.reports.subject import BatchOf

NOTHING: Final = "The two batches have no case in common, so there are no differences to show."
#: Differences that are told in words.
MOST_TOLD: Final = 4


def page(one: BatchOf, other: BatchOf, command: str) -> Page:
    """The page of two batches."""
    names = called(one, other)
    both = list(zip(names, (one, other), ("A-", "B-"), strict=True))
    question = one.question if one.question == other.question else f"{names[0]} against {names[1]}"
    return Page(
        question,
        [f"{name}  ·  {batch_report.subtitle(batch)}" for name, batch, _ in both],
        f"Report of two batches of tokenmarket: {names[0][3:]} and {names[1][3:]}",
        [
            Part("answer", "Answer", answer_of(one, other, names)),
            Part("figures", "Key figures",
                 [[element("h3", name), batch_report.figures(batch)] for name, batch, _ in both]),
            Part("differences", "Differences", tables(one, other, names)),
            Part("charts", "Charts", [charts_of(name, batch, prefix) for name, batch, prefix in both]),
            Part("tables", "Tables", [
                folded(name, batch_tables.of_batch(batch, batch_report.compared(batch), prefix))
                for name, batch, prefix in both]),
            Part("parameters", "Parameters", [
                folded(name, batch_report.parameters_of(batch, prefix)) for name, batch, prefix in both]),
            Part("made", "How it was made", [
                *([element("h3", name), batch_report.made_of(batch)] for name, batch, _ in both),
                how_made.of_report(command)]),
        ],
    )  # fmt: skip


def called(one: BatchOf, other: BatchOf) -> tuple[str, str]:
    """What the two are called: by name, or by folder where that is the same."""
    names = (one.name, other.name)
    if names[0] == names[1]:
        names = one.folder.resolve().name, other.folder.resolve().name
    return f"A: {names[0]}", f"B: {names[1]}"


def charts_of(name: str, batch: BatchOf, prefix: str) -> list[Child]:
    """The charts of one of them."""
    cards = [picture.html(4) for picture in batch_report.pictures(batch, prefix)]
    return [element("h3", name), element("div", cards, class_="cards")]


def shared(one: BatchOf, other: BatchOf) -> list[str]:
    """Cases that both have."""
    there = set(other.summaries["label"])
    return [label for label in dict.fromkeys(one.summaries["label"]) if label in there]


@cache
def compared(one: BatchOf, other: BatchOf, label: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Means of a case over the seeds that both have, and how B differs from A, seed by seed."""
    parts = [
        batch.summaries[batch.summaries["label"] == label].assign(label=letter)
        for batch, letter in ((one, "A"), (other, "B"))
    ]
    seeds = set(parts[0]["seed"]) & set(parts[1]["seed"])
    parts = [part[part["seed"].isin(seeds)] for part in parts] if seeds else parts
    columns = [name for name in parts[0].columns if name in parts[1].columns]
    rows = pd.concat([part[columns] for part in parts], ignore_index=True)
    rows = rows.drop(columns=over_seeds.inputs_in(rows))
    return over_seeds.summary(rows), over_seeds.differences(rows, "A")


def answer_of(one: BatchOf, other: BatchOf, names: tuple[str, str]) -> list[Child]:
    """How the cases that both have differ, and how each batch came out."""
    labels = shared(one, other)
    parts: list[Child] = [_differences_in_words(one, other, label) for label in labels[:MOST_TOLD]]
    if not labels:
        parts.append(element("p", f"{NOTHING} Each batch is answered on its own below.", class_="lead"))
    cares = []
    if labels and set(one.study.seeds) != set(other.study.seeds):
        cares.append(
            "The batches have different seeds; differences, and the values beside them, are over the seeds that "
            "both have."
        )
    if one.about["code"]["hash"] != other.about["code"]["hash"]:
        cares.append("The batches were made by different code, which may be what makes them differ.")
    if (one.study.users, one.study.days) != (other.study.users, other.study.days):
        cares.append("The batches differ in their simulated users or in the length of their runs.")
    if cares:
        parts.append(element("div", [element("p", care) for care in cares], class_="doubts"))
    for name, batch in zip(names, (one, other), strict=True):
        verdicts = batch_answer.of_batch(batch)
        parts += [
            element("h3", name),
            element("p", answer.counted(verdicts, "This batch")) if verdicts else None,
            answer.listed(verdicts) if verdicts else element("p", "Its scenarios name no outcome."),
        ]
    return parts


def _differences_in_words(one: BatchOf, other: BatchOf, label: str) -> Child:
    """In how many measures of a case B differs for sure, and in which most."""
    said, most = _differing(one, other, label)
    return [
        element("p", f"{one.short[label]}: {said}", class_="lead"),
        element("ul", [element("li", text) for text in most]) if most else None,
    ]


def _differing(one: BatchOf, other: BatchOf, label: str) -> tuple[str, list[str]]:
    means, gaps = compared(one, other, label)
    level = f"{100 * over_seeds.LEVEL:.0f} %"
    if not gaps["seeds"].max() > 0:
        return "A and B have no seed in common, so there are no differences to show.", []
    sure = gaps[(gaps["low"] > 0) | (gaps["high"] < 0)]
    sure = sure[sure["relative"].abs() < math.inf].sort_values("relative", key=lambda column: -column.abs())
    if sure.empty:
        return f"no measure is told apart in A and B by the {level} intervals over the seeds that both have.", []
    wide = means.pivot_table(index="measure", columns="label", values="mean")
    most = []
    for row in sure.head(MOST_TOLD).to_dict("records"):
        measure = str(row["measure"])
        here, there = float(wide["A"].loc[measure]), float(wide["B"].loc[measure])
        old, new = pair(measure, here, there)
        name = meaning(measure)
        most.append(f"{name[0].upper()}{name[1:]}: {old} in A, {new} in B{change(measure, there, here)}.")
    return f"B differs from A, by {level} intervals, in {len(sure)} of {len(gaps)} measures, and most in:", most


def tables(one: BatchOf, other: BatchOf, names: tuple[str, str]) -> list[Child]:
    """Every measure of the cases that both have."""
    parts: list[Child] = [element("p", f"A is {names[0][3:]}, B is {names[1][3:]}.")]
    for number, label in enumerate(shared(one, other)[: batch_tables.MOST_LISTED // 10]):
        means, gaps = compared(one, other, label)
        table: Any = batch_tables.means(
            f"differences-{number}", f"{one.short[label]}: B against A", means, gaps, "label", "A"
        )
        parts.append(table if number == 0 else folded(one.short[label], table))
    return parts if len(parts) > 1 else [*parts, element("p", NOTHING)]
