"""Needing: what a seller expects to serve, and what that earns."""

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers


def needy(price: float = 3.0, waiting: float = 0.0) -> Market:
    """One seller, whose buyers ordered 7 requests in the last tick and whose queue holds some."""
    market = a_market(buyers(most=10.0, at_zero=10.0), a_seller("lab", price=price))
    market.make("effects", tick=0)
    market.put("ordered", orders=np.array([[7.0]]), at_list=np.array([[7.0]]))
    market.put("served", waiting=np.array([[waiting]]))
    return market


def test_what_waits_is_needed_beside_what_is_expected() -> None:
    calm, busy = (needy(waiting=waiting).make("needs", tick=1) for waiting in (0.0, 2.0))
    assert busy.orders[0, 0] - calm.orders[0, 0] == pytest.approx(2.0)


def test_a_request_earns_its_list_price_and_takes_its_work() -> None:
    needs = needy(price=3.0).make("needs", tick=1)
    assert needs.earned[0, 0] == pytest.approx(3.0)
    assert needs.work[0, 0] == pytest.approx(needs.orders[0, 0])  # a rack-hour a request
