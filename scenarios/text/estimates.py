"""Estimates as people write them: a mean with half its interval."""

from __future__ import annotations

import math
from typing import Any, Final

#: Digits that half an interval is written with.
DIGITS: Final = 2


def value_in_words(value: Any) -> str:
    """A value of a column as people write it."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def with_half(mean: float, half: float, *, sign: bool = False) -> str:
    """A mean with half its interval: 1.542 ± 0.012."""
    plus = "+" if sign else ""
    if not math.isfinite(mean):
        return "-"
    if not math.isfinite(half) or half <= 0 or abs(mean) >= 1e12 or max(abs(mean), half) < 1e-4:
        return f"{mean:{plus}.4g}" + (f" ± {half:.2g}" if math.isfinite(half) and half > 0 else "")
    # As many decimals as half the interval has two digits for.
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(half)))
    if decimals > 6:
        return f"{mean:{plus}.4g} ± {half:.2g}"
    return f"{mean:{plus},.{decimals}f} ± {half:,.{decimals}f}"


def seeds_above(up: int, down: int, seeds: int) -> str:
    """In how many seeds something is higher: 3 of 4; those in which nothing differs are told: 2 of 4, 1 alike."""
    alike = seeds - up - down
    if not alike:
        return f"{up} of {seeds}"
    return "all alike" if alike == seeds else f"{up} of {seeds}, {alike} alike"
