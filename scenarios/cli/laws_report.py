"""Laws kept and broken, as a table, and every broken one in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from market.kinds import Kind, called
from scenarios.laws.law import Broken
from scenarios.laws.run import Verdict


def nothing_to_try(file: Path, kinds: Sequence[type[Kind]], bases: Sequence[type[Kind]]) -> str:
    """Why there is nothing to hold a file to, on one line."""
    known = ", ".join(called(base) for base in bases)
    if not kinds:
        return f"{file}: adds nothing to hold to a law: a class below one of these would be: {known}"
    names = ", ".join(f"'{called(cls)}'" for cls in kinds)
    return f"{file}: there are no laws for {names}; there are for: {known}"


def record(path: Path, sha256: str, verdicts: Sequence[Verdict], without: Sequence[type[Kind]]) -> dict[str, Any]:
    """Plain values for machines."""
    return {
        "file": str(path),
        "sha256": sha256,
        "broken": sum(verdict.broken is not None for verdict in verdicts),
        "laws": [
            {
                "name": verdict.behaviour,
                "kind": verdict.kind,
                "law": verdict.law,
                "kept": verdict.broken is None,
                "given": dict(verdict.broken.given) if verdict.broken else None,
                "came_out": verdict.broken.words if verdict.broken else None,
            }
            for verdict in verdicts
        ],
        "without_laws": [called(cls) for cls in without],
    }


def report(file: Path, verdicts: Sequence[Verdict], without: Sequence[type[Kind]]) -> RenderableType:
    """A table of laws by behaviours, for each kind; what broke; and how many."""
    kinds = dict.fromkeys(verdict.kind for verdict in verdicts)
    parts: list[RenderableType] = [_table(kind, [v for v in verdicts if v.kind == kind]) for kind in kinds]
    broken = [(verdict, verdict.broken) for verdict in verdicts if verdict.broken is not None]
    for verdict, how in broken:
        parts += _broken(verdict, how)
    if without:
        parts.append(Text(f"no laws for: {', '.join(called(cls) for cls in without)}", style="dim"))
    parts.append(_summary(file, len(verdicts), len(broken)))
    return Group(*parts)


def _table(kind: str, verdicts: Sequence[Verdict]) -> Table:
    names = list(dict.fromkeys(verdict.behaviour for verdict in verdicts))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(kind, overflow="fold")
    for name in names:
        table.add_column(name, overflow="fold")
    found = {(verdict.law, verdict.behaviour): verdict for verdict in verdicts}
    for law in dict.fromkeys(verdict.law for verdict in verdicts):
        table.add_row(law, *(_cell(found.get((law, name))) for name in names))
    return table


def _cell(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("does not apply", style="dim")
    return Text("kept", style="green") if verdict.broken is None else Text("BROKEN", style="bold red")


def _broken(verdict: Verdict, how: Broken) -> list[RenderableType]:
    given = [Text(f"    {name.replace('_', ' ')}: {words}") for name, words in how.given.items()]
    return [
        Text(f"{verdict.behaviour} breaks a law ({verdict.kind})", style="bold"),
        Text(f"  should hold: {verdict.law}"),
        Text(f"  came out: {how.words}"),
        Text("  given:" if given else "  given: what this law always tries"),
        *given,
        Text(""),
    ]


def _summary(file: Path, tried: int, broken: int) -> Text:
    if broken:
        return Text(f"{file}: {broken} of {tried} laws broken", style="bold red")
    return Text(f"{file}: all {tried} laws kept", style="green")
