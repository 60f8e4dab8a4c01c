"""Vintages: older machines are used last, rented last, and given up when rent does not pay their upkeep."""

from __future__ import annotations

import numpy as np
import pytest

from capacity.errors import InputError
from market.calendar import Calendar
from market.supply.expansion import FollowRents
from market.supply.research import Research
from market.supply.specs import Hyperscaler
from market.supply.vintages import STEPS, Exit, Standing, Vintage, dearest_left, fewer
from market.supply.wholesale import Older
from scenarios.library import SCENARIOS
from scenarios.verification.machines import firms
from scenarios.verification.setups import run
from scenarios.verification.vintages import two_vintages

OLD = (Vintage("old", 4.0, 3.0, 0.5), Vintage("oldest", 2.0, 5.0, 0.5))


def test_what_is_left_is_the_dearest() -> None:
    older = Older(np.array([0, 1, 0]), np.array([3.0, 3.0, 5.0]), np.array([4.0, 9.0, 2.0]))
    assert older.left_of(np.array([5.0, 2.0])).tolist() == [3.0, 2.0, 2.0]
    assert older.left_of(np.array([0.0, 0.0])).tolist() == [0.0, 0.0, 0.0]


def test_a_share_of_each_vintage_is_given_up() -> None:
    standing = Standing(OLD)
    assert standing.give_up(np.array([0.0, 0.5])) == 1.0
    assert standing.racks.tolist() == [4.0, 1.0]
    assert standing.upkeep == 2.5
    assert standing.keeping.tolist() == [3.5, 5.5]


def test_the_dearest_to_keep_go_first_and_the_next_then() -> None:
    quantity, keeping = np.array([4.0, 2.0, 2.0]), np.array([3.5, 5.5, 5.5])
    assert fewer(quantity, keeping, 0.75).tolist() == [2.0, 0.0, 0.0]
    assert fewer(np.zeros(3), keeping, 0.75).tolist() == [0.0, 0.0, 0.0]
    assert dearest_left(quantity, keeping) == 1
    assert dearest_left(fewer(quantity, keeping, 0.75), keeping) == 0


def test_a_month_begins_the_mean_anew() -> None:
    outlook = Exit().with_hour(0, np.full(STEPS, -1.0)).with_hour(0, np.full(STEPS, 2.0))
    assert outlook.gaps.tolist() == [0.5] * STEPS
    assert outlook.too_many() == 0.0
    assert outlook.with_hour(1, np.full(STEPS, -1.0)).gaps.tolist() == [-1.0] * STEPS


@pytest.mark.parametrize(("share", "days"), [(0.1, 480), (1.0, 280)])
def test_where_exit_ends_does_not_hang_on_its_speed(share: float, days: int) -> None:
    """Budget 90 an hour: 40 new racks and so many of 60 old ones stay that a rack-hour costs 1 and .3 for upkeep."""
    model = two_vintages(90.0, days, share, Vintage("old", 60.0, 1.0, 0.3))
    assert model.allotment.price == pytest.approx(1.3, rel=1e-6)
    assert model.records.series("ticks", "spot_price").max() < 1.3 * (1 + 1e-9)


def test_of_two_vintages_the_one_that_is_dearer_to_keep_goes() -> None:
    """At a budget of 30 an hour 20 of 30 racks that cost 1.5 to keep stay; all that cost 2 are gone."""
    users, sellers = firms([0.02], [1.0])
    older = (Vintage("old", 30.0, 1.0, 0.5), Vintage("oldest", 10.0, 1.2, 0.8))
    owner = Hyperscaler("cloud", 40.0, running_cost=0.2, older=older, retires_a_month=1.0)
    research = (Research("training", 24.0 * 30.0),)
    model = run(users, sellers, 200, hyperscalers=(owner,), research=research, calendar=Calendar(tick_hours=24.0))
    assert model.allotment.price == pytest.approx(1.5, rel=1e-6)
    assert model.hyperscalers[0].older.racks == pytest.approx([20.0, 0.0], abs=1e-6)


def test_nothing_is_lost_when_machines_are_given_up() -> None:
    model = two_vintages(120.0, 250, 0.2)
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


def test_which_chips_stand_when_is_recorded_and_what_is_delivered_is_of_the_newest() -> None:
    """60 of 100 racks are old; half as many again come together after two months, one of two lumps of a quarter."""
    plan = FollowRents(cost=300.0, lead_quarters=1, pipeline_growth=1.5**4, lump_months=2)
    owner = Hyperscaler("cloud", 100.0, plan, older=(Vintage("old", 60.0, 1.0),))
    users, sellers = firms([0.5], [1.0])
    model = run(users, sellers, 63, hyperscalers=(owner,), calendar=Calendar(tick_hours=24.0))
    stands = model.frames()["vintages"].pivot(index="tick", columns="machines", values="racks")
    assert stands["cloud, old"].tolist() == [60.0] * 63
    assert stands["cloud, newest"].iloc[[0, 60]].tolist() == [40.0, 40.0]
    assert stands["cloud, newest"].iloc[62] == pytest.approx(100.0 * 1.5 ** (2 / 3) - 60.0)
