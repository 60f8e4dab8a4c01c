"""Prints docs/reference/events.md: which kinds of events there are, and what each may say.

Run: ``python -m scenarios.reference.events_page > docs/reference/events.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from market.events import Event
from market.kinds import kinds_of
from scenarios.parameters.events import EventChoice
from scenarios.parameters.kinds import allowed, settable

HEAD: Final = """# Events: every kind and field

What an entry of `[[events]]` may say ([how to write them](../how-to/write-events.md)). A field of another kind is
refused, and so are numbers out of bounds.

This page is printed by `python -m scenarios.reference.events_page`.
"""
#: Whom the names in ``of`` may be of, by what a kind acts on.
ACTS_ON: Final = {
    "offers": "offers, models, or sellers for all that they sell",
    "machines": "owners of machines for rent, or sellers, for machines of their own",
    "owners": "owners of machines for rent",
}


def page() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *_of_all(), *_kinds(), *_numbers()])


def _of_all() -> Iterator[str]:
    yield from ("## What all have", "", "| field | unit | what it is | unless given |", "|---|---|---|---|")
    for name, field in EventChoice.model_fields.items():
        extra: Any = field.json_schema_extra
        unit = extra["unit"]
        meaning = (field.description or "").removesuffix(f" [{unit}]")
        yield f"| `{name}` | {unit} | {meaning} | {_default(... if field.is_required() else field.default)} |"
    yield ""


def _kinds() -> Iterator[str]:
    yield from ("## Kinds", "", "| kind | what it does | `of` names | fields of its own |", "|---|---|---|---|")
    for kind, cls in kinds_of(Event).items():
        own = ", ".join(f"`{name}`" for name in settable(cls)) or "none"
        yield f"| `{kind}` | {cls.about} | {ACTS_ON[cls.acts_on]} | {own} |"
    yield ""


def _numbers() -> Iterator[str]:
    head = "| kind | field | unit | what it is | what it may be | unless given |"
    yield from ("## Fields of a kind's own", "", head, "|---|---|---|---|---|---|")
    for kind, cls in kinds_of(Event).items():
        for one in settable(cls).values():
            cells = (f"`{kind}`", f"`{one.name}`", one.unit, one.meaning, allowed(one), _default(one.shipped))
            yield f"| {' | '.join(cells)} |"
    yield ""


def _default(value: Any) -> str:
    if value is ...:
        return "must be given"
    return f"{value:g}" if isinstance(value, float) else f"{value}" if value else ""


if __name__ == "__main__":
    sys.stdout.write(page())
