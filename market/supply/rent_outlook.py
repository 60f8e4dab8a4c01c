"""What who invests in machines goes by: what rack-hours are expected to earn, with more machines or without."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from market.supply.rents import Floats, RentForecast, Seen


@dataclass(frozen=True)
class RentOutlook:
    """What the market expects, as one who orders sees it.

    Attributes:
        forecast: what the market expects of the spot price.
        seen: by what, machines under way at all owners among it, before any of them orders.
        share: part of all that is ordered by expected rents that is this owner's.
    """

    forecast: RentForecast
    seen: Seen
    share: float = 1.0

    def racks(self, ahead: float) -> float:
        """Racks of all owners that will run so many years from now, by what is under way."""
        return 0.0 if self.seen.racks is None else float(self.seen.racks(np.array([ahead]))[0])

    def spot(self, ahead: Floats, more: float, come: float, kept: float = 1.0) -> Floats:
        """Expected spot at dates, if so many more racks come ``come`` years from now [USD per rack-h].

        ``kept``: part of these that a year leaves. Others who order now count among them; who orders later comes later.
        """
        before = self.seen.racks

        def with_more(at: Floats) -> Floats:
            there = np.zeros(at.shape) if before is None else before(at)
            return np.asarray(there + more * (at >= come) * kept ** np.maximum(at - come, 0.0))

        return self.forecast.expected(replace(self.seen, racks=with_more), ahead)
