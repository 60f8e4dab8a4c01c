"""Numbers and measures in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from scenarios.results.measures import MEASURES
from scenarios.text.numbers import short_number, told_apart

NONE: Final = "–"
#: What is written of a share that is not 0 and below LEAST; other values count as nothing beside so much larger ones.
TINY: Final = "next to nothing"
LEAST: Final = 5e-5
BESIDE: Final = 1e6
#: Digits of the largest of several values.
DIGITS: Final = 4
#: So many times another value: what that is times of is next to nothing.
TIMES: Final = 1_000


def plain(value: float) -> str:
    """A number as people read it, with a true minus; a dash where there is none."""
    return short_number(value).replace("-", "−") if math.isfinite(value) else NONE


def signed(value: float) -> str:
    """A difference with its sign."""
    return f"{'+' if value > 0 else ''}{plain(value)}"


def percent(share: float, sign: str = "") -> str:
    """A share of 1 as percent."""
    if not math.isfinite(share):
        return NONE
    points = 100.0 * share
    text = f"{points:{sign},.1f}" if abs(points) < 99.95 else f"{points:{sign},.0f}"
    return f"{text if float(text.replace(',', '')) else '0'}\u00a0%".replace("-", "−")


def relative(value: float, base: float) -> str:
    """How far a value is from another, in percent of that, or how many times it is; a dash where that says little."""
    if not (math.isfinite(value) and math.isfinite(base)) or base == 0:
        return NONE
    if abs(value / base) >= TIMES:
        return NONE
    if value / base >= 10:
        return f"× {plain(value / base)}"
    return percent((value - base) / abs(base), "+")


def estimate(value: float, half: float, size: float, *, sign: bool = False) -> str:
    """A value with half its interval, in digits that matter beside values of this size.

    What rounds to nothing is 0, or about 0 where it is no difference (``sign``).
    """
    if not math.isfinite(value):
        return NONE
    known = math.isfinite(half) and half > 0
    digits = max(0, DIGITS - 1 - _power(size))
    digits = min(digits, max(0, 1 - _power(half))) if known else digits
    mean, spread = round(value, digits), round(half, digits) if known else 0.0
    if mean == spread == 0:
        return "0" if sign or value == 0 else "≈ 0"
    digits = 0 if not spread and mean == round(mean) else digits
    text = f"{mean or 0.0:{'+' if sign and mean else ''},.{digits}f}".replace("-", "−")
    return f"{text} ± {spread:,.{digits}f}" if spread else text


def _power(size: float) -> int:
    """Power of ten of a size; that of the least share that is written for smaller ones."""
    return math.floor(math.log10(max(size, LEAST)))


def dollars(value: float) -> str:
    """Money."""
    if not math.isfinite(value):
        return NONE
    amount = short_number(abs(value)) if abs(value) >= 1000 else f"{abs(value):,.2f}"
    return f"{'−' if value < 0 else ''}${amount}"


# -------------------------------------------------------------------- measures


def is_share(measure: str) -> bool:
    """Whether a measure is a share, which is written in percent."""
    return measure in MEASURES and MEASURES[measure].is_share


def unit(measure: str) -> str:
    """Unit of a measure as it is written behind a number; empty for a ratio."""
    if is_share(measure):
        return "%"
    return "" if measure not in MEASURES or MEASURES[measure].unit == "1" else MEASURES[measure].unit


def scale(measure: str) -> float:
    """By what a measure is multiplied before it is written."""
    return 100.0 if is_share(measure) else 1.0


def is_tiny(measure: str, number: float, others: Sequence[float] = ()) -> bool:
    """Whether a value is next to nothing: as a share of 1, or beside others."""
    least = LEAST if is_share(measure) else max(map(abs, others), default=0.0) / BESIDE
    return 0.0 < abs(number) < least


def numbers_of(measure: str, *numbers: float) -> list[str]:
    """Values of a measure without their unit; different ones look different, and some are next to nothing."""
    finite = [number for number in numbers if math.isfinite(number)]
    known = [scale(measure) * number for number in finite if not is_tiny(measure, number, finite)]
    written = iter(_even(known, told_apart(known)))
    return [
        NONE
        if not math.isfinite(number)
        else TINY
        if is_tiny(measure, number, finite)
        else next(written).replace("-", "−")
        for number in numbers
    ]


def values(measure: str, *numbers: float) -> list[str]:
    """Values of a measure with their unit; different ones look different, and some are next to nothing."""
    return [_with_unit(measure, text) for text in numbers_of(measure, *numbers)]


def _with_unit(measure: str, text: str) -> str:
    """A written number with its unit behind it; none behind words."""
    if text in (NONE, TINY) or not unit(measure):
        return text
    return f"{text}{'\u00a0' if is_share(measure) else ' '}{unit(measure)}"


def _even(numbers: Sequence[float], texts: Sequence[str]) -> Sequence[str]:
    """Numbers of about one size with as many decimals as the one that has most: 0.484 and 0.490."""
    sizes = [abs(number) for number in numbers]
    if any(text[-1:].isalpha() or "e" in text for text in texts) or max(sizes, default=0) >= 10 * min(sizes, default=0):
        return texts
    most = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [f"{number:,.{most}f}" for number in numbers]


def pair(measure: str, one: float, other: float) -> tuple[str, str]:
    """Two values of a measure, the unit behind the second alone where both have it."""
    first, second = numbers_of(measure, one, other)
    short = not is_share(measure) and second not in (NONE, TINY)
    return first if short else _with_unit(measure, first), _with_unit(measure, second)


def change(measure: str, value: float, base: float) -> str:
    """How far a value is from another, in brackets; nothing where one of them is next to nothing, or both the same."""
    tiny = any(is_tiny(measure, number, (value, base)) for number in (value, base))
    said = NONE if tiny or value == base else relative(value, base)
    return f" ({said})" if said != NONE else ""
