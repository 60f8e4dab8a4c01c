"""Happening: what events do while they last, and what is left when they are over."""

from datetime import timedelta

import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.calendar import Calendar
from market.events.machines import ExportStop, NewCapacity, Outage
from market.supply.specs import Hyperscaler

BEGIN = Calendar().moment(0)


def befallen(*events: Outage | NewCapacity | ExportStop) -> Market:
    """A market with an owner, a seller, and these events."""
    return a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0), events=events)


def outage(begin_h: float, hours: float) -> Outage:
    """Half of the owner's machines stand still."""
    return Outage(name="down", begin=BEGIN + timedelta(hours=begin_h), days=hours / 24.0, of=("cloud",), down=0.5)


def test_an_outage_ends_and_counts_by_its_part_of_the_hour() -> None:
    """From 1:30 to 3:00: a quarter of the second hour's machines, half of the third's, none of the others'."""
    market = befallen(outage(1.5, 1.5))
    running = [market.make("effects", tick=tick).running[0] for tick in range(4)]
    assert running == pytest.approx([1.0, 0.75, 0.5, 1.0])


def test_who_is_not_named_is_not_befallen() -> None:
    effects = befallen(outage(0.0, 1.0)).make("effects", tick=0)
    assert effects.running.tolist() == [0.5, 1.0]


def test_events_add_up() -> None:
    effects = befallen(outage(0.0, 1.0), outage(0.0, 2.0)).make("effects", tick=0)
    assert effects.running[0] == pytest.approx(0.25)


def test_new_machines_are_bought_once_and_leave_at_the_end() -> None:
    market = befallen(NewCapacity(name="hall", begin=BEGIN + timedelta(hours=1), days=2 / 24, of=("cloud",), racks=7.0))
    ticks = [market.make("effects", tick=tick) for tick in range(4)]
    assert [one.added[0] for one in ticks] == pytest.approx([0.0, 7.0, 7.0, 0.0])
    assert [one.bought[0] for one in ticks] == pytest.approx([0.0, 7.0, 0.0, 0.0])


def test_what_a_stop_of_deliveries_delayed_stays_late() -> None:
    market = befallen(ExportStop(name="stop", begin=BEGIN, days=2 / 24, of=("cloud",), stopped=0.5))
    late = [market.make("effects", tick=tick).late_years[0] * 8766 for tick in (0, 1, 5)]
    assert late == pytest.approx([0.5, 1.0, 1.0])


def test_without_events_nothing_happens() -> None:
    market = befallen()
    assert market.make("effects", tick=3) is market.state.effects
