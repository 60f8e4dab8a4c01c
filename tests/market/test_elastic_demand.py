"""Budgets for research in the wholesale market: where it clears, exactly, and who yields first."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market.economy import Economy
from market.exchange.call_auction import CallAuction
from market.exchange.elastic_demand import ElasticDemand, clear_with
from market.simulation.model import TokenMarket
from market.supply.research import Research
from market.supply.specs import Hyperscaler

UNIT = ElasticDemand(100.0, 1.0)


@pytest.mark.parametrize(
    ("bids", "asks", "elastic", "price", "bought", "researched"),
    [
        ([], [(0.0, 50.0)], [UNIT], 2.0, [], [50.0]),
        ([(5.0, 50.0)], [(0.0, 100.0)], [UNIT], 2.0, [50.0], [50.0]),
        ([(5.0, 90.0)], [(0.0, 100.0)], [UNIT], 5.0, [80.0], [20.0]),  # the bid sets the price, and is served in part
        ([(5.0, 90.0)], [(0.0, 100.0)], [ElasticDemand(600.0, 1.0)], 6.0, [0.0], [100.0]),  # it is outbid
        ([], [(3.0, 100.0), (8.0, 100.0)], [ElasticDemand(1000.0, 1.0)], 8.0, [], [125.0]),  # an ask sets the price
        ([], [(3.0, 100.0), (8.0, 100.0)], [ElasticDemand(500.0, 1.0)], 5.0, [], [100.0]),
        ([], [(3.0, 100.0)], [ElasticDemand(10.0, 1.0)], 3.0, [], [10.0 / 3.0]),  # nobody lets for less than it asks
        ([], [(0.0, 50.0)], [UNIT, UNIT], 4.0, [], [25.0, 25.0]),
        ([], [(0.0, 100.0)], [ElasticDemand(400.0, 2.0, 2.0)], math.sqrt(8.0), [], [100.0]),
        ([], [(0.0, 60.0)], [ElasticDemand(40.0, 1.0, 0.0), UNIT], 5.0, [], [40.0, 20.0]),  # one that cannot wait
        ([(5.0, 10.0)], [(0.0, 0.0)], [UNIT], 5.0, [0.0], [0.0]),  # no machines at all
    ],
)
def test_where_it_clears(
    bids: list[tuple[float, float]],
    asks: list[tuple[float, float]],
    elastic: list[ElasticDemand],
    price: float,
    bought: list[float],
    researched: list[float],
) -> None:
    prices, quantities = np.array(asks).T
    outcome, got = clear_with(CallAuction(), [b[0] for b in bids], [b[1] for b in bids], prices, quantities, elastic)
    assert outcome.price == pytest.approx(price, rel=1e-9)
    assert outcome.bought[: len(bids)] == pytest.approx(bought, rel=1e-9, abs=1e-9)
    assert got == pytest.approx(researched, rel=1e-9)


values = st.floats(0.01, 100.0)
demands = st.builds(ElasticDemand, values, values, st.sampled_from([0.0, 0.5, 1.0, 1.0, 3.0]))


@given(
    bids=st.lists(st.tuples(values, values), max_size=5),
    asks=st.lists(st.tuples(st.floats(0.0, 100.0), values), min_size=1, max_size=4),
    elastic=st.lists(demands, min_size=1, max_size=3),
)
def test_no_more_is_wanted_than_offered_and_no_less(
    bids: list[tuple[float, float]], asks: list[tuple[float, float]], elastic: list[ElasticDemand]
) -> None:
    ask_prices, ask_quantities = np.array(asks).T
    outcome, got = clear_with(
        CallAuction(), [b[0] for b in bids], [b[1] for b in bids], ask_prices, ask_quantities, elastic
    )
    price = outcome.price
    assert outcome.sold.sum() == pytest.approx(outcome.bought.sum(), rel=1e-9)
    close = 1e-9 * ask_quantities.sum()
    demanded = np.array([demand.quantity(price) for demand in elastic])
    if all(demand.elasticity > 0 for demand in elastic):
        assert got == pytest.approx(demanded, rel=1e-6, abs=close)
    assert (got <= demanded * (1.0 + 1e-6) + close).all()
    for (bid, quantity), served in zip(bids, outcome.bought, strict=False):
        if bid > price * (1.0 + 1e-9) and all(demand.elasticity > 0 for demand in elastic):
            assert served == pytest.approx(quantity, rel=1e-9)
        if bid < price * (1.0 - 1e-9):
            assert served == 0.0
    for (ask, quantity), sold in zip(asks, outcome.sold, strict=True):
        if ask < price * (1.0 - 1e-9):
            assert sold == pytest.approx(quantity, rel=1e-6)


def a_market(*research: Research, racks: float = 100.0) -> TokenMarket:
    return TokenMarket(Economy((), (), (Hyperscaler("cloud", racks, running_cost=1.0),), research=research), rng=1)


def test_price_times_racks_is_the_budgets() -> None:
    """480 USD a day are 20 an hour, for 4 racks: 5 a rack-hour."""
    model = a_market(Research("training", 360.0), Research("experiments", 120.0), racks=4.0)
    model.run_for(24)
    ticks = model.frames()["ticks"]
    assert ticks["spot_price"].to_numpy() == pytest.approx(5.0)
    assert ticks["research"].to_numpy() == pytest.approx(4.0)
    assert ticks["research_spent"].sum() == pytest.approx(480.0)
    assert model.ledger["training"] == model.ledger["experiments"] == 0.0
    assert model.ledger["funding"] == pytest.approx(-480.0)


def test_the_budget_grows_and_machines_cost_no_less_than_power() -> None:
    model = a_market(Research("training", 24.0, growth=4.0), racks=100.0)
    model.run_for(1)
    assert model.allotment.price == 1.0
    assert model.allotment.research == pytest.approx([1.0], rel=1e-3)


@pytest.mark.parametrize(
    ("what", "value", "message"),
    [
        ("usd_per_day", -1.0, "research 'r': usd_per_day is -1, but must be at least 0"),
        ("elasticity", math.nan, "research 'r': elasticity is nan"),
        ("reference_price", 0.0, "research 'r': reference_price is 0, but must be above 0"),
    ],
)
def test_numbers_that_cannot_be(what: str, value: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Research("r", **({"usd_per_day": 1.0} | {what: value}))


def test_a_funder_must_be_there() -> None:
    with pytest.raises(InputError, match="research 'r': funder 'Astr' is unknown"):
        Economy((), (), research=(Research("r", 1.0, funder="Astr"),))
