"""Whether a run swings from tick to tick: a sign that users learn faster than the ticks can follow, not of a market."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.results.frames import Frames

#: Swing above which a run is warned of. The shipped scenarios by the hour have .002 to .006; running means over one
#: tick, which make cobwebs, .2 to .9.
WARNED: Final = 0.1


def swing_of(shares: NDArray[np.float64]) -> float:
    """Amplitude of a swing of period two, over the mean: |sum of (-1)^t x_t| / sum of x_t, over all columns.

    >>> float(swing_of(np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]])))
    0.8
    >>> float(swing_of(np.array([[0.5, 0.5], [0.5, 0.5]])))
    0.0
    """
    even = shares[: len(shares) // 2 * 2]
    total = float(even.sum())
    if total <= 0.0:
        return 0.0
    signs = np.where(np.arange(len(even)) % 2, -1.0, 1.0)
    return float(np.abs(signs @ even).sum()) / total


def swing(frames: Frames) -> float:
    """Swing of the pools' shares of all work ordered, over the second half of a run [1]; 0 for a few ticks."""
    pools = frames["pools"]
    ordered = pools.pivot_table(index="tick", columns="pool", values="ordered", observed=True).to_numpy(dtype=float)
    ordered = ordered[len(ordered) // 2 :]
    if len(ordered) < 8:
        return 0.0
    total = ordered.sum(axis=1, keepdims=True)
    return swing_of(np.divide(ordered, total, out=np.zeros_like(ordered), where=total > 0))


def swing_warning(frames: Frames) -> str:
    """What to say of a run that swings; empty where it does not."""
    amplitude = swing(frames)
    if amplitude <= WARNED:
        return ""
    return (
        f"orders swing between sellers from tick to tick by {100 * amplitude:.0f} % of their mean: "
        "users learn faster than these ticks can follow. Make time.tick_hours shorter or market.learning_hours longer."
    )
