"""What is equal but for rounding, and what was recorded of a tick."""

from __future__ import annotations

import numpy as np

from market import TokenMarket
from scenarios.laws.law import must

#: Rounding that is put up with, relative to what is counted; populations in float32 round more.
ROUNDING = 1e-9


SINGLE = 2e-5


#: Numbers so small that a division by them is none.
SUBNORMAL = 1e-300


def close(one: object, other: object, scale: object = 0.0, rounding: float = ROUNDING) -> None:
    """Equal but for rounding, relative to the larger of the two and of ``scale``."""
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    room = rounding * np.maximum(np.maximum(np.abs(a), np.abs(b)), np.asarray(scale, dtype=float)) + 1e-12
    must(np.abs(a - b) <= room, "{} is not {}", a, b)


def row(model: TokenMarket, frame: str, column: str) -> np.ndarray:
    """What was recorded of this tick."""
    return np.asarray(model.records.tables[frame].data[column][model.tick])


def single(model: TokenMarket) -> float:
    """Rounding of a market in which some count in 32 bits."""
    return SINGLE if any(getattr(s, "dtype", "") == "float32" for s in model.economy.segments) else ROUNDING
