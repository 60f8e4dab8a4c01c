"""Brokers: routed to the cheapest that has machines, at its price and a cut; and machines rented from homes."""

import pytest

from capacity import Workload
from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand, LocalMachine, Segment
from market.economy import Economy
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.home_machines import HomeMachines
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Offer, Pool, Provider

UNIT = Workload(0, 1_000_000)
CUT = 0.25


def seller(name, price, racks, cost=1.0):
    return Provider(name, (Offer(f"{name} good", price, cost=cost),), pools=(Pool(racks),), pricing=FixedPrice())


def run_of(sellers, demand=None, clearing=None, ticks=3):
    """Users who may buy from the broker alone, at a demand of (20 - p)/0.1 requests a tick."""
    routes = tuple(offer.name for one in sellers for offer in one.offers)
    routed = Offer("routed", 99.0, routes=routes, cut=CUT)
    broker = Provider("broker", (routed,), kind="broker", pricing=MarginalCost())
    users = CurveSegment("users", (demand or LinearDemand(20.0, 0.1),), offers=("routed",))
    model = TokenMarket(Economy((users,), (*sellers, broker), clearing=clearing or PostedPrices()), rng=1)
    model.run_for(ticks)
    return model


def last(model, name, column):
    return model.records.series("providers", column, name)[-1]


def test_the_price_is_that_of_the_cheapest_and_a_cut():
    model = run_of([seller("dear", 6.0, 1e6), seller("cheap", 4.0, 1e6)])
    price, served = 4.0 * (1 + CUT), (20.0 - 4.0 * (1 + CUT)) / 0.1
    assert model.records.series("offers", "price", "routed")[-1] == pytest.approx(price)
    assert model.records.series("offers", "served", "routed")[-1] == pytest.approx(served)
    assert last(model, "cheap", "revenue") == pytest.approx(4.0 * served)
    assert last(model, "cheap", "running_cost") == pytest.approx(1.0 * served)
    assert last(model, "broker", "profit") == pytest.approx(4.0 * CUT * served)
    assert last(model, "dear", "revenue") == 0.0


def test_who_has_no_machines_is_passed_over():
    model = run_of([seller("dear", 6.0, 1e6), seller("cheap", 4.0, 0.0)])
    assert model.records.series("offers", "price", "routed")[-1] == pytest.approx(6.0 * (1 + CUT))
    assert last(model, "cheap", "revenue") == 0.0


def test_the_rent_of_scarce_machines_goes_to_their_owner():
    """50 racks: users pay the 15 at which they want 50; the broker keeps a quarter of the list price of 4."""
    model = run_of([seller("firm", 4.0, 50.0)], clearing=ScarcityAuction())
    assert model.records.series("offers", "paid_price", "routed")[-1] == pytest.approx(15.0)
    assert last(model, "broker", "profit") == pytest.approx(4.0 * CUT * 50.0)
    assert last(model, "firm", "revenue") == pytest.approx((15.0 - 4.0 * CUT) * 50.0)


def homes_model(pay, power, idle=0.2, pricing=None):
    machine = LocalMachine(owners=1.0, quality=0.0, speed=10.0, usd_per_request=1e9)
    owners = Segment("owners", UNIT, users=100.0, individuals=10, requests_per_day=0.0, local=machine)
    rents = Pool(name="homes", homes=HomeMachines("owners", idle, pay, power))
    offer = Offer("at home", 3.0, pool="homes")
    broker = Provider("broker", (offer,), pools=(rents,), kind="broker", pricing=pricing or FixedPrice())
    users = CurveSegment("users", (LinearDemand(20.0, 1.0),), offers=("at home",))
    model = TokenMarket(Economy((users, owners), (broker,)), rng=1)
    model.run_for(2)
    return model


def test_home_machines_are_paid_for_what_they_do_and_counted():
    """100 users with a machine, a fifth of it idle: 20 machine-hours an hour; 17 requests wanted at a price of 3."""
    model = homes_model(pay=0.5, power=0.1)
    assert last(model, "broker", "homes") == pytest.approx(20.0)
    assert last(model, "broker", "owned") == 0.0
    assert last(model, "broker", "used") == pytest.approx(17.0)
    assert last(model, "broker", "profit") == pytest.approx(17.0 * (3.0 - 0.5))
    assert model.ledger["owners"] == pytest.approx(2 * 17.0 * (0.5 - 0.1))


def test_what_an_hour_at_home_is_paid_is_part_of_marginal_cost():
    model = homes_model(pay=0.5, power=0.1, pricing=MarginalCost())
    assert model.records.series("offers", "price", "at home")[-1] == pytest.approx(0.5)


def test_nobody_rents_out_below_the_price_of_electricity():
    model = homes_model(pay=0.1, power=0.2)
    assert last(model, "broker", "homes") == 0.0
    assert last(model, "broker", "used") == 0.0
