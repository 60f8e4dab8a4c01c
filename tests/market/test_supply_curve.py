"""Supply curves by themselves: what is offered at a rent, what that costs, and what is left."""

from __future__ import annotations

import pytest

from capacity.errors import InputError
from market.exchange.supply_curve import FixedCapacity, RisingCost, SupplyCurve


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


@pytest.mark.parametrize("slope", [0.0, -0.5])
def test_a_cost_that_does_not_rise_is_refused(slope: float) -> None:
    with pytest.raises(InputError, match="slope_usd"):
        RisingCost(slope)


@pytest.mark.parametrize("lacking", ["quantity", "cost", "slope"])
def test_a_curve_says_all_that_there_is_to_say(lacking: str) -> None:
    parts = {name: getattr(FixedCapacity, name) for name in ("quantity", "cost", "slope") if name != lacking}
    with pytest.raises(TypeError, match=lacking):
        type("Lacking", (SupplyCurve,), {**parts, "kind": "lacking"})()
