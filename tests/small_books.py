"""Books of a few offers, written out: for tests that put numbers to the exchange without a model around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capacity import Workload
from market.exchange.books import Book
from market.exchange.tariff import Tariff

type Floats = NDArray[np.float64]


def book_of(
    work: Sequence[Sequence[float]],
    *,
    pool: Sequence[int] | None = None,
    priority: Sequence[float] | None = None,
    price: Sequence[float] | None = None,
    deadline_ticks: Sequence[float] | None = None,
    slots: float = 1.0,
) -> Book:
    """Offers that all may buy, by their work [rack-h], by segment and offer; unless told otherwise in one pool."""
    table = np.array(work, dtype=np.float64)
    segments, offers = table.shape
    pools = np.array(pool if pool is not None else [0] * offers, dtype=np.int64)
    ranked = np.array(priority if priority is not None else [0.0] * offers, dtype=np.float64)
    rank = np.array(
        [
            len({q for q, p in zip(ranked, pools, strict=True) if p == pools[j] and q < ranked[j]})
            for j in range(offers)
        ],
        dtype=np.int64,
    )
    return Book(
        names=[f"offer {j}" for j in range(offers)],
        provider=pools.copy(),
        pool=pools,
        priority=ranked,
        rank=rank,
        ranks=int(rank.max(initial=0)) + 1,
        deadline_ticks=np.array(deadline_ticks if deadline_ticks is not None else [np.inf] * offers),
        quota=np.full(offers, np.inf),
        quota_ticks=np.ones(offers, dtype=np.int64),
        week_quota=np.full(offers, np.inf),
        promised=np.ones(offers),
        least_h=np.zeros(offers),
        spare=np.zeros(offers, dtype=bool),
        tariffs=(Tariff(),) * offers,
        workloads=(Workload(0, 1_000_000),) * segments,
        work=table,
        token_work=np.zeros((segments, offers, 3)),
        billed=np.ones((segments, offers)),
        tokens=np.ones(segments),
        quality=np.ones((segments, offers)),
        open=np.ones((segments, offers), dtype=bool),
        hours=np.zeros((segments, offers, 33)),
        slots=np.full((segments, offers), slots),
        price=np.array(price if price is not None else [1.0] * offers, dtype=np.float64),
        pools=int(pools.max(initial=0)) + 1,
    )
