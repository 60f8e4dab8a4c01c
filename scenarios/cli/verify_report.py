"""The checks as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from scenarios.verification.check import CheckRow


def records(rows: Sequence[CheckRow]) -> list[dict[str, Any]]:
    """Plain values for machines; an error that is no number becomes None."""
    return [asdict(row) | {"error": row.error if row.error < float("inf") else None} for row in rows]


def summary(rows: Sequence[CheckRow]) -> Text:
    """One line: how many came out."""
    missed = [row for row in rows if not row.passed]
    if not missed:
        return Text(f"{len(rows)} answers of {counted(rows)}: all as theory says", style="green")
    names = ", ".join(dict.fromkeys(row.check for row in missed))
    return Text(f"{len(missed)} of {len(rows)} answers missed, in: {names}", style="bold red")


def counted(rows: Sequence[CheckRow]) -> str:
    """How many checks there are of the market, and of formulas."""
    tests = {row.check: row.tests for row in rows}
    market = sum(one == "market" for one in tests.values())
    return f"{len(tests)} checks ({market} set up the market, {len(tests) - market} test a formula)"


#: Characters from which on a line has room for a quantity beside its numbers.
WIDE = 64


def report(rows: Sequence[CheckRow], width: int = WIDE) -> RenderableType:
    """Every answer: expected, found, error, allowed, pass or miss, under the theory it belongs to.

    ``width``: of the terminal; in a narrow one each answer has lines of its own.
    """
    answers = _answers if width >= WIDE else _answers_below
    parts: list[RenderableType] = []
    for check in dict.fromkeys(row.check for row in rows):
        of_check = [row for row in rows if row.check == check]
        heading = Text(of_check[0].theory, style="bold")
        parts += [heading, Text(f"{check}: {of_check[0].source}", style="dim"), answers(of_check), Text("")]
    return Group(*parts, summary(rows))


def _answers(rows: Sequence[CheckRow]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), expand=True)
    table.add_column("Quantity", ratio=1)
    for name, width in (("Expected", 9), ("Found", 9), ("Error", 5), ("Allowed", 7)):
        table.add_column(name, justify="right", no_wrap=True, width=width)
    table.add_column("", width=4)
    for row in rows:
        table.add_row(Text(row.quantity), *_numbers(row), _verdict(row))
    return table


def _answers_below(rows: Sequence[CheckRow]) -> Text:
    """The same where a line is too short for a table: what is told, and below it the numbers."""
    told = Text()
    for row in rows:
        expected, found, error, allowed = _numbers(row)
        told.append_text(Text(f"{row.quantity}: ")).append_text(_verdict(row))
        told.append(f"\n  {found}, expected {expected}\n  error {error}, allowed {allowed}\n")
    return told


def _numbers(row: CheckRow) -> tuple[str, str, str, str]:
    return f"{row.expected:.6g}", f"{row.found:.6g}", f"{row.error:.0e}", f"{row.tolerance:.0e}"


def _verdict(row: CheckRow) -> Text:
    return Text("pass", style="green") if row.passed else Text("MISS", style="bold red")


def markdown(rows: Sequence[CheckRow]) -> str:
    """The same as a table in Markdown, one line an answer, for the documentation."""
    lines = ["| theory | quantity | expected | found | error | allowed | |", "|---|---|---:|---:|---:|---:|---|"]
    last = ""
    for row in rows:
        theory = f"{row.theory} [{row.source}]" if row.check != last else ""
        last = row.check
        lines.append(
            f"| {theory} | {row.quantity} | {row.expected:.6g} | {row.found:.6g} | {row.error:.0e} | "
            f"{row.tolerance:.0e} | {'pass' if row.passed else '**miss**'} |"
        )
    return "\n".join(lines)
