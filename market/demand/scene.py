"""What users of one segment see of the market when they choose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """Offers as one segment sees them; arrays over offers.

    Attributes:
        names: of the offers.
        provider: number of the provider.
        kind: kind of the provider.
        quality: worth of an answer relative to a perfect one.
        delay_h: expected wait and time of writing [h].
        open: whether the segment may buy.
        quota: requests that one user may make in a window; infinite for none.
        quota_ticks: length of that window [ticks].
        week_quota: requests that one user may make in a week; infinite for none.
        fee: subscription that opens the offer [USD a month]; 0 where it is open to all.
        slopes: whether derivatives by price are wanted.
        blur_usd: width within which offers that tie are shared [USD]; for mechanisms that look for the prices at
            which users without taste noise are indifferent, and 0 for what users really do.
    """

    names: NDArray[np.str_]
    provider: NDArray[np.int64]
    kind: NDArray[np.str_]
    quality: Floats
    delay_h: Floats
    open: NDArray[np.bool_]
    quota: Floats
    quota_ticks: NDArray[np.int64]
    week_quota: Floats
    fee: Floats
    slopes: bool = True
    blur_usd: float = 0.0

    @cached_property
    def seen(self) -> tuple[bytes, ...]:
        """All that a choice depends on beside prices, as what can be looked up by it."""
        return (
            self.delay_h.tobytes(),
            self.open.tobytes(),
            self.quality.tobytes(),
            self.quota.tobytes(),
            self.week_quota.tobytes(),
        )

    @cached_property
    def _last(self) -> list[tuple[Floats, tuple[bytes, ...]]]:
        return []

    def seen_at(self, prices: Floats) -> tuple[bytes, ...]:
        """All that a choice depends on: prices of what is open, and the rest; the last prices are often asked again."""
        if not self._last or self._last[0][0] is not prices:
            self._last[:] = [(prices, (np.where(self.open, prices, 0.0).tobytes(), *self.seen))]
        return self._last[0][1]
