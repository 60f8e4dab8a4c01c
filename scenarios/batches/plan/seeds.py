"""Which seeds: how many, or which ones."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Final

from capacity.errors import InputError, require_whole

type Seeds = int | str | Sequence[int]

MOST_SEEDS: Final = 100_000


def seeds_of(given: Seeds, where: str = "--seeds") -> tuple[int, ...]:
    """Seeds: ``32`` is 1 to 32, ``1,5,9`` just these, ``10-20`` from one to another."""
    if isinstance(given, str):
        return _read(given, where)
    if isinstance(given, Sequence):
        return tuple(_index(one, where) for one in given)
    return tuple(range(1, require_whole(where, given, at_least=1, at_most=MOST_SEEDS) + 1))


def _index(seed: object, where: str) -> int:
    # Large seeds keep every digit: no way through float. numpy's numbers are welcome.
    try:
        return operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(f"{where} names {seed!r}, but a seed is a whole number") from None


def _read(text: str, where: str) -> tuple[int, ...]:
    made: list[int] = []
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        span = re.fullmatch(r"(\d{1,19})(?:\s*-\s*(\d{1,19}))?", part)
        if span is None:
            raise InputError(
                f"{where} is '{text}', but must be how many (32), which (1,5,9) or from one to another (10-20)"
            )
        first = int(span[1])
        last = first if span[2] is None else int(span[2])
        if last < first:
            raise InputError(f"{where} is '{text}', but {part} runs backwards")
        if last - first >= MOST_SEEDS:
            raise InputError(f"{where} is '{text}', but at most {MOST_SEEDS:,} seeds are taken")
        made += range(first, last + 1)
    if len(parts) == 1 and "-" not in text:
        return seeds_of(made[0], where)
    return tuple(made)
