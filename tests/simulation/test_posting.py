"""Posting: list prices by each provider's policy, and the targets of routed offers."""

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.supply.pricing.cost_plus import CostPlus
from market.supply.specs import Offer, Provider


def test_a_price_that_is_fixed_stays() -> None:
    market = a_market(buyers(), a_seller("lab", price=3.0))
    assert market.make("posted", tick=0).book.price.tolist() == [3.0]


def test_cost_and_a_margin() -> None:
    market = a_market(buyers(), a_seller("lab", price=3.0, cost=2.0, pricing=CostPlus(margin=0.25)))
    assert market.make("posted", tick=0).book.price == pytest.approx([2.5])


def test_a_fixed_offer_of_who_moves_prices_stays() -> None:
    pricing = CostPlus(margin=0.25)
    market = a_market(buyers(), a_seller("lab", price=3.0, cost=2.0, pricing=pricing, offer={"fixed_price": True}))
    assert market.make("posted", tick=0).book.price.tolist() == [3.0]


def test_newcomers_open_at_their_price() -> None:
    market = a_market(buyers(), a_seller("lab", price=3.0), a_seller("new", price=9.0))
    market.put("firms", opening={1: 1.2})
    assert market.make("posted", tick=0).book.price.tolist() == [3.0, 1.2]


def routed(capacity: list[float]) -> Market:
    """A broker sends to the cheaper of two sellers, at 2 and 3, for a cut of a tenth."""
    broker = Provider("broker", (Offer("routed", 9.0, routes=("a offer", "b offer"), cut=0.1),), kind="broker")
    market = a_market(buyers(), a_seller("a", price=2.0), a_seller("b", price=3.0), broker)
    market.put("machines", capacity=np.array(capacity))
    return market


@pytest.mark.parametrize(
    ("capacity", "target", "price"), [([5.0, 5.0, 0.0], 0, 2.2), ([0.0, 5.0, 0.0], 1, 3.3), ([0.0, 0.0, 0.0], 0, 2.2)]
)
def test_a_broker_sends_to_the_cheapest_that_has_machines(capacity: list[float], target: int, price: float) -> None:
    posted = routed(capacity).make("posted", tick=0)
    assert posted.routed_to == {2: target}
    assert posted.book.price == pytest.approx([2.0, 3.0, price])
    assert posted.book.pool[2] == posted.book.pool[target]
    assert posted.ahead_of[2, target] == 1.0


def test_the_first_served_are_ahead_of_those_of_lower_rank_in_their_pool() -> None:
    market = a_market(buyers(), a_seller("a"), a_seller("b"))
    np.testing.assert_array_equal(market.make("posted", tick=0).ahead_of, np.eye(2))
