"""Renting: first-party use, then contracts, then the spot auction."""

import numpy as np
import pytest
from hand_made import a_market, a_seller, buyers

from market.supply.contract import Contract
from market.supply.specs import Hyperscaler, Pool


def test_racks_of_one_s_own_are_capacity() -> None:
    machines = a_market(buyers(), a_seller("lab", racks=10.0)).make("machines", tick=0)
    assert machines.capacity.tolist() == [10.0]
    assert machines.own_racks.tolist() == [10.0]
    assert machines.spot_racks.tolist() == [0.0]


def test_racks_by_the_hour_of_the_day() -> None:
    pool = Pool((4.0,) * 12 + (20.0,) * 12)
    market = a_market(buyers(), a_seller("lab", pool=pool))
    assert [market.make("machines", tick).capacity[0] for tick in (0, 11, 12, 24)] == [4.0, 4.0, 20.0, 4.0]


def test_own_use_comes_first_then_contracts_then_the_spot_market() -> None:
    """Of 10 racks 6 are for the owner's products and 3 under contract; one is left for a buyer who lacks 4.

    The buyer has none of its own and sells 10 - 3 = 7 requests of a rack-hour; its contract covers 3 of them. It earns
    3 - 1 for each, so it pays more than the ask of 0.5.
    """
    contract = Contract("cloud", "lab", racks=3.0, price=1.5)
    owner = Hyperscaler("cloud", 10.0, first_party=0.6, reserve=0.5)
    lab = a_seller("lab", price=3.0, racks=0.0, cost=1.0, spot=True, headroom=0.0)
    market = a_market(buyers(), lab, owner, contracts=(contract,))
    market.state.contracts = market.make("contracts", tick=0)
    market.state.needs = market.make("needs", tick=0)
    machines = market.make("machines", tick=0)
    allotment = machines.allotment
    assert allotment.first_party == pytest.approx([6.0])
    assert machines.contracted_racks == pytest.approx([3.0])
    assert machines.spot_racks == pytest.approx([1.0])
    assert machines.capacity == pytest.approx([4.0])
    assert allotment.price > 0.5
    assert allotment.bids.quantity.sum() == pytest.approx(4.0)


def test_who_has_left_has_no_machines() -> None:
    market = a_market(buyers(), a_seller("lab", racks=10.0))
    market.put("firms", active=np.array([False]))
    assert market.make("machines", tick=0).capacity.tolist() == [0.0]


def test_what_a_rack_hour_earns_is_a_mean_over_about_a_month() -> None:
    """Nobody rents: half of what it earned before, less the weight of an hour in a month of 730.5."""
    market = a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0, reserve=2.0))
    market.put("machines", earned=np.array([1.0]))
    machines = market.make("machines", tick=0)
    assert machines.allotment.sold_spot.tolist() == [0.0]
    assert machines.earned == pytest.approx([1.0 - 1.0 / 730.5])


def test_the_spot_prices_of_a_month_are_kept() -> None:
    market = a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0, reserve=2.0))
    market.put("machines", spot_prices=np.arange(730.0))
    prices = market.make("machines", tick=0).spot_prices
    assert prices.size == 730
    assert prices[:3].tolist() == [1.0, 2.0, 3.0]
