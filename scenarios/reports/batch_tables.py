"""The tables of a batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from scenarios.batches.analysis.over_seeds import differences, summary
from scenarios.batches.comparison import Comparison
from scenarios.reports.html import Child, Html, element, folded
from scenarios.reports.html_table import Cell, Column, Row, Table, word
from scenarios.reports.measured_numbers import NONE, estimate, relative, scale, unit
from scenarios.reports.parameter_tables import written
from scenarios.results.measures import meaning
from scenarios.text.estimates import seeds_above, value_in_words

if TYPE_CHECKING:
    from scenarios.reports.subject import BatchOf

#: More cases, or runs that failed, than these are not listed.
MOST_LISTED: Final = 100
#: More rows than these are too many to be read, or for the size of the page.
MOST_ROWS: Final = 1_500
#: Up to so many cases stand beside each other.
BESIDE: Final = 2
#: Difference, relative difference and seeds above, where there are none.
BASE: Final = (Cell(NONE, math.nan),) * 3


def of_batch(batch: BatchOf, found: Comparison, prefix: str = "") -> list[Child]:
    """Measures that answer the question, then all of them, then runs that failed."""
    first = means(
        f"{prefix}table-answers", "Measures that answer the question", found.means, found.gaps, found.by, found.against
    )
    parts: list[Child] = [first]
    every = summary(batch.rows, by=found.by)
    if len(every) <= MOST_ROWS:
        gaps = differences(batch.rows, found.against, by=found.by)
        table = means(f"{prefix}table-all", "All measures", every, gaps, found.by, found.against)
        parts.append(folded(f"All {every['measure'].nunique()} measures", table))
    if batch.failed:
        parts.append(_failed(batch, prefix))
    return parts


def means(name: str, caption: str, found: Any, gaps: Any, by: str, against: Any) -> Html:
    """Means with intervals, and differences from one of the cases: a row a measure, or a case where they are many."""
    found = found[found.groupby("measure")["mean"].transform("count") > 0]
    groups = list(dict.fromkeys([against, *found[by]]))
    sizes = {
        str(measure): scale(str(measure)) * float(part["mean"].abs().max())
        for measure, part in found.groupby("measure", sort=False)
    }
    cells = {(row[by], row["measure"]): _mean(row, sizes) for row in found.to_dict("records")}
    gaps = gaps[gaps["measure"].isin(list(sizes))]
    changes = {(row[by], row["measure"]): _gap(row, sizes) for row in gaps.to_dict("records")}
    heads = [Column("difference"), Column("relative"), Column("higher in")]
    if len(groups) <= BESIDE:
        rows: list[Row] = [
            [
                Cell(titled(measure), measure),
                *(cells.get((group, measure), BASE[0]) for group in groups),
                *(cell for group in groups[1:] for cell in changes.get((group, measure), BASE)),
            ]
            for measure in sizes
        ]
        columns = [
            word("measure"),
            *(Column(value_in_words(group)) for group in groups),
            *heads[: 3 * (len(groups) - 1)],
        ]
        return Table(name, caption, columns, rows, note=_note(found, against, len(groups))).html()
    several: list[tuple[Child, list[Row]]] = [
        (
            titled(measure),
            [
                [value_in_words(group), cells.get((group, measure), BASE[0]), *changes.get((group, measure), BASE)]
                for group in groups
            ],
        )
        for measure in sizes
    ]
    columns = [word("case" if by == "label" else by), Column("mean"), *heads]
    return Table(name, caption, columns, groups=several, note=_note(found, against, len(groups))).html()


def titled(measure: str) -> Child:
    """What a measure says, with its unit."""
    behind = unit(measure)
    return [meaning(measure), element("span", f" [{behind}]", class_="unit") if behind else None]


def _note(found: Any, against: Any, count: int) -> str:
    seeds = sorted(set(found["seeds"]) - {0}) or [0]
    over = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"{seeds[0]}"
    if seeds[-1] < 2:
        note = "Each value is that of one seed."
    else:
        note = f"± is half the 90 % interval of a mean over {over} seeds (Student's t)."
    if count < 2:
        return note
    return (
        f"{note} Differences are from {value_in_words(against)}, taken seed by seed, since a seed draws the same users "
        "and luck in every case; 0 is one that rounds to nothing beside the values."
    )


def _mean(row: Any, sizes: dict[str, float]) -> Cell:
    measure = str(row["measure"])
    mean, half = scale(measure) * row["mean"], scale(measure) * (row["high"] - row["mean"])
    return Cell(estimate(mean, half, sizes[measure]), mean)


def _gap(row: Any, sizes: dict[str, float]) -> tuple[Cell, Cell, Cell]:
    measure = str(row["measure"])
    gap, half = scale(measure) * row["difference"], scale(measure) * (row["high"] - row["difference"])
    share = float(row["relative"])
    return (
        Cell(estimate(gap, half, sizes[measure], sign=True), gap),
        Cell(relative(1.0 + share, 1.0), share),
        Cell(seeds_above(row["up"], row["down"], row["seeds"]) if row["seeds"] else NONE, float(row["up"])),
    )


def cases(batch: BatchOf, prefix: str = "") -> Child:
    """What was run: each case with what it changes."""
    every = batch.study.cases
    rows: list[Row] = [
        [batch.short.get(case.label, case.label), case.key, Cell(_changes(case), mark="value")]
        for case in every[:MOST_LISTED]
    ]
    more = len(every) - len(rows)
    note = f"{more:,} more cases are not listed here; study/cases.csv in the folder has them all." if more else ""
    return Table(
        f"{prefix}table-cases", "Cases", [word("case"), word("starts from"), word("changes")], rows, note
    ).html()


def _changes(case: Any) -> Child:
    if not case.changes:
        return "none"
    return [[element("code", path), f" = {written(value)}; "] for path, value in case.changes.items()]


def _failed(batch: BatchOf, prefix: str) -> Html:
    runs = batch.batch.runs
    failed = runs[runs["status"] == "failed"].head(MOST_LISTED)
    rows: list[Row] = [
        [
            Cell(str(row["run"]), float(row["run"])),
            str(row["label"]),
            Cell(str(row["seed"]), float(row["seed"])),
            Cell(str(row["error"]), mark="value"),
        ]
        for row in failed.to_dict("records")
    ]
    return Table(
        f"{prefix}table-failed", "Runs that failed", [Column("run"), word("case"), Column("seed"), word("error")], rows
    ).html()
