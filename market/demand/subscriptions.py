"""Subscriptions: a fee a month opens an offer up to its quota, for individuals to whom that is worth the fee."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.demand.adoption import worth_of
from market.demand.options import Options
from market.demand.traits import Traits

DAYS_PER_MONTH = 365.25 / 12.0
NOBODY = -1


class Memberships:
    """Which offer each individual subscribes to; at most one."""

    def __init__(self, individuals: int) -> None:
        self.offer: NDArray[np.int16] = np.full(individuals, NOBODY, dtype=np.int16)

    def barred(self, fee: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.integer[Any]]]:
        """What is shut to whom: by what one subscribes to (first to nothing) and offer, and the row of each individual.

        Without fees nothing is shut to anybody.
        """
        rows, number = _shut(fee.tobytes())
        return rows, number[self.offer]

    def consider(
        self,
        who: NDArray[np.int64],
        options: Options,
        fee: NDArray[np.float64],
        quota: NDArray[np.float64],
        inverse_worth: NDArray[Any],
        traits: Traits,
        per_day: NDArray[Any],
    ) -> None:
        """Let these individuals take the subscription that adds most to their worth less its fee, or none.

        Args:
            who: numbers of the individuals; the arrays that follow are theirs.
            options: offers, with those that have a fee open.
            fee: of each offer [USD a month]; 0 for none.
            quota: requests a day, by offer.
            inverse_worth: one over the worth of a request [1/USD].
            traits: how they differ besides worth.
            per_day: requests of one user and day.
        """
        sold = np.flatnonzero(fee > 0)
        is_open = np.isfinite(options.gain[sold])
        if not is_open.any():
            self.offer[who] = NOBODY
            return
        rows, _ = self.barred(fee)
        # Each stands there once without a subscription, and once with each: copies by subscription, then individual.
        copies = np.repeat(np.arange(sold.size + 1, dtype=np.int32), who.size)
        every = np.arange(copies.size) % who.size
        twins, refused = traits.of(every).barred_too(options.refused, (rows, copies))
        worth, shares = worth_of(options._replace(refused=refused), inverse_worth[every], twins)
        worth, shares = worth.reshape(sold.size + 1, -1), shares.reshape(sold.size + 1, who.size, -1)
        # Beyond the quota the offer is no use.
        share = shares[np.arange(1, sold.size + 1), :, sold]
        used = np.minimum(per_day, quota[sold, None] / np.maximum(share, 1e-9))
        net = (worth[1:] - worth[0]) * used - fee[sold, None] / DAYS_PER_MONTH
        gains = is_open[:, None] & (net > 0)
        best = np.where(gains, net, 0.0).argmax(axis=0)
        self.offer[who] = np.where(gains.any(axis=0), sold[best], NOBODY)

    def fees_per_day(self, fee: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each individual pays a day for its subscription [USD]; ``fee``: of each offer [USD a month]."""
        return np.append(fee, 0.0)[self.offer] / DAYS_PER_MONTH

    def members(self, offers: int) -> NDArray[np.float64]:
        """Individuals that subscribe to each offer."""
        return np.bincount(self.offer[self.offer >= 0], minlength=offers).astype(np.float64)


@lru_cache(maxsize=2**8)
def _shut(fees: bytes) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """What is shut, by subscription (first to nothing) and offer, and the row of each offer; worked out once."""
    fee = np.frombuffer(fees, dtype=np.float64)
    sold = np.flatnonzero(fee > 0)
    rows = np.tile(fee > 0, (sold.size + 1, 1))
    rows[np.arange(sold.size) + 1, sold] = False
    number = np.zeros(fee.size + 1, dtype=np.int32)
    number[sold] = np.arange(sold.size, dtype=np.int32) + 1
    rows.flags.writeable = number.flags.writeable = False  # many look at them
    return rows, number
