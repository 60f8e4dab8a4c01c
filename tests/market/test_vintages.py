"""Vintages: older machines are used last, rented last, and given up when rent does not pay their upkeep."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.errors import InputError
from market.supply.expansion import FollowRents
from market.supply.specs import Hyperscaler
from market.supply.vintages import MONTH, Standing, Vintage
from market.supply.wholesale import Older
from scenarios.library import SCENARIOS
from scenarios.verification.vintages import two_vintages

OLD = (Vintage("old", 4.0, 3.0, 0.5), Vintage("oldest", 2.0, 5.0, 0.5))


def test_what_is_left_is_the_dearest() -> None:
    older = Older(np.array([0, 1, 0]), np.array([3.0, 3.0, 5.0]), np.array([4.0, 9.0, 2.0]))
    assert older.left_of(np.array([5.0, 2.0])).tolist() == [3.0, 2.0, 2.0]
    assert older.left_of(np.array([0.0, 0.0])).tolist() == [0.0, 0.0, 0.0]


def test_a_vintage_goes_when_its_month_left_less_than_its_upkeep() -> None:
    """At a price of 5.2 the old ones leave 2.2, the oldest 0.2, which is below 0.5: half of them go."""
    standing = Standing(OLD)
    standing.see(0.0, 5.2, 1.0)
    assert standing.left.tolist() == pytest.approx([2.2, 0.2])
    assert standing.give_up(0.5 * MONTH, 0.5) == 0.0
    assert standing.give_up(MONTH, 0.5) == 1.0
    assert standing.racks.tolist() == [4.0, 1.0]
    assert standing.give_up(1.5 * MONTH, 0.5) == 0.0
    assert standing.upkeep == 2.5


def test_power_that_costs_more_leaves_less() -> None:
    standing = Standing(OLD)
    standing.see(0.0, 10.0, 2.0)
    assert standing.left.tolist() == [4.0, 0.0]


def test_nothing_is_lost_when_machines_are_given_up() -> None:
    model = two_vintages(120.0, 400, 0.2)
    owned = model.records.series("wholesale", "owned")
    parts = ("first_party", "contracted", "on_demand", "sold_spot", "idle")
    total = sum(model.records.series("wholesale", name) for name in parts)
    np.testing.assert_allclose(total, owned)
    assert owned[-1] < owned[0]
    assert model.records.series("ticks", "spot_price")[-1] > 1.4


def test_more_old_machines_than_machines_are_refused() -> None:
    with pytest.raises(InputError, match="racks"):
        Hyperscaler("cloud", 5.0, older=OLD)


def test_orders_before_the_start_come_lump_by_lump_and_end_where_the_lead_time_does() -> None:
    fleet = FollowRents(300.0, lead_quarters=1, pipeline_growth=2.0, lump_months=2).fleet(10.0)
    years, racks = zip(*fleet.on_order, strict=True)
    assert years == pytest.approx((2.0 / 12.0, 0.25))
    assert sum(racks) == pytest.approx(10.0 * (2.0**0.25 - 1.0))


def test_what_is_ordered_within_a_quarter_comes_at_once() -> None:
    plan = FollowRents(1.0, lead_quarters=1, growth=2.0, lump_months=3)
    fleet = plan.fleet(10.0)
    fleet.earned = 5.0
    for month in (0.5, 1.5, 2.5):
        plan(fleet, month / 12.0)
    assert [years for years, _ in fleet.on_order] == pytest.approx([0.5] * 3)
    plan(fleet, 0.49)
    assert fleet.racks == 10.0
    plan(fleet, 0.51)
    assert fleet.racks == pytest.approx(10.0 * 2.0**0.25)


def test_owners_of_a_scenario_have_the_chips_that_were_counted() -> None:
    """The same machines in all, in vintages; older chips take more power for the same work."""
    plain, counted = (
        SCENARIOS["baseline-2026"].with_changes(changes).economy(30) for changes in ({}, {"supply.vintages": True})
    )
    for one, other in zip(plain.hyperscalers, counted.hyperscalers, strict=True):
        assert one.racks == pytest.approx(other.racks)
        assert not one.older
        costs = [other.running_cost, *(old.running_cost for old in other.older)]
        assert costs == sorted(costs)
        assert {"h100", "a100"} <= {old.name for old in other.older}
        assert other.racks > sum(old.racks for old in other.older)
