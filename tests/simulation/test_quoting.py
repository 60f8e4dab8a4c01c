"""Quoting: what the market expects of the spot price, by hand, and months as they are counted."""

import numpy as np
import pytest
from hand_made import Market, a_market, a_seller, buyers

from market.simulation.quoting import AHEAD
from market.supply.rents import RentForecast, TowardCost
from market.supply.specs import Hyperscaler
from market.supply.term_market import TermMarket
from market.supply.wholesale import Wholesale

YEARS = np.array(list(AHEAD.values()))


def quoted_by(forecast: RentForecast | None, *prices: float) -> Market:
    """Racks cost so much lately."""
    terms = TermMarket(bargained=False) if forecast is None else TermMarket(forecast=forecast)
    cloud = Hyperscaler("cloud", 10.0, reserve=0.5)
    market = a_market(buyers(), a_seller("lab"), cloud, wholesale=Wholesale(terms=terms))
    market.put("machines", spot_prices=np.array(prices), stood=np.full(len(prices), 20.0))
    return market


def test_where_nobody_says_otherwise_the_last_months_mean_goes_on_and_so_does_the_price_of_a_term() -> None:
    quoted = quoted_by(None, 2.0, 4.0).make("quoted", tick=2)
    assert quoted.expected == pytest.approx(np.full(YEARS.size, 3.0))
    assert quoted.terms == pytest.approx(np.full(YEARS.size, 3.0))


def test_a_price_goes_back_to_cost_by_half_a_year() -> None:
    """Cost 1 that does not fall, a price of 4: the gap in logs halves each year, 4^(2^-t)."""
    forecast = TowardCost(cost=1.0, cheaper=1.0, pace=float(np.log(2.0)))
    assert quoted_by(forecast, 4.0).make("quoted", tick=0).expected == pytest.approx(4.0**2.0**-YEARS)


def test_before_there_is_a_price_the_lowest_ask_is_what_is_expected() -> None:
    assert quoted_by(None).make("quoted", tick=0).expected == pytest.approx(np.full(YEARS.size, 0.5))


def test_a_month_is_known_by_its_mean_when_another_begins() -> None:
    market = quoted_by(None, 6.0)
    market.put("quoted", month=(0, 10.0, 4, 40.0))
    same = market.make("quoted", tick=100)
    assert (same.months.tolist(), same.month) == ([], (0, 16.0, 5, 60.0))
    later = market.make("quoted", tick=732)  # a twelfth of a year has 730.5 hours
    assert (later.months.tolist(), later.month) == ([2.5], (1, 6.0, 1, 20.0))
    assert later.month_racks.tolist() == [10.0]
