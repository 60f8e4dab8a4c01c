"""Catalogues that are gone through list by list."""

from dataclasses import dataclass

import numpy as np
import pytest

from market import TokenMarket
from market.demand.segment import Segment
from market.economy import Economy
from market.exchange.waits import WaitModel
from market.supply.outlook import Floats, Outlook
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.every import Every
from market.supply.pricing.menu_cost import MenuCost
from market.supply.specs import Offer, Pool, Provider
from scenarios.results.measures.lists import moves, share_in_blocks
from scenarios.verification.setups import PLENTY, UNIT

LISTS, RISE = 6, 1.1


@dataclass(frozen=True)
class Rising(PricingPolicy):
    """A tenth more at each look."""

    def __call__(self, outlook: Outlook) -> Floats:
        return outlook.price * RISE


def paths(policy: PricingPolicy, days: int = 13) -> Floats:
    """List prices by day and list, of looks that take turns among the hours of six days."""
    offers = tuple(Offer(f"list {k}", 1.0) for k in range(LISTS))
    firm = Provider("firm", offers, pools=(Pool(PLENTY),), pricing=policy)
    model = TokenMarket(Economy((Segment("users", UNIT, users=1.0),), (firm,), waits=WaitModel(chance=False)), rng=1)
    model.run_for(24 * days)
    return np.array([model.records.series("offers", "price", one.name)[23::24] for one in offers]).T


def test_each_list_has_a_day_of_its_own_and_the_same_time_between_looks() -> None:
    steps = moves(paths(Every(Rising(), 144.0, turns=LISTS)))
    assert (np.count_nonzero(steps, axis=1) == 1).all()
    assert [np.flatnonzero(row)[0] for row in steps] == [*range(1, 6), *range(6), 0]
    assert steps[steps > 0] == pytest.approx(np.log(RISE))
    assert share_in_blocks(steps) == 0.0
    assert share_in_blocks(moves(paths(Every(Rising(), 144.0)))) == pytest.approx(1.0)


def test_fewer_turns_than_lists_share_days_and_an_hour_of_its_own_is_kept() -> None:
    steps = moves(paths(Every(Rising(), 144.0, turn_hours=48.0, turns=2), days=9))
    assert [np.flatnonzero(row).tolist() for row in steps[:6]] == [[], [0, 2, 4], [], [], [1, 3, 5], []]


def test_more_turns_than_ticks_look_at_several_in_one() -> None:
    """Of six turns in three hours each hour has two."""
    policy = Every(Rising(), 3.0, turns=LISTS)
    assert all(policy.looks(tick, 1.0) for tick in range(10))
    looks = np.log(paths(policy, days=2)[1]) / np.log(RISE)
    assert looks == pytest.approx([16, 16, 17, 17, 17, 17])  # all of them at the start, before their first turn


def test_settling_looks_at_all_in_every_tick_and_a_cost_of_changes_keeps_each_list_by_itself() -> None:
    settled = Every(Rising(), 144.0, settling_hours=2.0, turns=LISTS)
    assert paths(settled, days=1)[0] == pytest.approx(RISE**2)
    kept = paths(MenuCost(Every(Rising(), 144.0, turns=LISTS), cost_usd=1e9))
    assert kept == pytest.approx(np.ones_like(kept))
