"""Sellers that count what their prices do to waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq

from market import TokenMarket
from market.demand.haste import TimeValues
from market.demand.segment import Segment
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.simulation.answering import Answered, Queues
from market.simulation.asking import Asking
from market.simulation.research import Research
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.library import SCENARIOS
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]

RATE = 10.0


def people(noise: float = 0.2, **knobs: Any) -> Segment:
    given = {"requests_per_day": 24, "worth_spread": 1.0, "time_value": 1.0, "taste_noise": noise}
    return Segment("users", UNIT, 20.0, 200, cells=200, **(given | knobs))


def server(prices: tuple[float, ...], pricing: PricingPolicy, name: str = "seller") -> Provider:
    """One server that does ten an hour, and tiers told apart by who is served first."""
    offers = tuple(
        Offer(f"{name} {k}", p, technology=FixedWork(rack_hours=1.0 / RATE), tier=Tier(f"rank {k}", priority=float(k)))
        for k, p in enumerate(prices)
    )
    return Provider(name, offers, pools=(Pool(1.0),), pricing=pricing)


def market(*sellers: Provider, ticks: int = 3, users: Segment | None = None, **waits: Any) -> TokenMarket:
    return run(users or people(), sellers, ticks, waits=WaitModel(**waits), learning_ticks=4.0)


def asked(model: TokenMarket, prices: Floats, own: NDArray[np.int64], spot_use: float = np.inf) -> Answered:
    """What the seller of some offers learns of demand at prices."""
    founded, state = model.founded, model.state
    known, book = state.known, state.posted.book
    research = Research(founded, model.records.ticks, state.firms.alive, state.expected.delay_h, state.firms.alive)
    pools = np.unique(book.pool[own])
    busy = np.full(book.pools, np.inf)
    busy[pools] = spot_use
    held = state.machines.capacity if np.isinf(spot_use) else np.zeros(book.pools)
    queues = Queues(
        founded.economy.waits,
        founded.impatience,
        founded.hours,
        pools,
        held,
        busy,
        known.chance_wait_h,
        known.load,
        np.full(book.pools, 1.0 / RATE),
    )
    return Answered(research.in_tick(book), np.ones(book.offers), own, prices, queues)


OWN = np.array([0, 1])


def test_users_and_waits_come_true_together() -> None:
    """What is ordered at the waits that follow from it is what was ordered."""
    model = market(server((1.9, 1.4), FixedPrice()))
    one = asked(model, np.array([1.5, 1.2]), OWN)
    at, orders = one._rest.found
    assert one._rest.after(orders) == pytest.approx(at, abs=1e-8)
    first, second = orders[0]
    idle = (first + second) / RATE**2
    expected = idle / (1 - first / RATE) / np.array([1.0, 1 - (first + second) / RATE])
    assert one._rest.asking_at(at).delay_h[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("start", [0.0, 0.01, 30.0])
def test_where_it_starts_is_nothing(start: float) -> None:
    """From no waits, and from waits of days."""
    model = market(server((1.9, 1.4, 1.2), FixedPrice()))
    one, own = np.array([1.5, 1.2, 0.9]), np.array([0, 1, 2])
    found = asked(model, one, own)
    found._rest.queues = replace(found._rest.queues, wait_h=np.full(3, start))
    assert found.demand == pytest.approx(asked(model, one, own).demand, rel=1e-6)


def test_one_tier_against_a_root() -> None:
    """λ = Λ P(w (1 - W(λ)) - p + noise > 0): the wait at which those who come make it."""
    model = market(server((1.5,), FixedPrice()))
    wait = np.linspace(0.0, 0.9, 2)

    def after(wait: float) -> float:
        state = model.state
        asking = Asking(
            model.founded,
            tuple(c.would_want(3) for c in model.founded.cohorts),
            state.posted.book,
            state.firms.alive,
            np.array([[wait]]),
        )
        load = float(asking(np.array([[1.5]])).requests.sum())
        return load / RATE / max(RATE - load, 1e-9) - wait

    rest = float(brentq(after, *wait, xtol=1e-13))
    load = rest * RATE**2 / (1 + rest * RATE)
    assert asked(model, np.array([1.5]), np.array([0])).demand[0] == pytest.approx(load, rel=1e-7)


def test_slopes_are_those_of_demand_at_rest() -> None:
    model = market(server((1.9, 1.4), FixedPrice()))
    prices, step = np.array([1.6, 1.3]), 1e-4
    one = asked(model, prices, OWN)
    for k in range(2):
        more, less = (asked(model, prices + sign * step * np.eye(2)[k], OWN).demand for sign in (1, -1))
        slope = (more - less) / (2 * step)
        assert -one.own[k] == pytest.approx(slope[k], rel=2e-3)
        assert one.cross[1 - k, k] == pytest.approx(slope[1 - k], rel=2e-3)


def test_a_tier_that_fills_is_worth_less_than_at_waits_as_they_are() -> None:
    """Who lowers a price gets fewer than at today's waits, and loses fewer by raising it."""
    model = market(server((1.9, 1.4), FixedPrice()), ticks=40)
    alive = model.state.firms.alive
    research = Research(model.founded, 40, alive, model.state.expected.delay_h, alive)
    plain = research.of_tick(model.book, np.ones(2), OWN, np.array([1.9, 1.0])).demand.sum()
    assert asked(model, np.array([1.9, 1.0]), OWN).demand.sum() < 0.95 * plain
    assert asked(model, np.array([1.9, 1.4]), OWN).demand == pytest.approx(model.orders[0], rel=2e-3)


def test_who_rents_machines_keeps_them_as_busy() -> None:
    """More that is sold makes nobody wait; who is served first does."""
    model = market(server((1.9, 1.4), FixedPrice()))
    few, many = (asked(model, np.array(p), OWN, spot_use=0.8) for p in ([3.0, 2.5], [0.3, 0.2]))
    assert many.demand.sum() > 1.5 * few.demand.sum()
    load = [
        float(q.capacity(model.book, o)[0] / o.sum())
        for q, o in ((x._rest.queues, x._rest.found[1]) for x in (few, many))
    ]
    assert load == pytest.approx([1 / RATE / 0.8] * 2)


def test_too_many_wait_until_they_are_not_too_many() -> None:
    """At a price of nothing more want it than the server can do; the wait grows until they do not."""
    model = market(server((1.9, 1.4), FixedPrice()))
    assert 0.9 * RATE < asked(model, np.zeros(2), OWN).demand.sum() < 1.05 * RATE


def test_others_waits_stay() -> None:
    model = market(server((1.9, 1.4), FixedPrice()), server((1.7,), FixedPrice(), "rival"))
    one = asked(model, np.array([0.9, 0.8]), OWN)
    at, _ = one._rest.found
    assert one._rest.asking_at(at).delay_h[0, 2] == model.state.expected.delay_h[0, 2]


def test_profit_is_no_lower_than_with_waits_as_they_are_and_grows_with_tiers() -> None:
    """The same seller, once users have settled; three tiers earn more than two, and two more than one."""
    earned = {}
    for answer, prices in ((False, (1.9, 1.4)), (True, (1.9,)), (True, (1.9, 1.4)), (True, (2.2, 1.8, 1.4))):
        pricing = Every(BestResponse(40, waits_answer=answer), 8_766.0 if answer else 24.0)
        model = market(server(prices, pricing), ticks=80, users=people(0.1))
        earned[answer, len(prices)] = float(model.book.price @ model.orders.sum(axis=0))
    assert earned[True, 2] > earned[False, 2]
    assert earned[True, 3] > earned[True, 2] > earned[True, 1]


def test_time_values_that_differ_count() -> None:
    """A premium appears where hours are worth different amounts, and is what the gap of waits is worth."""
    users = people(0.0, worth_spread=0.0, time_value=0.5, time_values=TimeValues(spread=1.2))
    model = market(server((0.9, 0.7), Every(BestResponse(waits_answer=True), 8_766.0)), ticks=60, users=users)
    assert model.book.price[0] - model.book.price[1] > 0.05


def test_policies_around_it_say_so() -> None:
    best = BestResponse(waits_answer=True)
    assert Every(best).counts_waits
    assert Blocks(best).counts_waits
    assert not Every(BestResponse()).counts_waits


def test_a_scenario_sets_it() -> None:
    scenario = SCENARIOS["baseline-2026"].with_changes({"labs.*.pricing.waits_answer": True})
    labs = [p for p in scenario.economy(10).providers if p.kind == "frontier"]
    assert labs
    assert all(p.pricing.counts_waits for p in labs)
