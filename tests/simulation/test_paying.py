"""Paying: who pays whom, to the cent."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.supply.contract import Contract
from market.supply.specs import Hyperscaler, Pool, Provider


def after_four_requests(lab: Provider, *owners: Hyperscaler, contracts: tuple[Contract, ...] = ()) -> Market:
    """A tick in which four requests were served at a price of 3."""
    market = a_market(buyers(), lab, *owners, contracts=contracts)
    served = replace(market.state.served.round, served=np.array([[4.0]]), used=np.array([4.0]))
    market.put("served", round=served)
    market.put("ordered", cleared=replace(market.state.ordered.cleared, prices=np.array([[3.0]])))
    return market


def test_users_pay_out_of_their_income_and_the_seller_keeps_what_upkeep_leaves() -> None:
    market = after_four_requests(a_seller("lab", cost=1.0))
    assert market.make("paid", tick=0).for_tokens.tolist() == [[12.0]]
    ledger = market.state.ledger
    assert ledger["buyers"] == 0.0
    assert ledger["lab"] == 12.0 - 4.0
    assert ledger["users' income"] == -12.0
    assert ledger["upkeep"] == 4.0


def test_power_staff_and_investors() -> None:
    """4 rack-hours at 0.5, an hour of 48 USD a day, an hour of 24 USD a day."""
    pool = Pool(10.0, running_cost=0.5)
    market = after_four_requests(a_seller("lab", pool=pool, burn_usd_per_day=48.0, funding_usd_per_day=24.0))
    market.make("paid", tick=0)
    assert market.state.ledger["lab"] == pytest.approx(12.0 - 4.0 - 2.0 - 2.0 + 1.0)
    assert market.state.ledger["power"] == 2.0
    assert market.state.ledger["staff"] == 2.0


def test_contracts_are_paid_as_delivered_and_owners_pay_for_power() -> None:
    """Three rack-hours at 1.5 to the owner, who pays 0.2 for each in use."""
    contract = Contract("cloud", "lab", racks=3.0, price=1.5)
    owner = Hyperscaler("cloud", 10.0, running_cost=0.2)
    market = after_four_requests(a_seller("lab"), owner, contracts=(contract,))
    market.state.contracts = market.make("contracts", tick=0)
    market.state.needs = market.make("needs", tick=0)
    market.state.machines = market.make("machines", tick=0)
    market.make("paid", tick=0)
    assert market.state.ledger.net("lab", "contract") == pytest.approx(-4.5)
    assert market.state.ledger["cloud"] == pytest.approx(4.5 - 3.0 * 0.2)


def test_members_pay_an_hour_of_their_month() -> None:
    """Two members at 730.5 USD for a month of 730.5 hours."""
    market = after_four_requests(a_seller("lab", offer={"fee_usd_per_month": 730.5}))
    market.put("known", members=np.array([[2.0]]))
    market.make("paid", tick=0)
    assert market.state.ledger.net("lab", "subscriptions") == pytest.approx(2.0)


def test_last_tick_s_flows_are_forgotten_and_balances_kept() -> None:
    market = after_four_requests(a_seller("lab", cost=1.0))
    market.make("paid", tick=0)
    market.make("paid", tick=1)
    assert market.state.ledger.net("lab", "tokens") == 12.0
    assert market.state.ledger["lab"] == 16.0
