"""Growing: fleets grow by their rule, and what is ordered is to be paid."""

import numpy as np
from hand_made import Market, a_market

from market.exchange.ledger import Payment
from market.simulation.rents_seen import rents_seen
from market.supply.expansion import FollowRents, SteadyGrowth
from market.supply.foresee import Foresee
from market.supply.rents import UnderWay
from market.supply.specs import Hyperscaler
from market.supply.term_market import TermMarket
from market.supply.wholesale import Wholesale

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


def foreseeing(price: float, *others: Hyperscaler, growth: float = 1e3) -> Market:
    """Two owners of 30 and 10 racks who order by expected rents; a rack-hour of newcomers costs 1, and spot a price.

    Racks come at once, of budgets that do not grow: with x racks more spot is price x racks / (racks + x).
    """
    plan = Foresee(1.0, 0.0, 1.0, 0.0, 1.0, racks_cheaper=1.0, lead_quarters=0, growth=growth)
    owners = [Hyperscaler(f"cloud {k}", racks, plan, rack_price=3.0) for k, racks in enumerate((30.0, 10.0))]
    market = a_market(
        *owners, *others, wholesale=Wholesale(terms=TermMarket(UnderWay(months=0, demand_growth=1.0), bargained=False))
    )
    there = 40.0 + sum(other.racks for other in others)
    market.put("machines", spot_prices=np.array([price]), stood=np.array([there]))
    return market


def test_owners_order_together_what_brings_rents_to_cost_each_its_part() -> None:
    """At 1.3 of cost 40 racks call for 12 more: they are ordered once, and not by each."""
    fleets = foreseeing(1.3).make("fleets", tick=0)
    np.testing.assert_allclose([payment.amount for payment in fleets.payments], [3.0 * 9.0, 3.0 * 3.0], rtol=1e-6)


def test_what_rivals_have_under_way_is_not_ordered_again() -> None:
    rival = Hyperscaler("rival", 10.0, FollowRents(cost=1.0, lead_quarters=4, pipeline_growth=1.8))
    market = foreseeing(1.3, rival)
    seen = rents_seen(market.founded, 0, market.state.machines, market.state.quoted, 0.0, market.state.effects)
    assert seen.racks is not None
    np.testing.assert_allclose(seen.racks(np.array([0.0, 1.0])), [50.0, 58.0])
    fleets = market.make("fleets", tick=0)
    # 15 are called for now, but 8 come within the year, and who orders later holds rents at cost for the rest of it.
    assert 0.0 < sum(payment.amount for payment in fleets.payments) < 3.0 * 15.0


def test_no_more_is_ordered_than_racks_can_grow_and_nothing_below_cost() -> None:
    fleets = foreseeing(5.0, growth=4.0).make("fleets", tick=0)
    np.testing.assert_allclose(sum(p.amount for p in fleets.payments), 3.0 * 40.0 * (4.0 ** (1 / 12) - 1.0))
    assert all(payment.amount == 0.0 for payment in foreseeing(0.99).make("fleets", tick=0).payments)


def test_later_racks_are_cheaper() -> None:
    plan = Foresee(1.0, 0.0, 1.0, 0.0, 1.0, racks_cheaper=4.0, lead_quarters=0)
    assert plan.price_over_first(0.5) == 0.5
    np.testing.assert_allclose(plan.full_cost(2.0, np.array([0.0, 0.5])), np.array([2.0, 1.0]) * plan.charge)
