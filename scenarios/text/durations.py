"""Times and sizes as people say them."""

from __future__ import annotations

import math


def hours_in_words(hours: float) -> str:
    """A time as people say it: 4 s, 12 min, 1.5 h, 3 d."""
    if not math.isfinite(hours):
        return "-"
    for size, unit in ((24.0, "d"), (1.0, "h"), (1 / 60, "min")):
        if hours >= size * (2 if unit == "d" else 0.995):
            return f"{hours / size:.2g} {unit}"
    seconds = hours * 3600.0
    return f"{seconds:.2g} s" if seconds >= 0.95 else ("0 s" if seconds == 0 else "< 1 s")


def seconds_in_words(seconds: float) -> str:
    """A time as a person would say it."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def time_left(seconds: float | None) -> str:
    """A time as one says it: 'about 40 s left'."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {round(seconds / 60)} min left"


def bytes_in_words(count: float) -> str:
    """Bytes as a person would say them."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"
