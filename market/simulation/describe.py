"""Quantities in words, for people."""

from __future__ import annotations


def number(value: float) -> str:
    """1,234 or 45.6 million."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:.3g} {word}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def money(usd: float) -> str:
    """$1,234.50, or $0.0123 where cents would hide it."""
    if abs(usd) >= 1e6:
        return f"${number(usd)}"
    return f"${usd:,.2f}" if abs(usd) >= 0.1 or usd == 0 else f"${usd:.3g}"


def share(part: float) -> str:
    """45 %, or 0.3 %."""
    return f"{100 * part:.0f} %" if part >= 0.1 or part == 0 else f"{100 * part:.2g} %"


def hours(value: float) -> str:
    """Seconds, minutes or hours, whichever reads best."""
    if 0 < value < 0.001 / 3600.0:
        return "less than a millisecond"
    if value >= 1.0:
        return f"{value:.3g} hours"
    return f"{value * 60:.3g} minutes" if value >= 1 / 60 else f"{value * 3600:.2g} seconds"
