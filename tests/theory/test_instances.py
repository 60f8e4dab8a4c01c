"""The same theories with numbers drawn at random: prices, capacities, waits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import logsumexp

from market.calendar import Calendar
from market.demand.load_shape import LoadShape
from market.demand.segment import CurveSegment as Curves
from market.demand.segment import LinearDemand, Segment
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.lottery import Lottery
from market.exchange.rationing.max_min import MaxMin
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.technology import FixedWork
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.congestion_toll import CongestionToll
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.auctions import assignment
from scenarios.verification.capacity import cournot, duopoly_market, peak_load_market, planner
from scenarios.verification.deferral import cheapest_shift, two_halves
from scenarios.verification.pricing import nash, shares
from scenarios.verification.queueing import mmc_wait, station
from scenarios.verification.setups import UNIT, buyers, run, seller
from scenarios.verification.tiers import single_server

type Floats = NDArray[np.float64]

RULES = (FirstCome(), ProRata(), Lottery(), MaxMin(), StrictPriority(within=FirstCome()))
HOURS = (0.5, 1.0, 2.0, 12.0)


@pytest.mark.parametrize("seed", range(8))
def test_bertrand_with_any_ownership(seed: int) -> None:
    rng = np.random.default_rng(seed)
    goods = int(rng.integers(1, 6))
    firms = int(rng.integers(1, goods + 1))
    owner = np.sort(np.append(np.arange(firms), rng.integers(0, firms, goods - firms)))
    quality, cost = rng.uniform(0, 6, goods), rng.uniform(0, 4, goods)
    alpha, noise, worth = rng.uniform(0.3, 3), rng.uniform(0.3, 2), rng.uniform(0.5, 2)
    outside = None if firms > 1 and rng.random() < 0.3 else float(rng.uniform(-1, 2))
    sellers = [seller(f"firm {f}", [(quality[j], cost[j]) for j in np.flatnonzero(owner == f)]) for f in range(firms)]
    users = buyers(price_coefficient=alpha, taste_noise=noise, outside=outside, worth_usd=worth)
    model = run(users, sellers, 60)
    # Utility in units of the worth: money counts for less, the more a request is worth.
    answer = nash([quality], cost, owner, alpha=[alpha / worth], noise=[noise], outside=[outside])
    np.testing.assert_allclose(model.book.price, answer, rtol=1e-6)
    expected = shares(answer, quality, alpha / worth, noise, outside)
    np.testing.assert_allclose(model.orders[0], expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_bertrand_with_several_segments(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    kinds, goods = 3, 3
    owner = [0, 0, 1]
    quality, cost = rng.uniform(1, 4, (kinds, goods)), rng.uniform(0.2, 2, goods)
    users, alpha = rng.uniform(0.5, 3, kinds), rng.uniform(0.8, 1.6, kinds)
    noise, outside = rng.uniform(0.6, 1.2, kinds), rng.uniform(-0.5, 0.5, kinds)
    segments = [
        Segment(
            f"s{k}",
            UNIT,
            users=users[k],
            requests_per_day=24,
            price_coefficient=alpha[k],
            taste_noise=noise[k],
            outside=outside[k],
        )
        for k in range(kinds)
    ]
    offers = [({f"s{k}": quality[k, j] for k in range(kinds)}, cost[j]) for j in range(goods)]
    model = run(segments, [seller("two goods", offers[:2]), seller("one good", offers[2:])], 60)
    answer = nash(quality, cost, owner, users, alpha, noise, outside)
    np.testing.assert_allclose(model.book.price, answer, rtol=1e-6)


@pytest.mark.parametrize("start", [0.0, 2.0, 50.0, 1e4])
def test_a_monopolist_finds_its_price_from_anywhere(start: float) -> None:
    firm = Provider("firm", (Offer("good", start, 4.0, cost=1.5),), pools=(Pool(1e6),), pricing=BestResponse())
    model = run(buyers(), firm, 40)
    np.testing.assert_allclose(model.book.price, nash([[4.0]], [1.5], [0]), rtol=1e-8)


def test_a_monopolist_finds_the_higher_of_two_peaks() -> None:
    # Many who pay little, and few who pay much: the few are worth more.
    segments = [
        Segment("many", UNIT, users=10, requests_per_day=24, taste_noise=0.1),
        Segment("few", UNIT, users=3, requests_per_day=24, taste_noise=0.5, worth_usd=10.0),
    ]
    model = run(segments, seller("firm", [({"many": 1.0, "few": 1.0}, 0.2)]), 60)
    grid = np.linspace(0.2, 20, 20_000)
    profit = sum(
        n * (grid - 0.2) / (1 + np.exp(-(1.0 - grid / w) / mu)) for n, w, mu in ((10, 1.0, 0.1), (3, 10.0, 0.5))
    )
    assert model.book.price[0] == pytest.approx(grid[np.argmax(profit)], abs=2e-3)


def planner_value(
    quality: Floats,
    cost: Floats,
    work: Floats,
    pool: NDArray[np.int64],
    capacity: Floats,
    users: Floats,
    worth: Floats,
    noise: Floats,
) -> tuple[float, Floats]:
    def dual(rent: Floats) -> tuple[float, Floats]:
        utility = (quality - (cost + rent[pool] * work) / worth[:, None]) / noise[:, None]
        total = np.logaddexp(logsumexp(utility, axis=1), 0.0)
        used = users @ np.exp(utility - total[:, None]) * work
        value = float(users * worth * noise @ total + capacity @ rent)
        return value, capacity - np.bincount(pool, used, minlength=capacity.size)

    options = {"ftol": 1e-17, "gtol": 1e-12, "maxiter": 20_000, "maxfun": 200_000}
    box = [(0.0, None)] * capacity.size
    found = minimize(dual, np.ones(capacity.size), jac=True, method="L-BFGS-B", bounds=box, options=options)
    return float(found.fun), np.asarray(found.x)


@pytest.mark.parametrize("seed", range(10))
def test_scarcity_auction_is_the_planners_optimum(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    pools, kinds, hours = int(rng.integers(1, 6)), int(rng.integers(1, 4)), HOURS[seed % 4]
    offers = pools + int(rng.integers(0, 4))
    pool = np.append(np.arange(pools), rng.integers(0, pools, offers - pools))
    quality, cost = rng.uniform(0.2, 2, (kinds, offers)), rng.uniform(0.05, 0.6, offers)
    work, racks = rng.uniform(0.3, 3, offers), rng.uniform(0.5, 25, pools)
    users, worth, noise = rng.uniform(5, 40, kinds), rng.uniform(0.5, 3, kinds), rng.uniform(0.05, 0.5, kinds)
    segments = [
        Segment(f"s{s}", UNIT, users=users[s], requests_per_day=24, worth_usd=worth[s], taste_noise=noise[s])
        for s in range(kinds)
    ]
    firms = []
    for k in range(pools):
        own = tuple(
            Offer(
                f"o{j}",
                cost[j],
                {f"s{s}": quality[s, j] for s in range(kinds)},
                cost=cost[j],
                technology=FixedWork(work[j]),
            )
            for j in np.flatnonzero(pool == k)
        )
        firms.append(Provider(f"p{k}", own, pools=(Pool(racks[k]),), pricing=MarginalCost()))
    model = run(segments, firms, 2, clearing=ScarcityAuction(), calendar=Calendar(tick_hours=hours))
    order = [int(name[1:]) for name in model.book.names]
    value, rents = planner_value(
        quality[:, order], cost[order], work[order], pool[order], racks * hours, users * hours, worth, noise
    )
    found = float(model.cleared.response.surplus.sum() + racks * hours @ model.rents)
    assert found == pytest.approx(value, rel=1e-9)
    np.testing.assert_allclose(model.rents, rents, rtol=1e-5, atol=1e-6)
    assert model.cleared.gap < 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_scarcity_auction_without_noise_is_the_assignment(seed: int) -> None:
    rng = np.random.default_rng(300 + seed)
    pools, kinds = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    people = int(rng.integers(1, 25))
    quality, cost, racks = rng.uniform(0.5, 1.5, (kinds, pools)), rng.uniform(0, 0.5, pools), rng.uniform(1, 20, pools)
    worths = [tuple(rng.uniform(0.5, 3, people).tolist()) for _ in range(kinds)]
    segments = [
        Segment(f"s{s}", UNIT, users=20, individuals=people, requests_per_day=24, taste_noise=0.0, worths_usd=worths[s])
        for s in range(kinds)
    ]
    firms = [
        Provider(
            f"p{j}",
            (Offer(f"o{j}", cost[j], {f"s{s}": quality[s, j] for s in range(kinds)}, cost=cost[j]),),
            pools=(Pool(racks[j]),),
            pricing=MarginalCost(),
        )
        for j in range(pools)
    ]
    model = run(segments, firms, 1, clearing=ScarcityAuction())
    gain = np.concatenate([np.outer(worths[s], quality[s]) - cost for s in range(kinds)])
    best = assignment(gain, np.full(gain.shape[0], 20 / people), racks)
    assert float(model.cleared.response.surplus.sum() + racks @ model.rents) == pytest.approx(best, rel=1e-6)
    assert model.cleared.gap < 1e-6
    assert (model.cleared.response.requests.sum(axis=0) <= racks * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", range(5))
def test_peak_load(seed: int) -> None:
    rng = np.random.default_rng(400 + seed)
    hours = (1.0, 0.5, 2.0, 12.0, 6.0)[seed]
    periods = int(rng.integers(2, min(4, round(24 / hours)) + 1))
    chokes, slope = rng.uniform(8, 30, periods), rng.uniform(0.05, 0.5)
    running = rng.uniform(0.5, 3)
    capital = rng.uniform(0.2, 0.8) * (chokes.max() - running)
    model = peak_load_market(chokes, slope, running, capital, hours)
    capacity, prices = planner(chokes, slope, running, capital)
    assert model.capacity[0] == pytest.approx(capacity, rel=1e-6)
    paid = model.records.series("offers", "paid_price", "good")
    ticks = model.records.ticks
    by_period = [paid[ticks - 1 - (ticks - 1 - k) % periods] for k in range(periods)]
    np.testing.assert_allclose(by_period, prices, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_capacity_first_is_cournot(seed: int) -> None:
    rng = np.random.default_rng(500 + seed)
    firms = seed + 1
    choke, slope = rng.uniform(10, 30), rng.uniform(0.05, 0.3)
    running, capital = rng.uniform(0.5, 2, firms), rng.uniform(2, 4, firms)
    model = duopoly_market(choke, slope, running, capital, ticks=60)
    capacity, price = cournot(choke, slope, running, capital)
    np.testing.assert_allclose(model.capacity, capacity, rtol=1e-6)
    assert model.cleared.prices[0].min() == pytest.approx(price, rel=1e-6)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("servers", [1, 3, 40])
def test_waits_whatever_the_tick(servers: int, hours: float) -> None:
    load = 0.85 * servers
    waits = station([0.3 * load / 2.5, 0.7 * load / 2.5], servers, service=2.5, tick_hours=hours).wait_h
    start = mmc_wait(servers, load, 2.5) * (servers - load) / servers
    np.testing.assert_allclose(waits, start / np.array([1 - 0.255, (1 - 0.255) * 0.15]), rtol=1e-9)


@pytest.mark.parametrize(("seed", "ticks"), [(0, 400), (1, 400), (2, 400), (3, 600)])
def test_deferral(seed: int, ticks: int) -> None:
    rng = np.random.default_rng(600 + seed)
    low = rng.uniform(10, 60)
    loads, slope = (low + rng.uniform(10, 80), low), rng.uniform(0.01, 0.1)
    movable, cost = rng.uniform(0.2, 0.6) * loads[0], rng.uniform(0.1, 0.9) * slope * (loads[0] - low)
    model = two_halves(loads, 1.0, slope, movable, cost, ticks)
    shift = cheapest_shift(loads, 1.0, slope, movable, cost)
    assert model.records.series("segments", "put_off", "users")[-2] == pytest.approx(shift, rel=1e-5)


@pytest.mark.parametrize("night", [0.0, 1e-6])
def test_work_is_put_off_into_hours_in_which_nobody_asks(night: float) -> None:
    """Loads 100 and 0, cost 1 + .05 Q, shifting cost .5, at most 50 movable: shift (100 - 0 - .5 / .05) / 2 = 45."""
    model = two_halves((100.0, night), 1.0, 0.05, 50.0, 0.5, 400)
    assert model.records.series("segments", "put_off", "users")[-2] == pytest.approx(45.0, rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_rush_hours(seed: int) -> None:
    rng = np.random.default_rng(700 + seed)
    hours = (0.5, 1.0, 2.0)[seed % 3]
    ticks = round(24 / hours)
    load = rng.uniform(20, 180, 24 if hours <= 1 else ticks)
    load[-len(load) // 3 :] *= 0.3
    by_hour = load if load.size == 24 else np.repeat(load, 2)
    shape = LoadShape(tuple(by_hour / by_hour.mean()), tuple(by_hour / by_hour.mean()))
    users = Segment("users", UNIT, users=by_hour.mean(), requests_per_day=24, outside=None, shape=shape)
    rule: Rationing = RULES[seed % len(RULES)]
    firm = Provider("firm", (Offer("good", 1.0),), pools=(Pool(100.0),))
    model = run(users, firm, ticks, calendar=Calendar(tick_hours=hours), rationing=rule)
    ordered = model.records.series("offers", "ordered", "good")
    backlog, area, largest = 0.0, 0.0, 0.0
    for arrived in ordered:  # the polygon, corner by corner
        change = arrived - 100.0 * hours
        end = backlog + change
        area += hours * (backlog + end) / 2 if end >= 0 else hours * backlog**2 / (2 * -change)
        backlog = max(end, 0.0)
        largest = max(largest, backlog)
    waiting = model.records.series("offers", "waiting", "good")
    assert waiting.max() == pytest.approx(largest, rel=1e-9)
    seen = model.records.series("offers", "wait_h", "good")
    assert seen @ ordered == pytest.approx(area, rel=1e-9)  # by Little's law, what all wait is the area


@pytest.mark.parametrize("seed", range(5))
def test_littles_law(seed: int) -> None:
    rng = np.random.default_rng(800 + seed)
    hours, rule, whole = HOURS[seed % 4], RULES[seed], bool(seed % 2)
    segments = [
        Segment(
            f"s{k}",
            UNIT,
            users=float(rng.uniform(10, 40)),
            individuals=5,
            requests_per_day=24,
            worth_spread=0.5,
            patience_h=float(rng.choice([0.0, 1.0, 5.0, np.inf])),
            taste_noise=0.3,
            burstiness=1.5,
        )
        for k in range(3)
    ]
    offers = tuple(
        Offer(f"o{j}", 0.1, 1.0, tier=Tier(f"t{j}", priority=float(j), deadline_h=float(rng.choice([4.0, np.inf]))))
        for j in range(3)
    )
    firm = Provider("firm", offers, pools=(Pool(30.0),))
    model = run(segments, firm, 50, rationing=rule, whole=whole, calendar=Calendar(tick_hours=hours))
    table = {name: values[:50] for name, values in model.records.tables["offers"].data.items()}
    waited = table["served_wait_h"].sum() + table["left_wait_h"].sum() + model.queue.waited_h.sum()
    assert table["waiting"].sum() * hours == pytest.approx(waited, rel=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_toll(seed: int) -> None:
    rng = np.random.default_rng(900 + seed)
    choke, slope, delay, rate = rng.uniform(5, 12), rng.uniform(0.4, 1.0), rng.uniform(1, 4), rng.uniform(8, 14)
    model = single_server(choke, slope, delay, rate, CongestionToll(12.0), 12.0)

    def social(x: float) -> float:
        return float(choke - slope * x - 1.0 - delay * (x / rate / (rate - x) + x / (rate - x) ** 2))

    assert float(model.orders.sum()) == pytest.approx(brentq(social, 0, rate * (1 - 1e-12)), rel=1e-6)


@pytest.mark.parametrize("factor", [0.3, 0.9, 1.1])
def test_price_adjustment_has_its_critical_gain(factor: float) -> None:
    slope, racks = 0.25, 30.0
    firm = Provider("firm", (Offer("good", 10.0),), pools=(Pool(racks),), pricing=PriceAdjustment(2 * slope * factor))
    model = run(Curves("users", (LinearDemand(16.0, slope),)), firm, 120)
    price = model.book.price[0]
    assert (abs(price - (16.0 - slope * racks)) < 1e-6) == (factor < 1)
