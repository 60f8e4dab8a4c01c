"""Growing: fleets grow by their rule, and what is ordered is to be paid."""

import numpy as np
from hand_made import a_market

from market.exchange.ledger import Payment
from market.supply.expansion import FollowRents, SteadyGrowth
from market.supply.specs import Hyperscaler

#: Ticks of an hour in a year of 365.25 days.
YEAR = 8766


def test_a_fleet_that_doubles_every_year_has_doubled_after_one() -> None:
    market = a_market(Hyperscaler("cloud", 10.0, SteadyGrowth(2.0), rack_price=5.0))
    fleets = market.make("fleets", tick=YEAR)
    np.testing.assert_allclose(fleets.racks, [20.0])
    assert fleets.payments == (Payment("cloud", "capital", (fleets.racks[0] - 10.0) * 5.0, "capital"),)


def test_rents_of_twice_the_cost_order_a_month_of_doubling_which_comes_later() -> None:
    """Growth ordered is 1 x (4/2 - 1) = 1 a year, so the twelfth root of two in a month; it arrives in nine months."""
    market = a_market(Hyperscaler("cloud", 10.0, FollowRents(cost=2.0), rack_price=3.0))
    market.put("machines", earned=np.array([4.0]))
    fleets = market.make("fleets", tick=0)
    assert fleets.racks.tolist() == [10.0]
    (payment,) = fleets.payments
    np.testing.assert_allclose(payment.amount, 3.0 * 10.0 * (2.0 ** (1 / 12) - 1.0))
    np.testing.assert_allclose(market.make("fleets", tick=YEAR * 3 // 4 + 1).racks, [10.0 * 2.0 ** (1 / 12)])


def test_nobody_owns_machines() -> None:
    fleets = a_market().make("fleets", tick=0)
    assert fleets.racks.size == 0
    assert fleets.payments == ()
