"""What all rules of rationing have: the easy cases, and whole requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, final

import numpy as np

from capacity.errors import InputError
from market.exchange.rationing.claims import Claims, Floats, total
from market.exchange.rationing.whole_requests import in_whole_requests
from market.kinds import Kind, answered, named

#: What ``allot`` gives may miss the capacity by this, relative: sums of numbers of all sizes are rounded.
CLOSE: Final = 1e-9


class Rationing(Kind, ABC):
    """A rule for sharing work. A new one writes ``allot`` and inherits the rest.

    ``share`` is what the market calls. It keeps, for every rule: nobody gets more than was asked, all
    together no more than the capacity, and nothing is kept back that somebody could use. Both to
    rounding, 1e-12 of the capacity. A rule whose ``allot`` does otherwise is refused.

    Attributes:
        serves_by_rank: whether a smaller priority is served before all others; where it is not, users of every
            priority expect the same wait.
    """

    serves_by_rank: ClassVar[bool] = False

    @final
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
            return self._lawful(self.allot(claims, capacity, rng), claims, capacity)
        served = np.zeros(claims.work.size)
        served[asking] = self.divide(claims.pick(asking), capacity, rng)
        return served

    def _lawful(self, given: object, claims: Claims, capacity: float) -> Floats:
        """What ``allot`` gave, if it is all that there is and no more; to rounding, nobody gets more than was asked.

        A rule that serves whole requests may leave less than the largest of them.
        """
        wanted = "work served per claim [rack-h], which sums to the capacity"
        numbers = answered("rationing rule", self, given, claims.work.shape, wanted)
        served = np.clip(numbers, 0.0, claims.work)
        together, largest = float(served.sum()), float(claims.size.max())
        most = capacity * (1.0 + CLOSE)
        least = capacity * (1.0 - CLOSE) - largest if together > 0 or largest > capacity else capacity
        if float(numbers.min()) < -capacity * CLOSE or not least <= together <= most:
            given, asked = float(numbers.sum()), total(claims.work)
            raise InputError(
                f"{named('rationing rule', self)} serves {given:g} rack-h of the {capacity:g} that there are, where "
                f"{asked:g} are asked: allot must give all that there is, no more, and to each from 0 to what is asked"
            )
        return served

    @abstractmethod
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """The rule itself: work for each claim, summing to ``capacity``.

        It is called only in a shortage: every claim asks for work above 0, and ``capacity`` is above 0
        and below the sum of the work.
        """
