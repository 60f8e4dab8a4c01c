"""Contracting: which contracts run, and at what rent they are renewed."""

from typing import Any

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.simulation.contracting import racks_by_length
from market.simulation.needing import TIMES
from market.supply.contract import Contract
from market.supply.specs import Hyperscaler
from market.supply.term_market import TermMarket
from market.supply.wholesale import Wholesale


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


def ramping(*, ramps: bool, owned: float = 30.0, **contract: Any) -> Market:
    """Three of ten racks, for two ticks; by now the owner has another number."""
    made = Contract("cloud", "lab", racks=3.0, price=1.5, ticks=2, ramps=ramps, **contract)
    market = a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0), contracts=(made,))
    market.founded.owners[0].fleet.racks = owned
    market.put("machines", spot_prices=np.array([2.0, 4.0]))
    return market


@pytest.mark.parametrize(
    ("ramps", "owned", "racks", "price"), [(True, 30.0, 9.0, 2.5), (True, 5.0, 1.5, 1.5), (False, 30.0, 3.0, 1.5)]
)
def test_one_that_ramps_is_for_a_part_of_what_its_seller_has(
    ramps: bool, owned: float, racks: float, price: float
) -> None:
    """What is added costs what spot did lately, 3 USD."""
    (running,) = ramping(ramps=ramps, owned=owned).make("contracts", tick=1).running
    assert (running.racks_now, running.price_now) == (pytest.approx(racks), pytest.approx(price))


def test_one_that_ramps_is_renewed_for_as_many_as_it_was_for_and_all_cost_the_same_then() -> None:
    market = ramping(ramps=True, renews=True)
    market.put("contracts", **vars(market.make("contracts", tick=1)))
    market.put("contracts", **vars(market.make("contracts", tick=2)))
    (renewed,) = market.state.contracts.running
    assert (renewed.first_tick, renewed.racks_now, renewed.price_now) == (2, pytest.approx(9.0), 3.0)
    market.founded.owners[0].fleet.racks = 60.0
    market.put("machines", spot_prices=np.array([5.0]))
    (later,) = market.make("contracts", tick=3).running
    assert (later.racks_now, later.price_now) == (pytest.approx(18.0), pytest.approx(4.0))


def test_what_it_grew_by_makes_no_other_contract_of_it() -> None:
    """What machines under a contract have been worth is remembered from tick to tick."""
    market = ramping(ramps=True)
    signed, (running,) = market.state.contracts.signed, market.make("contracts", tick=1).running
    assert signed == (running,)
    assert hash(signed[0]) == hash(running)


def bargaining(worth: list[float], *, adjusts: bool = False, **terms: float) -> Market:
    """The same contract where terms are bargained for; the racks have been worth so much over spot, by number."""
    contract = Contract("cloud", "lab", racks=4.0, price=1.5, ticks=2, renews=True, adjusts=adjusts)
    owner = Hyperscaler("cloud", 10.0, first_party=0.3)
    wholesale = Wholesale(terms=TermMarket(**terms))
    market = a_market(buyers(), a_seller("lab"), owner, contracts=(contract,), wholesale=wholesale)
    market.put("machines", spot_prices=np.array([2.0, 4.0]), worth={contract: np.array(worth)})
    return market


def test_where_both_gain_they_share_it() -> None:
    """Spot is expected at 3, the racks save the buyer 1.2 of it: a seller with all the power asks 3.6."""
    market = bargaining([1.2] * TIMES.size, seller_share=1.0)
    assert market.make("contracts", tick=2).running[0].price == pytest.approx(3.6)


def test_who_does_not_need_the_racks_does_not_renew_but_asks_again_in_a_month() -> None:
    market = bargaining([0.9] * TIMES.size)
    contracts = market.make("contracts", tick=2)
    assert contracts.running == ()
    assert [c.racks for c in contracts.refused] == [4.0]
    market.state.contracts = contracts
    market.put("machines", worth={contracts.refused[0]: np.ones(TIMES.size)})
    for tick, running in ((3, 0), (2 + 730, 1)):
        market.state.contracts = market.make("contracts", tick=tick)
        assert len(market.state.contracts.running) == running
    assert market.state.contracts.refused == ()


def test_the_number_is_bargained_for_where_it_may_be() -> None:
    """Half as many are worth 1.1 of spot each, all of them less than spot."""
    worth = np.where(TIMES <= 0.5, 1.1, 0.8).tolist()
    assert bargaining(worth).make("contracts", tick=2).running == ()
    assert [c.racks for c in bargaining(worth, adjusts=True).make("contracts", tick=2).running] == [2.0]


def test_no_seller_signs_for_more_than_it_has_left() -> None:
    """Of 10 racks 3 are the owner's own at any hour: 7 are left, so 1.5 times 4 fit and twice 4 do not."""
    market = bargaining([1.1] * TIMES.size, adjusts=True)
    assert [c.racks for c in market.make("contracts", tick=2).running] == [6.0]


def choosing(lengths: tuple[int, ...], **terms: float) -> Contract:
    """What is signed for a contract of whose length the buyer chooses, in periods of an hour."""
    contract = Contract("cloud", "lab", racks=4.0, price=1.5, ticks=2, renews=True, lengths=lengths)
    wholesale = Wholesale(terms=TermMarket(period_h=1.0, spread=0.2, persistence=0.9, **terms))
    market = a_market(buyers(), a_seller("lab"), Hyperscaler("cloud", 10.0), contracts=(contract,), wholesale=wholesale)
    # Up to as many racks as now each is worth what it costs, and none beyond.
    market.put("machines", spot_prices=np.array([3.0]), worth={contract: np.minimum(1.0, 1.0 / TIMES)})
    (signed,) = market.make("contracts", tick=2).running
    return signed


def test_of_lengths_that_insure_against_the_same_the_longest_is_chosen() -> None:
    assert choosing((3, 12, 6)).ticks == 12
    assert choosing((3, 12, 6), buyer_risk=0.1).ticks == 12


def test_who_is_not_sure_what_it_will_need_chooses_a_short_term() -> None:
    assert choosing((1, 24), buyer_risk=1.0, need_spread=0.01).ticks == 24
    assert choosing((1, 24), buyer_risk=1.0, need_spread=0.3).ticks == 1


def test_racks_are_told_by_the_length_that_is_nearest() -> None:
    lengths = (1, 700, 3 * 730, 8_766, 3 * 8_766, 10**9)
    market = with_contract(renews=False)
    running = [Contract("cloud", "lab", racks=float(k), price=1.0, ticks=n) for k, n in enumerate(lengths, start=1)]
    assert racks_by_length(market.founded, running).tolist() == [1.0, 2.0, 3.0, 0.0, 4.0, 0.0, 11.0]
