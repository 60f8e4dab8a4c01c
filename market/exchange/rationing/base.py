"""What all rules of rationing have: the easy cases, and whole requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from market.exchange.rationing.claims import Claims, Floats, total
from market.exchange.rationing.whole_requests import in_whole_requests
from market.kinds import Kind


class Rationing(Kind, ABC):
    """A rule for sharing work. A new one writes ``allot`` and inherits the rest.

    ``share`` is what the market calls. It keeps, for every rule: nobody gets more than was asked, all
    together no more than the capacity, and nothing is kept back that somebody could use. Both to
    rounding, 1e-12 of the capacity.

    Attributes:
        serves_by_rank: whether a smaller priority is served before all others; where it is not, users of every
            priority expect the same wait.
    """

    serves_by_rank: ClassVar[bool] = False

    def share(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Work served per claim [rack-hours]; whole requests where ``size`` is above 0.

        ``capacity`` may be infinite. ``rng`` is used by rules that draw lots, and where a last request
        could go to several claims that nothing tells apart.
        """
        capacity = float(capacity)
        if not capacity >= 0:  # also nan
            raise ValueError(f"capacity is {capacity}; allowed is 0 or more rack-hours, or infinity")
        if not claims.size.any():
            return self.divide(claims, capacity, rng)
        return in_whole_requests(self.divide, claims, capacity, rng)

    def divide(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Like ``share``, but as if every request could be cut."""
        if capacity <= 0:
            return np.zeros(claims.work.size)
        if capacity >= total(claims.work):
            return claims.work.copy()
        asking = np.flatnonzero(claims.work)
        if asking.size == claims.work.size:
            return np.clip(self.allot(claims, capacity, rng), 0.0, claims.work)
        served = np.zeros(claims.work.size)
        served[asking] = self.divide(claims.pick(asking), capacity, rng)
        return served

    @abstractmethod
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """The rule itself: work for each claim, summing to ``capacity``.

        It is called only in a shortage: every claim asks for work above 0, and ``capacity`` is above 0
        and below the sum of the work.
        """
