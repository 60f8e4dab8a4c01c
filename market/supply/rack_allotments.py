"""Who gets racks when more are ordered than are made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.fields import quantity
from market.kinds import Kind

type Floats = NDArray[np.float64]


class RackAllotment(Kind, ABC):
    """A rule by which a maker gives out the racks that it makes."""

    @abstractmethod
    def given(self, orders: Floats, standing: Floats, output: float) -> Floats:
        """Racks that each owner gets, of those that it ordered.

        ``standing``: racks that each had at the start; ``output``: racks that there are to give.
        """


def in_proportion(orders: Floats, output: float) -> Floats:
    """As many as were ordered, or all alike fewer.

    >>> in_proportion(np.array([30.0, 10.0]), 20.0).tolist()
    [15.0, 5.0]
    """
    total = float(orders.sum())
    return orders * min(output / total, 1.0) if total > 0 else np.zeros_like(orders)


@dataclass(frozen=True)
class ProRata(RackAllotment):
    """Each gets the same share of what it ordered."""

    kind = "pro-rata"

    def given(self, orders: Floats, standing: Floats, output: float) -> Floats:  # noqa: ARG002
        """In proportion to orders."""
        return in_proportion(orders, output)


@dataclass(frozen=True)
class ByContract(RackAllotment):
    """The largest owners have a part of the output promised, in proportion to their racks; the rest goes pro rata.

    What is promised and not ordered goes to the others.
    """

    kind = "by-contract"

    promised: float = quantity(
        0.5,
        "1",
        "share of the output that is promised",
        "declared: a maker's commitments of supply to its largest customers are not published",
        high=1,
    )
    largest: int = quantity(3, "1", "how many of the largest owners have such a promise", low=1, high=100, whole=True)

    def given(self, orders: Floats, standing: Floats, output: float) -> Floats:
        """First what is promised, then the rest in proportion to what is still wanted."""
        if float(orders.sum()) <= output:
            return orders
        big = np.argsort(-standing, kind="stable")[: self.largest]
        first, total = np.zeros_like(orders), float(standing[big].sum())
        if total > 0:
            first[big] = np.minimum(orders[big], standing[big] / total * self.promised * output)
        return np.minimum(first + in_proportion(orders - first, max(output - float(first.sum()), 0.0)), orders)
