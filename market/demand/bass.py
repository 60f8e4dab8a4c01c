"""Users who take something up by themselves, or since others have: the curve of Bass."""

from __future__ import annotations

import math
from dataclasses import dataclass

from capacity.errors import InputError, require


@dataclass(frozen=True)
class Bass:
    """A trend of users by innovation and imitation [Bass 1969, eq. 1]: of all who might ever come a share F has.

        dF / dt = (p + q F) (1 - F)        F(t) = (1 - p y) / (1 + q y)        y = (1 - F_0) / (p + q F_0) e^-(p+q)t

    For F_0 = 0 this is (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t), for p = 0 the logistic curve. Most come a year where F is
    (1 - p/q) / 2.

    >>> bass = Bass(innovation=0.03, imitation=0.38, begun=0.1)
    >>> round(bass.at(0.0), 12), round(bass.at(5.0), 3), round(bass.at(100.0), 3)
    (1.0, 5.76, 10.0)

    Attributes:
        innovation: p, share of those to come who come by themselves [1/year]; .03 in the mean of 213 products
            [Sultan, Farley and Lehmann 1990].
        imitation: q, what all who have come add to that [1/year]; .38 in the same mean.
        begun: F_0, share of all that has come at the start.
    """

    innovation: float
    imitation: float
    begun: float

    def __post_init__(self) -> None:
        require("bass: innovation", self.innovation, at_least=0)
        require("bass: imitation", self.imitation, at_least=0)
        require("bass: begun", self.begun, above=0, at_most=1)
        if self.innovation + self.imitation <= 0:
            raise InputError("bass: innovation and imitation are 0, but one of them must be above")

    def at(self, years: float) -> float:
        """Users so many years after the start, over those at the start."""
        p, q = self.innovation, self.imitation
        left = (1.0 - self.begun) / (p + q * self.begun) * math.exp(-(p + q) * years)
        return (1.0 - p * left) / (1.0 + q * left) / self.begun
