"""Laws of queues: Little's law exactly, order, deadlines, patience, and slowness before waiting."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity import Workload
from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.waits import WaitModel
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.laws.examples import INFERENCE, RULES
from scenarios.laws.law import quick
from scenarios.laws.plain_economies import market_of, people, run, seller, ticks_of

CALM = WaitModel(chance=False)
TIERS = (Tier("fast", priority=0.0, deadline_h=4.0), Tier("slow", priority=1.0))


def crowded(whole: bool, rule: Rationing, patience_h: float, fallback: bool = True, racks: float = 60.0) -> TokenMarket:
    provider = Provider("p", tuple(Offer(t.name, 1.0, 1.0, tier=t) for t in TIERS), pools=(Pool((racks, 2 * racks)),))
    economy = market_of(
        people(patience_h=patience_h, burstiness=2.0),
        people("two", patience_h=3.0),
        provider,
        seller("q", racks=20.0),
        rationing=rule,
        whole=whole,
        fallback=fallback,
        waits=CALM,
    )
    return run(economy, 20)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("rule", RULES, ids=str)
@quick(3)
@given(patience_h=st.sampled_from([0.0, 1.0, math.inf]), fallback=st.booleans())
def test_littles_law(rule: Rationing, whole: bool, patience_h: float, fallback: bool) -> None:
    """Queue summed over ticks = wait summed over requests (done, gone and still waiting), for every offer."""
    model = crowded(whole, rule, patience_h, fallback)
    data = model.records.tables["offers"].data
    queued = data["waiting"][:20].sum(axis=0) * model.calendar.tick_hours
    waited = (data["served_wait_h"] + data["left_wait_h"])[:20].sum(axis=0) + model.queue.waited_h.sum(axis=0)
    assert queued.sum() > 0 or patience_h == 0
    if whole:
        np.testing.assert_array_equal(queued, waited)
    else:
        np.testing.assert_allclose(queued, waited, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_no_machine_idles_while_somebody_waits(rule: Rationing, whole: bool) -> None:
    model = crowded(whole, rule, 2.0)
    pools = model.records.tables["pools"].data
    idle = pools["capacity"][:20] - pools["used"][:20]
    left = pools["backlog"][:20] > 1.0  # a request is one rack-hour
    joined = model.records.tables["offers"].data["joined"][:20]
    arrived_late = np.array([np.bincount(model.book.pool, weights=row, minlength=model.book.pools) for row in joined])
    stuck = left & (idle >= 1.0) & (pools["backlog"][:20] > arrived_late + 1e-9)
    assert not stuck.any()


@pytest.mark.parametrize("whole", [False, True])
def test_nobody_waits_beyond_the_deadline(whole: bool) -> None:
    provider = Provider("p", (Offer("o", 1.0, 1.0, tier=Tier(deadline_h=3.0)),), pools=(Pool(5.0),))
    for _, model in ticks_of(market_of(people(patience_h=math.inf), provider, whole=whole, fallback=False), 10):
        assert model.queue.waiting.shape[2] <= 3
    assert model.records.series("offers", "late").sum() > 0
    assert model.records.series("offers", "impatient").sum() == 0


def test_deadline_and_patience_of_nothing() -> None:
    for deadline, patience in ((0.0, math.inf), (math.inf, 0.0), (0.0, 0.0)):
        provider = Provider("p", (Offer("o", 1.0, 1.0, tier=Tier(deadline_h=deadline)),), pools=(Pool(5.0),))
        model = run(market_of(people(patience_h=patience), provider), 5)
        assert model.records.series("ticks", "waiting").sum() == 0
        assert model.records.series("ticks", "turned_away").sum() > 0


def test_patience_without_end_keeps_everybody() -> None:
    model = run(market_of(people(patience_h=math.inf), seller("p", racks=5.0)), 10)
    assert model.records.series("ticks", "turned_away").sum() == 0
    data = model.records.tables["ticks"].data
    assert data["waiting"][9, 0] == pytest.approx((data["ordered"] - data["served"])[:10].sum(), rel=1e-12)


def test_priority_is_served_first() -> None:
    model = crowded(False, StrictPriority(), math.inf, fallback=False, racks=350.0)
    data = model.records.tables["offers"].data
    fast, slow = model.book.names.index("fast"), model.book.names.index("slow")
    assert data["served"][:20, slow].sum() > 0
    assert data["waiting"][:20, slow].max() > 0
    unserved = data["waiting"][:20, fast] > 1e-9
    assert data["served"][:20, slow][unserved].sum() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("whole", [False, True])
def test_who_leaves_goes_to_the_next_best_or_gives_up(whole: bool) -> None:
    agents = (people(patience_h=0.5, outside=None), seller("p", racks=5.0, quality=1.2), seller("q", racks=1e5))
    with_, without = (
        run(market_of(*agents, fallback=fallback, whole=whole, waits=CALM), 6) for fallback in (True, False)
    )
    assert with_.records.series("offers", "joined", "q offer").sum() > 0
    assert with_.records.series("offers", "joined", "p offer").sum() == 0  # nobody comes from q: it has room
    assert with_.records.series("ticks", "turned_away").sum() == pytest.approx(0.0, abs=1e-9)  # nothing is no option
    assert without.records.series("ticks", "moved").sum() == 0
    assert without.records.series("ticks", "turned_away").sum() > 0


def test_slower_with_load_down_to_the_promise_and_only_then_queues() -> None:
    """Inference: the batch grows along the operating curve before anybody waits."""
    workload = Workload(8_000, 1_000)
    tier = Tier(speed=35.0)
    work = INFERENCE.work(workload, tier.speed)
    provider = Provider("p", (Offer("o", 1.0, 1.0, INFERENCE, tier),), pools=(Pool(10.0),))
    speeds, waits = [], []
    loads = (0.01, 0.2, 0.5, 0.8, 0.95, 1.0, 1.2, 2.0)
    for load in loads:
        demand = LinearDemand(1e9, 1e9 / (load * 10.0 / work))  # all but vertical
        segment = CurveSegment("u", (demand,), workload, patience_h=1.0)
        model = run(market_of(segment, provider, waits=CALM), 30)
        speeds.append(model.records.series("offers", "speed")[-1])
        waits.append(model.records.series("offers", "waiting")[-1])
        assert model.records.series("pools", "utilisation")[-1] == pytest.approx(min(load, 1.0), rel=1e-6)
    assert all(a >= b * (1 - 1e-9) for a, b in pairwise(speeds)), speeds
    assert speeds[0] > 1.5 * tier.speed
    for load, speed, waiting in zip(loads, speeds, waits, strict=True):
        if load < 1:
            assert speed > tier.speed
            assert waiting == 0
        if load > 1:
            assert speed == pytest.approx(tier.speed, rel=1e-3)
            assert waiting > 0
