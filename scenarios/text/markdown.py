"""Text on the page: what people typed stays text, never Markdown or HTML."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it is: links, pictures, formulas and icons in it stay letters."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:&@/=])", r"\\\1", " ".join(text.split()))
