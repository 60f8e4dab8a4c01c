"""The congestion toll goes by what delay costs those who really order, individual by individual."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from capacity import Workload
from market import TokenMarket
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.pricing.congestion_toll import CongestionToll
from market.supply.specs import Offer, Pool, Provider, Tier

WORTHS = (2.0, 20.0)
UNIT = Workload(0, 1_000_000)


@cache
def prices(segments: tuple[Segment, ...]) -> np.ndarray:
    """List prices of a fast and a slow tier of one busy server, after ten times as long as anybody remembers."""
    offers = tuple(
        Offer(name, 1.0, 1.0, FixedWork(1.0 / 12.0), Tier(name, priority=rank), cost=1.0)
        for rank, name in enumerate(("fast", "slow"))
    )
    firm = Provider("firm", offers, pools=(Pool(1.0),), pricing=CongestionToll(20.0))
    model = TokenMarket(Economy(segments, (firm,), waits=WaitModel(), learning_ticks=20.0, fallback=False), rng=1)
    model.run_for(200)
    return model.book.price


def users(name: str, worths: tuple[float, ...], coefficient: float) -> Segment:
    count = len(worths)
    return Segment(
        name,
        UNIT,
        users=5.5 * count,
        individuals=count,
        requests_per_day=24.0,
        worths_usd=worths,
        taste_noise=0.3,
        time_value=0.5,
        price_coefficient=coefficient,
    )


@pytest.mark.parametrize("coefficient", [1.0, 0.3])
def test_two_worths_in_a_segment_are_tolled_as_two_segments(coefficient: float) -> None:
    together = prices((users("both", WORTHS, coefficient),))
    apart = prices((users("poor", WORTHS[:1], coefficient), users("rich", WORTHS[1:], coefficient)))
    np.testing.assert_allclose(together, apart, rtol=1e-6)
    assert apart.min() > 1.01  # there is a toll


def test_worth_and_weight_of_money_scale_together() -> None:
    """Worths and the weight of money times two: nothing changes, the toll in USD included."""
    plain = prices((users("both", WORTHS, 1.0),))
    half = prices((users("both", tuple(2.0 * worth for worth in WORTHS), 2.0),))
    np.testing.assert_allclose(half, plain, rtol=1e-6)
