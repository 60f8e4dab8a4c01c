"""What a run is called wherever it is shown: its scenario, what was changed in it, and a length of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Changes that are named; the rest are counted.
MOST_NAMED: Final = 4
#: Letters of a value that are written.
MOST_LETTERS: Final = 30

type About = Mapping[str, Any]


def called(about: About) -> str:
    """In words: 'baseline-2026, demand.growth 5, supply.growth 3, 364 days'; ``about``: what run.json says."""
    return ", ".join([str(about["scenario"]), *_named(_changes(about)), *_length(about)])


def title(about: About) -> str:
    """The question, where it was asked of just this; else what the run is, since that is another question."""
    return str(about["question"]) if about["own_question"] and not _length(about) else called(about)


def first_line(about: About) -> str:
    """What the run is, where the title does not say it; and what its scenario asks, where the title is not that."""
    if title(about) == about["question"]:
        return f"scenario {called(about)}"
    return f"made from {about['scenario']}, which asks: {about['question']}"


def told_apart(one: About, other: About) -> tuple[str, str]:
    """Two runs named by what differs between them; both names are the same where nothing does."""
    here, there = _changes(one), _changes(other)
    names = []
    for about, mine, others in ((one, here, there), (other, there, here)):
        own = {path: text for path, text in mine.items() if others.get(path) != text}
        parts = [str(about["scenario"]), *_named(own)]
        parts += [text for key, text in _size(about).items() if text != _size(other if about is one else one)[key]]
        names.append(", ".join(parts))
    return names[0], names[1]


def _size(about: About) -> dict[str, str]:
    """Length, users, seed and first day in words."""
    return {
        "days": _days(about),
        "users": f"{about['users']:,} users",
        "seed": f"seed {about['seed']}",
        "begin": f"from {str(about['begin'])[:10]}",
    }


def _changes(about: About) -> dict[str, str]:
    return {path: f"{path} {_written(value)}" for path, value in about["changes"].items()}


def _named(changes: Mapping[str, str]) -> list[str]:
    texts = list(changes.values())
    more = len(texts) - MOST_NAMED
    if more <= 0:
        return texts
    return [*texts[:MOST_NAMED], f"{more} more change{'s' if more > 1 else ''}"]


def _length(about: About) -> list[str]:
    return [] if about["days"] == about["own_days"] else [_days(about)]


def _days(about: About) -> str:
    if about["days"] < 1:
        return f"{24 * about['days']:.3g} h"
    return f"{about['days']:,.4g} day{'' if about['days'] == 1 else 's'}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = f"{value:,.6g}" if isinstance(value, int | float) else str(value)
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 3]}..."
