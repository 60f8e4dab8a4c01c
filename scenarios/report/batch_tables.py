"""The tables of a batch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from scenarios.batch.analysis import differences, summary
from scenarios.batch.comparison import Comparison
from scenarios.batch.comparison_text import shown, with_half
from scenarios.report.html import Child, Html, element, folded
from scenarios.report.numbers import NONE, meaning, percent, scale, unit
from scenarios.report.parameters import written
from scenarios.report.tables import Cell, Column, Row, Table, word

if TYPE_CHECKING:
    from scenarios.report.subject import BatchOf

#: More cases, or runs that failed, than these are not listed.
MOST_LISTED: Final = 100
#: More rows than these are too many to be read, or for the size of the page.
MOST_ROWS: Final = 1_500


def of_batch(batch: BatchOf, found: Comparison, prefix: str = "") -> list[Child]:
    """Measures that answer the question, then all of them, then runs that failed."""
    first = means(f"{prefix}table-answers", "Measures that answer the question", found.means, found.gaps, found.by,
                  found.against)  # fmt: skip
    parts: list[Child] = [first]
    every = summary(batch.summaries, by=found.by)
    if len(every) <= MOST_ROWS:
        gaps = differences(batch.summaries, found.against, by=found.by)
        table = means(f"{prefix}table-all", "All measures", every, gaps, found.by, found.against)
        parts.append(folded(f"All {every['measure'].nunique()} measures", table))
    if batch.failed:
        parts.append(_failed(batch, prefix))
    return parts


def means(name: str, caption: str, found: Any, gaps: Any, by: str, against: Any) -> Html:
    """Means with intervals, and differences from one of the cases."""
    changes = {(row[by], row["measure"]): row for row in gaps.to_dict("records")}
    rows: list[Row] = []
    for row in found.to_dict("records"):
        measure = str(row["measure"])
        times = scale(measure)
        gap = changes.get((row[by], row["measure"]))
        rows.append([
            Cell(meaning(measure), measure), Cell(shown(row[by]), mark="short"), unit(measure) or "ratio",
            Cell(with_half(times * row["mean"], times * (row["high"] - row["mean"])).replace("-", "−"),
                 times * row["mean"]), Cell(f"{row['seeds']}", float(row["seeds"])), *_gap(gap, times),
        ])  # fmt: skip
    one = f"from {shown(against)}"
    heads = [word("measure"), word("case" if by == "label" else by), word("unit"), Column("mean"), Column("seeds"),
             Column(f"difference {one}"), Column("relative"), Column("higher in")]  # fmt: skip
    note = ("± is half the 90 % interval of a mean over seeds (Student's t). Differences are taken seed by seed, since "
            "a seed draws the same users and luck in every case.")  # fmt: skip
    return Table(name, caption, heads, rows, note).html()


def _gap(row: Any, times: float) -> tuple[Cell, Cell, Cell]:
    if row is None:
        return Cell(NONE, math.nan), Cell(NONE, math.nan), Cell(NONE, math.nan)
    text = with_half(times * row["difference"], times * (row["high"] - row["difference"]), sign=True)
    return (
        Cell(text.replace("-", "−"), times * row["difference"]),
        Cell(percent(row["relative"], "+"), float(row["relative"])),
        Cell(f"{row['up']} of {row['seeds']}", float(row["up"])),
    )


def cases(batch: BatchOf, prefix: str = "") -> Child:
    """What was run: each case with what it changes."""
    every = batch.study.cases
    rows: list[Row] = [[case.label, case.key, Cell(_changes(case), mark="value")] for case in every[:MOST_LISTED]]
    more = len(every) - len(rows)
    note = f"{more:,} more cases are not listed here; study/cases.csv in the folder has them all." if more else ""
    return Table(f"{prefix}table-cases", "Cases", [word("case"), word("starts from"), word("changes")], rows,
                 note).html()  # fmt: skip


def _changes(case: Any) -> Child:
    if not case.changes:
        return "none"
    return [[element("code", path), f" = {written(value)}; "] for path, value in case.changes.items()]


def _failed(batch: BatchOf, prefix: str) -> Html:
    runs = batch.batch.runs
    failed = runs[runs["status"] == "failed"].head(MOST_LISTED)
    rows: list[Row] = [
        [Cell(str(row["run"]), float(row["run"])), str(row["label"]), Cell(str(row["seed"]), float(row["seed"])),
         Cell(str(row["error"]), mark="value")]
        for row in failed.to_dict("records")
    ]  # fmt: skip
    return Table(f"{prefix}table-failed", "Runs that failed",
                 [Column("run"), word("case"), Column("seed"), word("error")], rows).html()  # fmt: skip
