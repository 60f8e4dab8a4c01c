"""Supply curves by themselves: what is offered at a rent, what that costs, and what is left."""

from __future__ import annotations

import pytest

from market.exchange.supply_curve import FixedCapacity, RisingCost


@pytest.mark.parametrize(("rent", "quantity"), [(-1.0, 0.0), (0.0, 0.0), (3.0, 1.5), (8.0, 4.0), (9.0, 4.0)])
def test_rising_cost(rent: float, quantity: float) -> None:
    curve = RisingCost(2.0)
    assert curve.quantity(rent, 4.0) == quantity
    assert curve.cost(quantity) == quantity**2
    assert curve.profit(rent, 4.0) == rent * quantity - quantity**2
    assert curve.slope(rent, 4.0) == (0.5 if rent < 8 else 0.0)


def test_fixed_capacity() -> None:
    curve = FixedCapacity()
    for rent in (0.0, 3.0):
        assert curve.quantity(rent, 4.0) == 4.0
        assert curve.profit(rent, 4.0) == 4.0 * rent
        assert curve.slope(rent, 4.0) == curve.cost(4.0) == 0.0
