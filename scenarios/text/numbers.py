"""Numbers as people read them, in tables and on axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final


def short_number(value: float) -> str:
    """Write a number as people read it: 1,200, 45k, 3.4M, 21.9B, 5T."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if abs(value) >= size * 0.9995:
            return f"{value / size:.3g}{letter}" if abs(value) < 1e15 else f"{value / size:,.0f}{letter}"
    if abs(value) >= 9_999.5:
        return f"{value / 1e3:.3g}k"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


#: Numbers are told apart if they differ by more than this share of their range.
APART: Final = 1 / 200
MOST_DIGITS: Final = 9


def told_apart(values: Sequence[float]) -> list[str]:
    """Write numbers as people read them, with as many digits more as it takes for different ones to look different."""
    step = (max(values, default=0.0) - min(values, default=0.0)) * APART
    different = len({round(value / step) for value in values}) if step > 0 else 1
    texts, digits = [short_number(value) for value in values], 3
    while len(set(texts)) < different and digits < MOST_DIGITS:
        digits += 1
        texts = [f"{value:,.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}" for value in values]
    return texts


def money(value: float) -> str:
    """Dollars as people write them: $1.25, $3.4M; no number is a dash."""
    if not math.isfinite(value):
        return "-"
    sign = "-" if value < 0 else ""
    return f"{sign}${short_number(abs(value))}" if abs(value) >= 1000 else f"{sign}${abs(value):,.2f}"
