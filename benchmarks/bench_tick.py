"""Cost of a tick per user, against an honest plain-Mesa version (one object a user) of the same market.

Both are given the same economy: twelve offers of six providers with capacity, one segment with log-normal worths and
sizes in four zones, posted prices, pro rata rationing. The plain version (``plain_mesa.py``) is checked to order the
same before anything is timed. Run: python benchmarks/bench_tick.py
"""

from __future__ import annotations

import math
import time

import mesa
import numpy as np
from plain_mesa import PlainMarket

from capacity import Workload
from market import TokenMarket
from market.demand.load_shape import measured
from market.demand.segment import Segment
from market.demand.zones import Zone
from market.economy import Economy
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.specs import Offer, Pool, Provider
from scenarios.library import SCENARIOS

SHAPE = measured("chat")
ZONES = (Zone("a", -5.0, 0.4), Zone("b", 1.0, 0.3), Zone("c", 5.5, 0.2), Zone("d", 8.0, 0.1))


def economy(individuals: int, dtype: str) -> Economy:
    """Twelve offers; capacity a little short at the peak."""
    segment = Segment(
        "users",
        Workload(0, 1_000_000),
        users=1e6,
        individuals=individuals,
        requests_per_day=24.0,
        size_spread=1.0,
        worth_usd=1.0,
        worth_spread=1.0,
        taste_noise=0.1,
        shape=SHAPE,
        zones=ZONES,
        patience_h=2.0,
        dtype=dtype,
    )
    providers = tuple(
        Provider(
            f"p{k}",
            tuple(
                Offer(f"p{k}-{j}", 0.2 + 0.05 * k + 0.1 * j, 0.6 + 0.05 * k + 0.1 * j, FixedWork(1.0)) for j in range(2)
            ),
            pools=(Pool(1.8e5),),
        )
        for k in range(6)
    )
    return Economy((segment,), providers, rationing=ProRata(), waits=WaitModel(chance=False), fallback=False)


def plain_market(like: TokenMarket) -> PlainMarket:
    """The same market, an object for everything, with the machines that it will have."""
    plain = PlainMarket(like)
    plain.capacity = [pool.racks for provider in like.economy.providers for pool in provider.pools]
    return plain


def seconds(model: mesa.Model, ticks: int, repeats: int = 3) -> float:
    """Best of a few runs of ``ticks`` [s a tick]."""
    best = math.inf
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(ticks):
            model.step()
        best = min(best, (time.perf_counter() - begin) / ticks)
    return best


def agree() -> None:
    """The two versions order and serve the same."""
    ours = TokenMarket(economy(500, "float64"), rng=1)
    plain = plain_market(ours)
    for _ in range(30):
        ours.step()
        plain.step()
        assert np.allclose(ours.orders.sum(axis=0), [o.ordered for o in plain.offers], rtol=1e-9)
        assert np.allclose(ours.round.served.sum(axis=0), [o.served for o in plain.offers], rtol=1e-9)


def main() -> None:
    agree()
    rows = []
    small = 2_000
    plain = seconds(plain_market(TokenMarket(economy(small, "float64"), rng=1)), 5) / small
    rows.append(("plain Mesa, an object a user", small, plain))
    for individuals in (10_000, 100_000, 1_000_000):
        for dtype in ("float64", "float32"):
            model = TokenMarket(economy(individuals, dtype), rng=1)
            rows.append((f"tokenmarket, {dtype}", individuals, seconds(model, 10) / individuals))
    print(f"{'the whole tick, 12 offers':34s}{'users':>12s}{'ns/user':>10s}{'times faster':>14s}")
    for name, users, cost in rows:
        print(f"{name:34s}{users:12,d}{1e9 * cost:10.0f}{plain / cost:14.0f}")
    model = TokenMarket(SCENARIOS["baseline-2026"].economy(), rng=1)
    begin = time.perf_counter()
    model.run_for(672)
    four_weeks = time.perf_counter() - begin
    print(
        f"\nbaseline, 10,000 users, {model.book.offers} offers: four weeks in {four_weeks:.1f} s "
        f"({1e3 * four_weeks / 672:.1f} ms a tick; a year at this rate {four_weeks / 672 * 8766:.0f} s)"
    )


if __name__ == "__main__":
    main()
