"""Contracting: which contracts run, and at what rent they are renewed."""

import numpy as np
from hand_made import Market, a_market, a_seller, buyers

from market.supply.specs import Contract, Hyperscaler


def with_contract(*, renews: bool) -> Market:
    """Racks for two ticks at a rent of 1.5; racks cost 2 and 4 on the spot market lately."""
    contract = Contract("cloud", "lab", racks=3.0, price=1.5, ticks=2, renews=renews)
    market = a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0), contracts=(contract,))
    market.put("machines", spot_prices=np.array([2.0, 4.0]))
    return market


def test_a_contract_runs_to_its_term() -> None:
    market = with_contract(renews=False)
    assert [len(market.make("contracts", tick).running) for tick in (0, 1, 2)] == [1, 1, 0]


def test_it_is_renewed_at_the_mean_spot_price_of_the_last_month() -> None:
    market = with_contract(renews=True)
    contracts = market.make("contracts", tick=2)
    (renewed,) = contracts.running
    assert (renewed.first_tick, renewed.price, renewed.racks, renewed.ticks) == (2, 3.0, 3.0, 2)
    assert len(contracts.signed) == 2


def test_before_there_is_a_spot_price_the_lowest_ask_stands_for_it() -> None:
    contract = Contract("cheap", "lab", racks=3.0, price=1.5, ticks=2, renews=True)
    owners = (Hyperscaler("cheap", 1.0, reserve=0.7), Hyperscaler("dear", 1.0, reserve=0.9))
    market = a_market(buyers(), a_seller("lab"), *owners, contracts=(contract,))
    assert market.make("contracts", tick=2).running[0].price == 0.7


def test_a_contract_of_who_has_left_is_void() -> None:
    market = with_contract(renews=False)
    market.put("firms", active=np.array([False]))
    assert market.make("contracts", tick=0).running == ()
