"""Laws of money: every payment leaves one account and enters another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market.exchange.clearing.base import Clearing
from market.exchange.ledger import OUTSIDE, Ledger
from market.supply.contract import Contract
from market.supply.specs import Hyperscaler, Investment, Offer, Pool, Provider
from scenarios.laws.examples import CLEARINGS
from scenarios.laws.law import quick
from scenarios.laws.plain_economies import market_of, people, run, seller, ticks_of

NAMES = ("a", "b", "c")
payments = st.lists(
    st.tuples(
        st.sampled_from(NAMES + OUTSIDE),
        st.sampled_from(NAMES + OUTSIDE),
        st.floats(-1e9, 1e9),
        st.sampled_from(["rent", "wages"]),
    ),
    max_size=20,
)


@quick(60)
@given(paid=payments)
def test_the_sum_of_all_accounts_is_nothing(paid: list[tuple[str, str, float, str]]) -> None:
    ledger = Ledger(NAMES)
    for payer, receiver, amount, kind in paid:
        ledger.pay(payer, receiver, amount, kind)
    turnover = sum(abs(amount) for *_, amount, _ in paid) + 1.0
    assert ledger.balance.sum() == pytest.approx(0.0, abs=1e-12 * turnover)
    assert ledger.inside_total == pytest.approx(-ledger.outside_total, abs=1e-12 * turnover)
    for name in NAMES:
        assert ledger.net(name) == pytest.approx(ledger[name], abs=1e-9 * turnover)
        by_kind = sum(ledger.net(name, kind) for kind in ("rent", "wages"))
        assert by_kind == pytest.approx(ledger[name], abs=1e-9 * turnover)
    assert ledger.frame()["usd"].sum() == pytest.approx(sum(a for *_, a, _ in paid), abs=1e-9 * turnover)


@quick(30)
@given(paid=payments)
def test_payments_inside_change_no_total(paid: list[tuple[str, str, float, str]]) -> None:
    ledger = Ledger(NAMES)
    for payer, receiver, amount, kind in paid:
        if payer in NAMES and receiver in NAMES:
            ledger.pay(payer, receiver, amount, kind)
    assert ledger.inside_total == pytest.approx(0.0, abs=1e-6)
    assert ledger.outside_total == 0.0


@quick(30)
@given(paid=payments)
def test_a_new_account_changes_no_other(paid: list[tuple[str, str, float, str]]) -> None:
    ledger = Ledger(NAMES)
    for payment in paid:
        ledger.pay(*payment)
    before = {name: ledger[name] for name in ledger.names}
    ledger.open("newcomer")
    assert {name: ledger[name] for name in before} == before
    assert ledger["newcomer"] == 0.0
    ledger.pay("newcomer", "a", 3.0, "rent")
    assert ledger["newcomer"] == -3.0
    assert ledger["a"] == before["a"] + 3.0


def test_names_that_are_taken() -> None:
    with pytest.raises(InputError, match="differ"):
        Ledger(["a", "a"])
    with pytest.raises(InputError, match="outside"):
        Ledger(["a", "power"])
    ledger = Ledger(["a"])
    for name in ("a", "power"):
        with pytest.raises(InputError, match=name):
            ledger.open(name)


@pytest.mark.parametrize("clearing", CLEARINGS, ids=str)
def test_only_outside_flows_change_what_is_inside(clearing: Clearing) -> None:
    """The whole round of money: income, tokens, contracts, spot, power, upkeep, capital, staff, funding."""
    builder = Provider(
        "builder",
        (Offer("own", 2.0, 1.0, cost=0.3),),
        pools=(Pool(50.0, running_cost=0.2, investment=Investment(2.0, 4, 0.5)),),
        cash=1e3,
        spot=True,
        burn_usd_per_day=48.0,
        funding_usd_per_day=24.0,
    )
    cloud = Hyperscaler("cloud", 200.0, running_cost=0.1, reserve=0.4, first_party=0.3, cash=500.0)
    economy = market_of(
        people(),
        builder,
        seller("p", racks=5.0, spot=True),
        cloud,
        clearing=clearing,
        contracts=(Contract("cloud", "p", 20.0, 0.7),),
    )
    kinds = set()
    for before, model in ticks_of(economy, 12):
        ledger = model.ledger
        kinds |= {kind for *_, kind in ledger.flows}
        outside = sum(
            amount * ((payer in OUTSIDE) - (receiver in OUTSIDE))
            for (payer, receiver, _), amount in ledger.flows.items()
        )
        assert ledger.inside_total - before.inside == pytest.approx(outside, rel=1e-9, abs=1e-6)
        users = model.cohorts[0]
        assert users.cash == pytest.approx(0.0, abs=1e-6)
    assert {"income", "tokens", "contract", "spot", "power", "upkeep", "capital", "burn", "funding"} <= kinds


def test_take_or_pay() -> None:
    """A contract is paid in full though nobody asks for a token; what cannot be delivered is not paid."""
    idle = market_of(
        people(users=0.0),
        seller("p", racks=0.0),
        Hyperscaler("cloud", 100.0),
        contracts=(Contract("cloud", "p", 40.0, 2.0),),
    )
    model = run(idle, 5)
    assert model.records.series("ticks", "asked").sum() == 0
    np.testing.assert_allclose(model.records.series("providers", "rent_paid"), 80.0)
    np.testing.assert_allclose(model.records.series("wholesale", "income"), 80.0)
    assert model.providers[0].cash == pytest.approx(-400.0)
    short = market_of(people(), seller("p"), Hyperscaler("cloud", 10.0), contracts=(Contract("cloud", "p", 40.0, 2.0),))
    model = run(short, 5)
    np.testing.assert_allclose(model.records.series("providers", "rent_paid"), 20.0)
    np.testing.assert_allclose(model.records.series("wholesale", "short"), 30.0)


def test_starting_cash_is_funding() -> None:
    model = run(market_of(people(users=0.0), seller("p", cash=7.0), Hyperscaler("cloud", 0.0, cash=5.0)), 1)
    assert model.ledger["funding"] == -12.0
    assert (model.providers[0].cash, model.hyperscalers[0].cash) == (7.0, 5.0)
