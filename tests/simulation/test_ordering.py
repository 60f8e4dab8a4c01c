"""Ordering: the mechanism finds prices, and users order at them."""

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction


def with_capacity(clearing: Clearing, capacity: float, waiting_work: float = 0.0, **settings: bool) -> Market:
    """Demand of 10 - p requests of a rack-hour, at a list price of 3."""
    market = a_market(buyers(), a_seller("lab", price=3.0), clearing=clearing, **settings)
    market.put("machines", capacity=np.array([capacity]))
    market.put("expected", waiting_work=np.array([[waiting_work]]))
    market.state.wanted = market.make("wanted", tick=0)
    return market


def test_at_posted_prices_all_order_that_would() -> None:
    ordered = with_capacity(PostedPrices(), 4.0).make("ordered", tick=0)
    assert ordered.orders.tolist() == [[7.0]]
    assert ordered.at_list.tolist() == [[7.0]]
    assert ordered.cleared.rents.tolist() == [0.0]


@pytest.mark.parametrize(("capacity", "waiting_work", "price"), [(4.0, 0.0, 6.0), (4.0, 2.0, 8.0), (9.0, 0.0, 3.0)])
def test_an_auction_raises_the_price_until_orders_fit(capacity: float, waiting_work: float, price: float) -> None:
    """10 - p = capacity less what waits before; the rent is what lies above the list price."""
    ordered = with_capacity(ScarcityAuction(), capacity, waiting_work).make("ordered", tick=0)
    assert ordered.cleared.prices[0, 0] == pytest.approx(price, abs=1e-6)
    assert ordered.orders[0, 0] == pytest.approx(10.0 - price, abs=1e-6)
    assert ordered.cleared.rents[0] == pytest.approx(price - 3.0, abs=1e-6)


def test_whole_requests_are_drawn_around_what_is_expected() -> None:
    """The mean of 400 Poisson numbers of mean 7 is within 5 of its standard deviations of 7."""
    market = with_capacity(PostedPrices(), 4.0, whole=True)
    drawn = np.array([market.make("ordered", tick=0).orders[0, 0] for _ in range(400)])
    assert (drawn == np.rint(drawn)).all()
    assert abs(drawn.mean() - 7.0) < 5.0 * np.sqrt(7.0 / 400)
    assert drawn.var() == pytest.approx(7.0, rel=0.4)
