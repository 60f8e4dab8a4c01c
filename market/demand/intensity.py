"""How much individuals ask: less of each where tokens have become dearer to them.

Requests of individual i are those that it would make anyway, times

    (B_i / B_i0) ^ -elasticity,   B_i = sum_j w_ij p_j,

where w_ij are its shares of offers when the market began, B_i its mean bill of a request at these weights, and B_i0
what that was at the start [Laspeyres]. So if all prices rise by 1 % it asks ``elasticity`` % less; a switch to
another offer changes nothing here. Derivative: d log requests_i / d p_k = -elasticity w_ik / B_i.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Values = NDArray[Any]

#: A bill that falls to less than this, relative to that of the start, or rises to more than one over it, moves no more.
#: Declared; far off.
LEAST_BILL = 1e-3
#: Whose bill of a request was less than this at the start paid nothing [USD], and asks the same whatever comes.
LEAST_USD = 1e-9
#: Nobody pays more for a request [USD]; a list price beyond it is one at which nothing is sold.
MOST_USD = 1e12


class Intensity:
    """The bill of each individual at the weights of the start."""

    def __init__(self, elasticity: float) -> None:
        self.elasticity = elasticity
        self._weights: Values | None = None
        self._usual_prices: Values = np.zeros(0)
        self._usual_bill: Values = np.zeros(0)

    @property
    def begun(self) -> bool:
        """Whether the bill of the start is known."""
        return self._weights is not None

    def begin(self, shares: Values, prices: Values) -> None:
        """Take these shares, by individual and offer, and prices of a request [USD] as those of the start."""
        sold = shares.sum(axis=1, keepdims=True)
        self._weights = np.divide(shares, sold, out=np.zeros_like(shares), where=sold > 0)
        self._usual_prices = np.where(np.isfinite(prices), np.minimum(prices, MOST_USD), 0.0).astype(shares.dtype)
        self._usual_bill = self._weights @ self._usual_prices

    def _ratio(self, prices: Values, who: Any) -> NDArray[np.float64]:
        """Bill of a request over that of the start, by individual; 0 where that was nothing.

        An offer that is closed keeps its price.
        """
        assert self._weights is not None
        known = np.where(np.isfinite(prices), np.minimum(prices, MOST_USD), self._usual_prices).astype(
            self._weights.dtype
        )
        bill, usual = (values.astype(np.float64) for values in (self._weights[who] @ known, self._usual_bill[who]))
        return np.asarray(np.divide(bill, usual, out=np.zeros_like(usual), where=usual >= LEAST_USD))

    def factor(self, prices: Values, who: Any = slice(None)) -> Values | None:
        """Requests over those that would be made anyway, by individual; None for 1."""
        if not self.begun or self.elasticity == 0.0:
            return None
        ratio = self._ratio(prices, who)
        pays = self._usual_bill[who] >= LEAST_USD
        return np.asarray(np.where(pays, np.clip(ratio, LEAST_BILL, 1.0 / LEAST_BILL), 1.0) ** -self.elasticity)

    def cross(self, prices: Values, ordered: Values, who: Any = slice(None)) -> NDArray[np.float64] | None:
        """d orders_j / d price_k that comes from asking less [requests per USD], by offer j and k.

        ``ordered``: orders by individual and offer.
        """
        if not self.begun or self.elasticity == 0.0:
            return None
        assert self._weights is not None
        ratio = self._ratio(prices, who)
        moves = (ratio > LEAST_BILL) & (ratio < 1.0 / LEAST_BILL)
        bill = ratio * self._usual_bill[who]
        slope = np.divide(self.elasticity, bill, out=np.zeros_like(bill), where=moves)
        sold, habits = (np.flatnonzero(values.any(axis=0)) for values in (ordered, self._weights))
        least = ordered[:, sold].T.astype(np.float64) @ (self._weights[who][:, habits] * slope[:, None])
        made = np.zeros((ordered.shape[1], ordered.shape[1]))
        made[np.ix_(sold, habits)] = -least
        return made
