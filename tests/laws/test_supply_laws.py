"""Laws of supply curves: what is offered at a rent is what earns most there, and the profit is what that earns."""

import pytest
from examples import SUPPLIES
from hypothesis import given
from hypothesis import strategies as st
from random_economies import quick

from market.exchange.supply_curve import SupplyCurve

rents = st.floats(0.0, 1e3)
capacities = st.sampled_from([0.0, 0.01, 1.0, 50.0, 1e6])


@pytest.mark.parametrize("supply", SUPPLIES, ids=str)
@quick(40)
@given(rent=rents, capacity=capacities, share=st.floats(0.0, 1.0))
def test_nothing_else_earns_more(supply: SupplyCurve, rent: float, capacity: float, share: float) -> None:
    best, other = supply.profit(rent, capacity), share * capacity
    assert best >= rent * other - supply.cost(other) - 1e-9 * max(rent * capacity, 1.0)
    assert 0.0 <= supply.quantity(rent, capacity) <= capacity


@pytest.mark.parametrize("supply", SUPPLIES, ids=str)
@quick(40)
@given(rent=st.floats(0.01, 1e3), capacity=capacities)
def test_profit_rises_by_what_is_offered(supply: SupplyCurve, rent: float, capacity: float) -> None:
    step = 1e-4 * rent
    rise = (supply.profit(rent + step, capacity) - supply.profit(rent - step, capacity)) / (2.0 * step)
    low, high = supply.quantity(rent - step, capacity), supply.quantity(rent + step, capacity)
    room = 1e-6 * max(high, 1e-6)
    assert low - room <= rise <= high + room


@pytest.mark.parametrize("supply", SUPPLIES, ids=str)
def test_no_work_costs_nothing(supply: SupplyCurve) -> None:
    assert supply.cost(0.0) == 0.0
