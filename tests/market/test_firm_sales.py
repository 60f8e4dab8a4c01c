"""Who buys a firm that cannot pay: the highest bid, its price, and what becomes of those who belong to somebody."""

from __future__ import annotations

import pytest

from capacity.errors import InputError
from market.supply.firm_sale import Bid, FirmSale
from market.supply.specs import Hyperscaler
from scenarios.library import SCENARIOS
from scenarios.verification.takeovers import bidder, failing


def test_of_equal_bids_the_first_wins_and_pays_it_all() -> None:
    assert FirmSale().sold([Bid("a", 5.0), Bid("b", 5.0)], 1.0) == ("a", 5.0)


def test_nobody_buys_what_is_worth_nothing() -> None:
    assert FirmSale(least=0.0).sold([Bid("a", 0.0), Bid("b", -3.0)], 1.0) is None
    assert FirmSale().sold([], 0.0) is None


def test_who_pays_any_number_of_years_bids_what_is_owed() -> None:
    cloud = Hyperscaler("cloud", 10.0, acquires=True, cash=100.0)
    model = failing(cloud, sale=FirmSale())
    assert model.state.firms.parent[0] == "cloud"
    assert -model.ledger.net("cloud", "acquisition") == pytest.approx(6.0)


def test_words_say_what_became_of_the_price() -> None:
    model = failing(bidder("near", 1.0), bidder("far", 0.5), sale=FirmSale())
    assert "for $8,766.00, which paid what it owed and left $8,760.00 to investors." in model.explain_firm("firm")
    poor = failing(bidder("near", 1.0, 4.0), bidder("far", 1.0, 3.0), sale=FirmSale(least=0.0))
    assert "for $3.00; its creditors lost $3.00." in poor.explain_firm("firm")


def test_a_firm_whose_owner_closes_goes_on_by_itself() -> None:
    """Its owner fails in turn and nobody buys that; the firm settles with nobody any more."""
    owner = bidder("near", 1.0, 1e6)
    model = failing(owner, sale=FirmSale())
    assert model.state.firms.parent[0] == "near"
    object.__setattr__(model.providers[2].spec, "leaves", True)
    model.ledger.pay("near", "staff", 2e6, "burn")
    model.run_for(1)
    firms = model.state.firms
    assert firms.parent[0] is None
    assert bool(firms.active[0])
    assert not firms.active[2]


def test_sellers_bid_where_a_scenario_says_so() -> None:
    base = SCENARIOS["baseline-2026"]
    assert not any(p.acquires for p in base.economy(30).providers)
    changed = base.with_changes({"supply.sale.sellers_bid": True, "supply.sale.least": 0.0, "supply.pays_years": 3.0})
    economy = changed.economy(30)
    assert all(p.acquires and p.pays_years == 3.0 for p in economy.providers)
    assert economy.sale == FirmSale(0.0, 0.0)


def test_a_share_beyond_one_is_refused() -> None:
    with pytest.raises(InputError, match="firm sale: seller_share is 2, but must be at least 0 and at most 1"):
        FirmSale(2.0)
