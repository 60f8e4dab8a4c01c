"""Machines at list prices beside an auction: who takes which, and that nothing is sold twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.errors import InputError
from market.exchange.call_auction import CallAuction
from market.exchange.elastic_demand import ElasticDemand
from market.exchange.list_and_spot import Listed, clear_with_lists
from market.supply.rack_lists import BestList, BreakEvenList, FixedList, HourOfBids, OnDemand
from scenarios.laws.law import quick

amounts = st.sampled_from([0.0, 0.1, 3.0, 40.0, 1e6])
values = st.sampled_from([0.0, 0.5, 2.0, 2.5, 9.0])


def vector(*numbers):
    return np.array(numbers, dtype=float)


@quick(150)
@given(data=st.data())
def test_nothing_is_sold_twice_and_nobody_pays_more_than_it_is_worth(data):
    bids, asks = data.draw(st.integers(0, 4)), data.draw(st.integers(1, 3))
    worth, wanted = (vector(*(data.draw(of) for _ in range(bids))) for of in (values, amounts))
    prices, there = (vector(*(data.draw(of) for _ in range(asks))) for of in (values, amounts))
    lost = vector(*(data.draw(st.sampled_from([0.0, 0.1, 1.0])) for _ in range(bids)))
    listed = [Listed(data.draw(st.sampled_from([0.4, 2.0, 3.0])), k, data.draw(amounts)) for k in range(asks)]
    elastic = [ElasticDemand(data.draw(amounts), 1.0, 1.0)] if data.draw(st.booleans()) else []
    sold = clear_with_lists(CallAuction(), worth, wanted, prices, there, elastic, listed, lost, np.zeros(len(elastic)))
    at_list = sold.at_list.sum(axis=1) + sold.elastic_at_list.sum(axis=1)
    scale = there.sum() + 1e-12
    assert (at_list + sold.outcome.sold <= there + 1e-9 * scale).all()
    assert (at_list <= vector(*(one.quantity for one in listed)) + 1e-9 * scale).all()
    assert (sold.spot + sold.at_list.sum(axis=0) <= wanted + 1e-9 * (wanted + 1e-12)).all()
    bought = sold.spot.sum() + sold.elastic.sum()
    assert bought == pytest.approx(sold.outcome.sold.sum(), rel=1e-9, abs=1e-12)
    for one in listed:
        assert (sold.at_list[one.seller][worth < one.price] == 0).all()
    if elastic and elastic[0].spending > 0:
        spent = float(sold.elastic_at_list[:, 0] @ vector(*(one.price for one in listed)))
        if sold.outcome.price > 0:
            spent += float(sold.elastic[0]) * sold.outcome.price
        # A budget asks a hair more of all that is offered, so that it sets the price where it is not served.
        assert spent <= elastic[0].spending * (1 + 1e-9) + 1e-10 * scale * sold.outcome.price


def test_without_lists_it_is_the_auction():
    sold = clear_with_lists(
        CallAuction(), vector(10, 6, 3), vector(60, 60, 15), vector(1, 2, 4), vector(40, 30, 20), []
    )
    assert sold.outcome.price == 6.0
    assert sold.spot.tolist() == pytest.approx([60.0, 30.0, 0.0])


def test_who_loses_much_with_a_machine_takes_the_list_though_spot_is_cheaper():
    """Spot comes to 1; at a list of 1.5 whoever expects to lose .2 of 10 takes it, and who loses nothing does not."""
    sold = clear_with_lists(
        CallAuction(),
        vector(10, 10),
        vector(5, 5),
        vector(1),
        vector(100),
        [],
        [Listed(1.5, 0, 50.0)],
        vector(0.2, 0.0),
    )
    assert sold.at_list.tolist() == [[5.0, 0.0]]
    assert sold.spot.tolist() == [0.0, 5.0]
    assert sold.outcome.price == 1.0


def test_equal_lists_sell_in_proportion_to_what_is_kept_for_them():
    listed = [Listed(2.0, 0, 30.0), Listed(2.0, 1, 10.0)]
    sold = clear_with_lists(CallAuction(), vector(9), vector(1e3), vector(1, 1), vector(30, 10), [], listed)
    assert sold.at_list.sum(axis=1).tolist() == [30.0, 10.0]


CALM, DEAR = 1.0, 3.0


def month():
    """Nine calm hours and a dear one; a buyer to whom a rack-hour is worth 10 expects to lose 1 % of spot's work."""
    return [HourOfBids(p, 100.0, vector(10.0), vector(10.0), vector(0.01)) for p in (*[CALM] * 9, DEAR)]


def test_the_list_that_breaks_even_is_at_the_dear_hours():
    """Below 3 it sells at a loss in the dear hour, which the calm ones make up for up to 1.1 only: 9 x .1 < 3 - 1.1."""
    assert BreakEvenList().wished(1.0, month(), 1.0) == pytest.approx(3.0, abs=0.03)


def test_who_is_not_undercut_lists_above():
    """In the dear hour it may ask up to 3.1 of who would lose .1 on spot."""
    assert BestList().wished(1.0, month(), 1.0) == pytest.approx(3.1, abs=0.05)
    assert FixedList().wished(1.7, month(), 1.0) == 1.7


def test_a_list_is_looked_at_now_and_then_and_kept_when_it_is_near():
    lists = OnDemand(2.9, policy=BreakEvenList(), every_hours=168.0, stickiness=0.05)
    assert lists.posted(2.9, 168.0, 1.0, month()) == 2.9  # within 5 %
    assert lists.posted(2.0, 169.0, 1.0, month()) == 2.0  # not looked at
    assert lists.posted(2.0, 168.0, 1.0, month()) == pytest.approx(3.0, abs=0.03)


def test_numbers_out_of_bounds_are_refused():
    with pytest.raises(InputError, match=r"on demand: share is 1\.5"):
        OnDemand(1.0, share=1.5)
    with pytest.raises(InputError, match="on demand: policy is 3"):
        OnDemand(1.0, policy=3)
