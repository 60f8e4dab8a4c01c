"""Routed offers at prices that a seller tries: they follow the cheapest of their targets, and bring it their orders.

A broker's offer costs what the cheapest of its targets with machines asks, and a cut c on top. So a seller that asks
for p sells to the broker's users at (1 + c) p as long as it is the cheapest, which is what it counts when it sets p
[double marginalisation: Spengler 1950].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.simulation.asking import Asking

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Following:
    """Where routed offers go at some prices.

    Attributes:
        offers: routed offers.
        target: where each goes.
        times: what its price is over that of its target.
        mine: place of the target among the seller's own offers, -1 for those of others.
    """

    offers: Ints
    target: Ints
    times: Floats
    mine: Ints

    @classmethod
    def of(cls, asking: Asking, level: Floats, own: Ints) -> Following | None:
        """Where they go at these prices [USD per million output-equivalent tokens], by offer; None if nobody routes."""
        routes = asking.founded.routes
        if not routes:
            return None
        ready = asking.alive if asking.ready is None else asking.ready
        target = [min([t for t in to if ready[t]] or to, key=lambda t: float(level[t])) for to, _ in routes.values()]
        place = {int(j): k for k, j in enumerate(own)}
        return cls(
            np.array(list(routes), dtype=np.int64),
            np.array(target, dtype=np.int64),
            np.array([1.0 + cut for _, cut in routes.values()]),
            np.array([place.get(j, -1) for j in target], dtype=np.int64),
        )

    def priced(self, prices: Floats) -> Floats:
        """Prices of a request, by segment and offer, with those of routed offers as they follow."""
        found = prices.copy()
        found[:, self.offers] = prices[:, self.target] * self.times
        return found

    @property
    def _own(self) -> NDArray[np.bool_]:
        return self.mine >= 0

    def brought(self, by_offer: Floats, own: Ints) -> Floats:
        """Numbers by own offer, with those of routed ones that go to it, along the last axis."""
        found = by_offer[..., own].copy()
        for j, k in zip(self.offers[self._own], self.mine[self._own], strict=True):
            found[..., k] += by_offer[..., j]
        return found

    def weighed(self, values: Floats) -> Floats:
        """The same numbers, by offer, times how much a price moves with that of its target, along the last axis."""
        found = values.copy()
        found[..., self.offers] *= self.times
        return found
