"""A maker of racks from the parameters of a scenario."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from capacity.errors import InputError
from market.supply.expansion import FollowRents
from market.supply.rack_prices import MonopolyRackPrice
from scenarios.library import SCENARIOS

BASE = SCENARIOS["baseline-2026"]
BOUGHT = {"supply.expansion": "follow-rents", "supply.maker.sells": True}


def test_no_maker_unless_asked_for() -> None:
    assert BASE.economy(30).maker is None


def test_what_it_makes_is_the_path_that_racks_would_take() -> None:
    """Half a year's lead: what is ordered in the first month comes on top of what half a year had under way."""
    economy = BASE.with_changes({**BOUGHT, "supply.maker.pricing": "monopoly"}).economy(30)
    maker, racks = economy.maker, sum(owner.racks for owner in economy.hyperscalers)
    assert maker is not None
    assert maker.made(0.0, 0.25, 0.0) == pytest.approx(racks * (3.4**0.75 - 3.4**0.5))
    assert isinstance(maker.pricing, MonopolyRackPrice)
    assert maker.price == 72 * 75_000
    assert {owner.rack_price for owner in economy.hyperscalers} == {maker.price}
    plan = economy.hyperscalers[0].expansion
    assert isinstance(plan, FollowRents)
    # A rack twice as dear costs an hour more by all of its capital: what is left is power.
    assert plan.cost - plan.charge * maker.price == pytest.approx(72 * 1.833 * 1.25 * 0.08)


def test_memory_is_made_for_the_ceiling_in_proportion() -> None:
    """7.5 GW of 132 kW racks a year for the world, and for these owners their part of its machines."""
    changes = {**BOUGHT, "supply.maker.memory.priced": True}
    half = BASE.with_changes({**changes, "supply.ceilings.dram_gw_per_year": 3.75}).economy(30).maker
    whole = BASE.with_changes({**changes, "supply.not_for_rent": []}).economy(30).maker
    some = BASE.with_changes(changes).economy(30).maker
    assert some is not None
    assert half is not None
    assert whole is not None
    assert some.memory is not None
    assert half.memory == replace(some.memory, output=some.memory.output / 2.0)
    assert whole.memory is not None
    racks = whole.memory.output / whole.memory.per_rack
    assert some.memory.output / some.memory.per_rack < racks <= 7.5e9 / (1_833 * 72)
    assert some.cost_at(15.0) == pytest.approx(0.58 * some.price)


def test_a_maker_of_whom_nobody_orders_is_refused() -> None:
    with pytest.raises(InputError, match=r"somebody must order racks: supply\.expansion has to be follow-rents"):
        BASE.with_changes({"supply.maker.sells": True})
    BASE.with_changes({"supply.maker.sells": True, "supply.neoclouds.credit_usd": 1e9})


def test_money_is_that_of_the_weeks_that_are_simulated() -> None:
    weeks = BASE.with_changes({**BOUGHT, "time.mode": "representative-weeks", "time.days": 728.0}).economy(30)
    assert weeks.maker is not None
    share = weeks.calendar.simulated_share
    assert weeks.maker.price == pytest.approx(72 * 75_000 * share)
    plan = weeks.hyperscalers[0].expansion
    assert isinstance(plan, FollowRents)
    assert math.isclose(plan.charge * share, plan.cost / weeks.maker.price * share, rel_tol=0.1)
