"""Investing: racks of one's own follow what they earn."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.supply.specs import Investment, Pool


def earning(rent: float, *, cycle_ticks: int = 1) -> Market:
    """Ten racks that cost 1 a cycle and grow by a tenth of a rack for every dollar above that."""
    pool = Pool(10.0, investment=Investment(cost_per_cycle=1.0, cycle_ticks=cycle_ticks, gain=0.1))
    market = a_market(buyers(), a_seller("lab", pool=pool))
    market.put("ordered", cleared=replace(market.state.ordered.cleared, rents=np.array([rent])))
    return market


@pytest.mark.parametrize(("rent", "racks"), [(3.0, 10.2), (1.0, 10.0), (0.0, 9.9)])
def test_racks_grow_where_they_earn_more_than_they_cost(rent: float, racks: float) -> None:
    assert earning(rent).make("invested", tick=0).racks == pytest.approx([racks])


def test_a_cycle_is_summed_up_before_racks_change() -> None:
    """Two ticks of 3 are 6 a cycle: 10 + 0.1 (6 - 1)."""
    market = earning(3.0, cycle_ticks=2)
    market.state.invested = market.make("invested", tick=0)
    assert market.state.invested.racks.tolist() == [10.0]
    assert market.make("invested", tick=1).racks == pytest.approx([10.5])


def test_racks_never_fall_below_nothing() -> None:
    pool = Pool(0.05, investment=Investment(cost_per_cycle=1.0, cycle_ticks=1, gain=0.1))
    assert a_market(buyers(), a_seller("lab", pool=pool)).make("invested", tick=0).racks.tolist() == [0.0]


def test_without_a_plan_they_stay() -> None:
    assert a_market(buyers(), a_seller("lab", racks=10.0)).make("invested", tick=0).racks.tolist() == [10.0]
