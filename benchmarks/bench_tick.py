"""Cost of a tick per user, against an honest plain-Mesa version (one object a user) of the same market.

Both versions are given the same economy: twelve offers of six providers with capacity, one segment with
log-normal worths and sizes in four zones, posted prices, pro rata rationing. The plain version is checked to
order the same before anything is timed. Run: python benchmarks/bench_tick.py
"""

from __future__ import annotations

import math
import time

import mesa
import numpy as np

from capacity import Workload
from market import TokenMarket
from market.demand.load_shape import measured
from market.demand.segment import Segment, Zone
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
        "users", Workload(0, 1_000_000), users=1e6, individuals=individuals, requests_per_day=24.0, size_spread=1.0,
        worth_usd=1.0, worth_spread=1.0, taste_noise=0.1, shape=SHAPE, zones=ZONES, patience_h=2.0, dtype=dtype,
    )  # fmt: skip
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


class PlainUser(mesa.Agent):
    """One user, as a Mesa tutorial would write it."""

    def __init__(self, model: PlainMarket, worth: float, size: float, zone: int) -> None:
        super().__init__(model)
        self.worth, self.size, self.zone = worth, size, zone

    def step(self) -> None:
        model = self.model
        requests = self.size * model.factor[self.zone]
        weights = [math.exp((o.quality - o.delay_h * 0.0 - o.price / self.worth) / model.noise) for o in model.offers]
        total = sum(weights) + 1.0
        for offer, weight in zip(model.offers, weights, strict=True):
            offer.ordered += requests * weight / total


class PlainOffer(mesa.Agent):
    """One offer with its own queue."""

    def __init__(self, model: PlainMarket, price: float, quality: float) -> None:
        super().__init__(model)
        self.price, self.quality, self.delay_h = price, quality, 0.0
        self.ordered, self.waiting, self.served = 0.0, 0.0, 0.0


class PlainMarket(mesa.Model):
    """The same market, an object for everything."""

    def __init__(self, like: TokenMarket) -> None:
        super().__init__(rng=1)
        self.like, self.noise, self.tick = like, 0.1, -1
        cohort = like.cohorts[0]
        book = like.book
        self.offers = [PlainOffer(self, float(p), float(q)) for p, q in zip(book.price, book.quality[0], strict=True)]
        for worth, size, zone in zip(cohort.worth, cohort.requests_per_tick, cohort.zone, strict=True):
            PlainUser(self, float(worth), float(size), int(zone))

    def step(self) -> None:
        self.tick += 1
        calendar = self.like.calendar
        offsets = np.array([zone.utc_offset_h for zone in ZONES])
        weekend = np.array([calendar.is_weekend(self.tick, offset) for offset in offsets])
        self.factor = SHAPE.at(calendar.hour_of_day(self.tick) + offsets, weekend).tolist()
        for offer in self.offers:
            offer.ordered = 0.0
        self.agents_by_type[PlainUser].shuffle_do("step")
        for pool in range(6):
            pair = self.offers[2 * pool : 2 * pool + 2]
            asked = sum(o.ordered + o.waiting for o in pair)
            share = min(1.0, 1.8e5 / asked) if asked > 0 else 1.0
            for o in pair:
                o.served = share * (o.ordered + o.waiting)
                o.waiting = (o.ordered + o.waiting - o.served) * math.exp(-0.5)


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
    plain = PlainMarket(ours)
    for _ in range(30):
        ours.step()
        plain.step()
        assert np.allclose(ours.orders.sum(axis=0), [o.ordered for o in plain.offers], rtol=1e-9)
        assert np.allclose(ours.round.served.sum(axis=0), [o.served for o in plain.offers], rtol=1e-9)


def main() -> None:
    agree()
    rows = []
    small = 2_000
    plain = seconds(PlainMarket(TokenMarket(economy(small, "float64"), rng=1)), 5) / small
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
