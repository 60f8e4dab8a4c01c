"""Text on the page: what people typed stays text, never Markdown or HTML."""

from __future__ import annotations

import math
import re


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it is: links, pictures, formulas and icons in it stay letters."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@/=])", r"\\\1", " ".join(text.split()))


def time_left(seconds: float | None) -> str:
    """A time as one says it: 'about 40 s left'."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {round(seconds / 60)} min left"
