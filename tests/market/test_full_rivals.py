"""Sellers of one good who undercut each other, and what they make of their own and their rivals' machines."""

from __future__ import annotations

import numpy as np
import pytest

from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.every import Every
from market.supply.specs import Offer, Pool, Provider
from scenarios.results.cautions import cautions
from scenarios.results.frames import frames_of
from scenarios.verification.full_rivals import people
from scenarios.verification.setups import run


def two(first: PricingPolicy, second: PricingPolicy, racks: float) -> list[Provider]:
    return [
        Provider(name, (Offer(name, price),), pools=(Pool(racks),), pricing=pricing)
        for name, price, pricing in (("A", 10.0, first), ("B", 20.0, second))
    ]


def test_sellers_whose_turns_never_meet_midnight_look_around_too() -> None:
    """They stood where the first had been undercut by a hair, for ever."""
    model = run([people()], two(Every(BestResponse(), 24.0, turn_hours=13.0), Every(BestResponse(), 24.0), 200.0), 160)
    price = model.records.series("offers", "price", "A")
    assert np.unique(price).size > 5
    assert model.book.price.max() < 0.5 * price[0]


def test_who_sells_nothing_looks_at_once() -> None:
    model = run([people()], two(BestResponse(), BestResponse(), 200.0), 4)
    sold = np.array([model.records.series("offers", "served", name) for name in "AB"])
    assert (sold.max(axis=1) > 0).all()


def test_users_without_tastes_go_on_by_worth() -> None:
    """A, at 20, serves the 30 to whom a request is worth most; 40 of those that are left would pay 30 to B."""
    sellers = [
        Provider(name, (Offer(name, price),), pools=(Pool(racks),))
        for name, price, racks in (("A", 20.0, 30.0), ("B", 30.0, 1e6))
    ]
    model = run([people()], sellers, 1, overflow=True)
    assert model.round.served.sum(axis=0) == pytest.approx([30.0, 40.0])


def test_a_seller_counts_on_what_its_rival_turns_away() -> None:
    """The rival at 10 serves 30 of 100 - p: the best price for the rest is 35."""
    rival = Provider("B", (Offer("B", 10.0),), pools=(Pool(30.0),))
    for counts, most in ((True, 35.5), (False, 10.0)):
        pricing = BestResponse(within_capacity=counts)
        own = Provider("A", (Offer("A", 20.0),), pools=(Pool(60.0),), pricing=pricing)
        assert run([people()], [own, rival], 26, overflow=True).book.price[0] == pytest.approx(most, abs=1.01)


def test_prices_that_go_round_are_told() -> None:
    """With 50 machines each of 100 - p there is no equilibrium; with plenty of them prices fall, and rest."""
    pricing = BestResponse(within_capacity=True)
    turns = Every(pricing, 24.0), Every(pricing, 24.0, turn_hours=12.0)
    model = run([people()], two(*turns, 50.0), 300, overflow=True)
    assert set(model.restless) == {"A", "B"}
    low, high = model.restless["A"]
    assert 11.5 < low < 15.0
    assert 20.0 < high < 26.0
    assert "No rest: the list goes up and down" in model.explain("A")
    assert "lists go up and down without rest (A between" in cautions(frames_of(model))[0]
    still = run([people()], two(BestResponse(), BestResponse(), 200.0), 8)
    assert not still.restless
    assert "No rest" not in still.explain("A")
