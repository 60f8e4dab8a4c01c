"""Coming and going: who has no cash leaves or is bought, and who sees a margin comes."""

import numpy as np
from hand_made import Market, a_market, a_seller, buyers

from market.exchange.ledger import Payment
from market.supply.specs import Hyperscaler


def in_debt(*owners: Hyperscaler, debt: float = 5.0) -> Market:
    """A provider that owes money and would leave."""
    market = a_market(buyers(), a_seller("lab", leaves=True), *owners)
    market.state.ledger.pay("lab", "staff", debt, "burn")
    return market


def test_who_has_no_cash_closes() -> None:
    firms = in_debt().make("firms", tick=24)
    assert firms.active.tolist() == [False]
    assert firms.left.tolist() == [True]
    assert firms.alive.tolist() == [False]
    assert firms.payments == (Payment("creditors", "lab", 5.0, "written off"),)


def test_the_richest_owner_buys_it_and_pays_the_debt() -> None:
    poor, rich = (Hyperscaler(name, 1.0, acquires=True, cash=cash) for name, cash in (("poor", 6.0), ("rich", 7.0)))
    firms = in_debt(poor, rich).make("firms", tick=24)
    assert firms.active.tolist() == [True]
    assert firms.parent == ("rich",)
    assert firms.payments == (Payment("rich", "lab", 5.0, "acquisition"),)


def test_who_has_less_than_the_debt_cannot_buy() -> None:
    assert in_debt(Hyperscaler("poor", 1.0, acquires=True, cash=5.0)).make("firms", tick=24).left.tolist() == [True]


def test_machines_that_were_ordered_this_morning_count_before_one_buys() -> None:
    market = in_debt(Hyperscaler("rich", 1.0, acquires=True, cash=7.0))
    market.put("fleets", payments=(Payment("rich", "capital", 3.0, "capital"),))
    assert market.make("firms", tick=24).left.tolist() == [True]


def test_a_parent_covers_the_loss_of_the_day() -> None:
    market = in_debt(Hyperscaler("rich", 1.0, acquires=True, cash=7.0))
    market.put("firms", parent=("rich",))
    assert market.make("firms", tick=24).payments == (Payment("lab", "rich", -5.0, "parent"),)


def newcomer(price: float) -> Market:
    """One sells at a price; another would come with a cost of 1 for a margin of a tenth."""
    waiting = a_seller("new", cost=1.0, enters=True, enter_margin=0.1)
    return a_market(buyers(), a_seller("old", price=price), waiting)


def test_who_sees_a_margin_comes_at_the_price_of_the_others() -> None:
    firms = newcomer(price=1.2).make("firms", tick=24)
    assert firms.active.tolist() == [True, True]
    assert firms.opening == {1: 1.2}
    np.testing.assert_array_equal(firms.with_openings(np.array([7.0, 7.0])), [7.0, 1.2])


def test_who_sees_too_small_a_margin_stays_away() -> None:
    firms = newcomer(price=1.05).make("firms", tick=24)
    assert firms.active.tolist() == [True, False]
    assert firms.opening == {}


def test_nothing_happens_in_the_middle_of_a_day() -> None:
    market = in_debt()
    assert market.make("firms", tick=25) is market.state.firms
    market.put("firms", opening={0: 2.0})
    assert market.make("firms", tick=25).opening == {}
