"""Laws of prices for machines: what is expected is a number, and a list is one that somebody might pay."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from market.supply.rack_lists import HourOfBids, RackList
from market.supply.rents import RentForecast, Seen
from scenarios.laws.law import law, must

HOURS = 5


@law(
    RentForecast,
    "what is expected of rents are prices, one for each date, whatever the order in which one asks",
    drawn={
        "now": st.sampled_from([0.0, 1e-6, 3.0, 1e6]),
        "months": st.lists(st.sampled_from([0.0, 1.0, 3.0, 1e6]), max_size=8),
        "years": st.sampled_from([0.0, 2.5]),
    },
    examples=20,
)
def expected_rents_are_prices(forecast: RentForecast, now: float, months: list[float], years: float) -> None:
    """Up to ten years from now."""
    seen = Seen(now, np.array(months), years)
    ahead = np.array([0.0, 1.0 / 12.0, 1.0, 3.0, 10.0])
    prices = np.asarray(forecast.expected(seen, ahead))
    must(prices.shape == ahead.shape, "{} prices for {} dates", prices.shape, ahead.shape)
    must(np.isfinite(prices) & (prices >= 0), "prices are {}", prices)
    must(np.asarray(forecast.expected(seen, ahead[::-1]))[::-1] == prices, "asked backwards prices are not {}", prices)


@law(
    RackList,
    "a list of machines is a price, and a share of nothing kept for it sells nothing",
    drawn={
        "listed": st.sampled_from([0.1, 3.0, 1e4]),
        "prices": st.lists(st.sampled_from([0.0, 0.5, 3.0, 40.0]), max_size=HOURS),
        "share": st.sampled_from([0.0, 0.4, 1.0]),
        "lost": st.sampled_from([0.0, 0.05, 1.0]),
    },
    examples=20,
)
def lists_are_prices(policy: RackList, listed: float, prices: list[float], share: float, lost: float) -> None:
    """After a few hours of which it knows the bids, or none."""
    worth, wanted = np.array([1.0, 5.0, 60.0]), np.array([10.0, 1.0, 4.0])
    hours = [HourOfBids(price, 12.0, worth, wanted, np.full(3, lost)) for price in prices]
    wished = policy.wished(listed, hours, share)
    must(np.isfinite(wished) and wished >= 0, "the list would be {}", wished)
    for hour in hours:
        sold = hour.ordered(np.array([wished]), share)
        must((sold >= 0) & (sold <= share * 12.0 + 1e-12), "{} rack-h would go at the list", sold)
