"""Requests that are longer than a model's context: who may buy what, and where those go who lose patience."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capacity import ARCHITECTURES, Workload
from capacity.errors import InputError
from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, Refusal, Segment
from market.economy import Economy
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.simulation.founding import contexts_of
from market.supply.specs import Offer, Pool, Provider
from scenarios.library import SCENARIOS

LONG = Workload(900_000, 100_000)


def firm(name: str, longest: float = math.inf, racks: float = 1e9, **other: object) -> Provider:
    offer = Offer(name, 1.0, technology=FixedWork(longest=longest), **other)
    return Provider(name, (offer,), pools=(Pool(racks),), kind="open")


def market(*firms: Provider, contexts: bool = True, ticks: int = 1, **users: object) -> TokenMarket:
    people = Segment("users", LONG, 100.0, **({"requests_per_day": 24.0, "individuals": 200} | users))
    economy = Economy((people,), firms, waits=WaitModel(chance=False), contexts=contexts)
    model = TokenMarket(economy, rng=1)
    model.run_for(ticks)
    return model


def test_a_request_beyond_the_context_is_no_option_and_off_it_is() -> None:
    firms = (firm("short", 1e6 - 1), firm("just", 1e6), firm("long"))
    orders = market(*firms).orders[0]
    assert orders[0] == 0.0
    assert orders[1] == pytest.approx(orders[2])
    assert market(*firms, contexts=False).orders[0, 0] == pytest.approx(orders.sum() / 3, rel=0.2)


def test_off_or_without_a_limit_the_same_bytes() -> None:
    spread = {"request_spread": 1.0, "refusals": (Refusal("open", 0.5),)}
    plain, on = (market(firm("a"), firm("b"), contexts=c, ticks=3, **spread).orders for c in (False, True))
    assert plain.tobytes() == on.tobytes()
    unreached = market(firm("a", 1e12), firm("b"), ticks=3, **spread).orders
    assert unreached == pytest.approx(plain, rel=1e-12)


def test_each_buys_what_serves_its_own_requests() -> None:
    """Beside refusals, with two limits: tokens of an offer are those of requests up to its context."""
    model = market(firm("a", 5e5), firm("b", 2e6), firm("c"), request_spread=1.0, outside=None, taste_noise=1e3)
    cohort = model.cohorts[0]
    assert cohort.too_long is not None
    passed = cohort.too_long[1]
    mass = cohort.requests_per_tick
    expected = [
        mass[passed == 0].sum() / 3,
        mass[passed == 0].sum() / 3 + mass[passed == 1].sum() / 2,
        mass[passed == 0].sum() / 3 + mass[passed == 1].sum() / 2 + mass[passed == 2].sum(),
    ]
    assert all(part.sum() > 0 for part in (mass[passed == k] for k in range(3)))
    assert model.orders[0] == pytest.approx(expected, rel=1e-3)


def test_who_loses_patience_at_a_long_context_joins_no_shorter_one() -> None:
    for contexts in (True, False):
        firms = firm("long", racks=1.0), firm("short", 5e5)
        model = market(*firms, ticks=30, patience_h=0.5, request_spread=1.0, contexts=contexts)
        assert (model.records.series("offers", "joined", "short").sum() > 0.0) is not contexts


def test_a_routed_offer_serves_what_all_its_routes_do() -> None:
    broker = firm("broker", routes=("a", "b"), cut=0.1)
    people = Segment("users", LONG, 100.0)
    economy = Economy((people,), (firm("a", 5e5), firm("b", 2e6), broker), contexts=True)
    assert contexts_of(economy).tolist() == [5e5, 2e6, 5e5]


def test_a_scenario_takes_the_contexts_of_its_architectures() -> None:
    scenario = SCENARIOS["baseline-2026"]
    assert np.isinf(contexts_of(scenario.economy(individuals=30))).all()
    economy = scenario.with_changes({"market.contexts": True}).economy(individuals=30)
    names = [o.name for p in economy.providers for o in p.offers]
    assert contexts_of(economy)[names.index("Islet gpt-oss-120b")] == ARCHITECTURES["gpt-oss-120b"].context == 131_072


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="fixed work: longest is 0, but must be at least 1"):
        FixedWork(longest=0.0)
    cells = {"request_spread": 1.0, "cells": 16, "attachment": 0.0}
    with pytest.raises(InputError, match=r"segment 'users' cannot be grouped into cells.*request_spread is 1"):
        market(firm("a", 5e5), firm("b"), **cells)
    curve = CurveSegment("users", (LinearDemand(10, 0.5),))
    with pytest.raises(InputError, match=r"segment 'users' is given by its demand.*contexts"):
        Economy((curve,), (firm("a", 5e5),), contexts=True)
