"""Sizes of requests: who asks for many tokens at once is priced out first, and not a token is lost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from capacity import Workload
from market import TokenMarket
from market.demand.population import draw_population
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.randomness import Streams
from market.supply.specs import Offer, Pool, Provider
from scenarios.laws.plain_economies import frame_bytes
from scenarios.loading.scenarios import load

MILLION = 1e6
#: Individuals whose worth is given, so that their sizes alone are drawn.
WORTHS = (0.7, 1.1, 1.6, 2.5, 4.0)


@dataclass(frozen=True)
class ByTheToken(FixedWork):
    """A rack-hour for a million tokens of output."""

    def work(self, workload: Workload, speed: float) -> float:
        """In proportion to the output [rack-h]."""
        return workload.output / MILLION


def segment(**values: Any) -> Segment:
    """Everyone's request is worth 2 USD, and costs 1 at the mean size; who gains least nothing buys none."""
    plain: dict[str, Any] = {"users": 100.0, "individuals": 20_000, "worth_usd": 2.0, "taste_noise": 0.0}
    return Segment("u", Workload(0, MILLION), **(plain | values))


def a_market(*segments: Segment, racks: float = 1e9, clearing: Clearing | None = None) -> TokenMarket:
    shop = Provider("p", (Offer("o", 1.0, technology=ByTheToken()),), pools=(Pool(racks),))
    waits = WaitModel(chance=False)
    model = TokenMarket(Economy(segments, (shop,), waits=waits, clearing=clearing or PostedPrices()), rng=1)
    model.run_for(12)
    return model


def sizes(one: Segment, seed: int = 1) -> np.ndarray:
    """Tokens of each individual's request over the mean."""
    alike = Segment(one.name, one.workload, one.users, one.individuals, one.requests_per_day, one.size_spread)
    drawn = [draw_population(s, 1.0, Streams(seed)).requests_per_tick for s in (one, alike)]
    return np.asarray(drawn[0] / drawn[1])


@pytest.mark.parametrize("spread", [0.5, 1.0])
@pytest.mark.parametrize("exponent", [0.0, 0.5])
def test_large_requests_are_priced_out_first(spread: float, exponent: float) -> None:
    """Worth 2 z^e and price z: those below z = 2^(1/(1-e)) buy, of the tokens a share N(ln z / s - s / 2)."""
    model = a_market(segment(request_spread=spread, worth_of_size=exponent))
    limit = 2.0 ** (1.0 / (1.0 - exponent))
    asked, ordered = (model.records.series("ticks", name).sum() for name in ("asked", "ordered"))
    assert ordered / asked == pytest.approx(norm.cdf(math.log(limit) / spread - spread / 2.0), abs=0.02)
    z, buys = sizes(model.economy.segments[0]), model.cohorts[0].worth >= 1.0
    assert z[buys].max() == pytest.approx(limit, rel=0.01)
    assert z[~buys].min() > z[buys].max()
    assert ordered / asked == pytest.approx(z[buys].sum() / z.sum(), rel=1e-9)


def test_in_proportion_nobody_minds_more() -> None:
    """Bills and worths grow alike: all choose as if requests were of one size."""
    spread = {"taste_noise": 0.3, "individuals": 50}
    one, other = a_market(segment(**spread)), a_market(segment(request_spread=1.0, **spread))
    for column in ("asked", "ordered", "nothing", "tokens", "paid", "surplus"):
        expected = one.records.series("ticks", column)
        assert other.records.series("ticks", column) == pytest.approx(expected, rel=1e-9), column


@given(
    st.floats(0.01, 3.0),
    st.floats(0.0, 2.0),
    st.floats(0.0, 1.5),
    st.integers(1, 200),
    st.sampled_from(["float32", "float64"]),
)
def test_tokens_are_those_of_the_segment_whatever_the_spread(
    spread: float, exponent: float, size_spread: float, count: int, dtype: str
) -> None:
    one = segment(
        request_spread=spread, worth_of_size=exponent, size_spread=size_spread, individuals=count, dtype=dtype
    )
    drawn = draw_population(one, 1.0, Streams(3))
    assert drawn.requests_per_tick.sum(dtype=np.float64) == pytest.approx(one.users, rel=1e-5)
    assert (drawn.worth > 0).all()


CLASSES = pytest.mark.parametrize(
    ("racks", "clearing"), [(1e9, PostedPrices()), (40.0, PostedPrices()), (40.0, ScarcityAuction())]
)


@CLASSES
@pytest.mark.parametrize("exponent", [0.0, 0.6, 1.0])
def test_it_is_the_same_as_a_segment_for_each_size(racks: float, clearing: Clearing, exponent: float) -> None:
    """Requests of mean size against the requests themselves: tokens, work and money, queues and scarcity included."""
    shared: dict[str, Any] = {"taste_noise": 0.3, "patience_h": 2.0}
    one = segment(individuals=5, worths_usd=WORTHS, request_spread=0.8, worth_of_size=exponent, **shared)
    by_size = [
        Segment(f"u{k}", Workload(0, MILLION * z), 20.0, worths_usd=(worth * z**exponent,), **shared)
        for k, (z, worth) in enumerate(zip(sizes(one), WORTHS, strict=True))
    ]
    together, apart = a_market(one, racks=racks, clearing=clearing), a_market(*by_size, racks=racks, clearing=clearing)
    for column in ("tokens", "paid", "used", "surplus"):
        expected = apart.records.series("ticks", column)
        assert together.records.series("ticks", column) == pytest.approx(expected, rel=1e-6), column


def test_no_spread_is_as_before() -> None:
    """To the bit: no number is drawn for it, and what size is worth is of no matter."""
    values = {"individuals": 30, "size_spread": 1.0, "worth_spread": 0.5, "taste_noise": 0.3}
    one, other = a_market(segment(**values)), a_market(segment(worth_of_size=0.2, **values))
    assert frame_bytes(one) == frame_bytes(other)
    alike = [draw_population(segment(request_spread=z, **values), 1.0, Streams(1)) for z in (0.0, 1.0)]
    assert (alike[0].zone == alike[1].zone).all()
    assert (alike[0].budget_per_day == alike[1].budget_per_day).all()


def test_a_scenario_has_both() -> None:
    sets = ["demand.coders.request_spread=0.9", "demand.coders.worth_of_size=0.5"]
    coders = load("baseline-2026", sets).economy(30).segments[1]
    assert isinstance(coders, Segment)
    assert (coders.request_spread, coders.worth_of_size) == (0.9, 0.5)
