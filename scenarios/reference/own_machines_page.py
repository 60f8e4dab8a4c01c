"""Prints docs/reference/own-machines.md: what a chip, an architecture and a request of one's own may say.

Run: ``python -m scenarios.reference.own_machines_page > docs/reference/own-machines.md``
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any, Final

from capacity.architecture import Architecture, Experts, Layers
from capacity.attention import GQA, MLA, Indexer, Linear
from capacity.chips import Chip
from capacity.fields import Described, fields_of
from capacity.workload import Speculation, Workload
from scenarios.parameters.kinds import allowed

HEAD: Final = """# Chips, architectures and requests of one's own: every field

What a [file of one's own](../how-to/add-a-chip.md#from-a-file), or a scenario's, may say of them. Numbers out of
bounds, fields that are not there and fields that are missing are refused in one line.

This page is printed by `python -m scenarios.reference.own_machines_page`.
"""
#: How each is written in a file, and its class.
TABLES: Final[tuple[tuple[str, type], ...]] = (
    ("`[chips.NAME]`", Chip),
    ("`[architectures.NAME]`", Architecture),
    ('`attention = {kind = "gqa", ...}`', GQA),
    ('`attention = {kind = "mla", ...}`', MLA),
    ('`attention = {kind = "linear", ...}`', Linear),
    ("`index = {...}` of an MLA", Indexer),
    ("`experts = {...}`", Experts),
    ("each of `other_layers = [{...}]`", Layers),
    ("`[workloads.NAME]`", Workload),
    ("`decoding = {...}` of a workload", Speculation),
)


def page() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *(line for title, kind in TABLES for line in _table(title, kind))])


def _table(title: str, kind: type) -> Iterator[str]:
    about = " ".join((kind.__doc__ or "").split("\n\n", maxsplit=1)[0].split()).replace("``", "`")
    yield from (
        f"## {title}",
        "",
        about,
        "",
        "| field | unit | what it is | what it may be | unless given |",
        "|---|---|---|---|---|",
    )
    for field in fields_of(kind):
        if field.name != "name":
            yield f"| `{field.name}` | {field.unit} | {field.meaning} | {_may_be(field)} | {_default(field)} |"
    yield ""


def _may_be(field: Described) -> str:
    words = {
        "text": "a text",
        "texts": "a list of texts",
        "inner": "a table",
        "inner list": "a list of tables",
        "numbers by name": "numbers by name",
    }
    return words.get(field.sort) or allowed(field)


def _default(field: Described) -> str:
    if field.name == "title":
        return "the name"
    if field.required or field.name == "source":
        return "must be given"
    value: Any = field.default
    if value is None or value in ("", ()):
        return ""
    return "inf" if value == math.inf else f"{value:g}" if isinstance(value, float) else f"{value}"


if __name__ == "__main__":
    sys.stdout.write(page())
