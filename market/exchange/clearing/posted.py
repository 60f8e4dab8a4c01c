"""Prices as they are posted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.exchange.clearing.base import Cleared, Clearing, Situation


@dataclass(frozen=True)
class PostedPrices(Clearing):
    """Users order at the list prices; what does not fit is rationed and waits."""

    kind = "posted"

    def clear(self, situation: Situation) -> Cleared:
        """Orders at list prices."""
        prices = situation.book.request_prices()
        return Cleared(prices, situation.respond(prices), np.zeros(situation.book.pools))
