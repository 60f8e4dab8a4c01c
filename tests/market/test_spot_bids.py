"""What providers pay for rented machines: never more than these earn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from capacity import Workload
from market import TokenMarket
from market.demand.load_shape import LoadShape
from market.demand.segment import CurveSegment, LinearDemand, Segment
from market.economy import Economy
from market.events.machines import Outage
from market.exchange.clearing.posted import PostedPrices
from market.exchange.technology import FixedWork
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.sticky import Sticky
from market.supply.pricing.surge import Surge
from market.supply.purchases import Purchases, nothing_bought
from market.supply.research import Research
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from market.supply.wholesale import Wholesale

type Floats = NDArray[np.float64]

CLOUD = Hyperscaler("cloud", 50.0, reserve=0.5)


def shop(name: str, price: float, pricing: PricingPolicy, cost: float = 0.0) -> Provider:
    return Provider(name, (Offer(f"{name} offer", price, 1.0, cost=cost),), spot=True, headroom=0.0, pricing=pricing)


def market(*providers: Provider, clearing: object = None, ticks: int = 60) -> TokenMarket:
    """Each provider has users of its own: 100 requests at a price of 0, 10 fewer a dollar."""
    users = [
        CurveSegment(f"users of {p.name}", (LinearDemand(10.0, 0.1),), offers=(p.offers[0].name,)) for p in providers
    ]
    model = TokenMarket(
        Economy(users, providers, hyperscalers=(CLOUD,), wholesale=Wholesale(), clearing=clearing or PostedPrices()),
        rng=1,
    )
    model.run_for(ticks)
    return model


def spot(model: TokenMarket) -> float:
    return float(model.allotment.price)


def test_in_shortage_the_spot_price_is_what_the_marginal_list_price_earns() -> None:
    # 70 and 60 rack-hours are wanted at prices 3 and 4, other cost 1: worth 2 and 3. There are 50: who earns 3
    # takes them all, and its own next bid sets the price.
    model = market(shop("low", 3.0, FixedPrice(), 1.0), shop("high", 4.0, FixedPrice(), 1.0))
    assert spot(model) == pytest.approx(3.0)
    assert [p.spot_racks for p in model.providers] == pytest.approx([0.0, 50.0])


def test_who_is_not_short_sets_no_price() -> None:
    # 40 wanted at a price of 6, and 5 at 9.5: enough for both.
    model = market(shop("low", 6.0, FixedPrice()), shop("high", 9.5, FixedPrice()))
    assert spot(model) == pytest.approx(0.5)


@pytest.mark.parametrize("pricing", [CostPlus(0.1, 24.0), Every(CostPlus(0.1), 24), Sticky(Surge(), 0.1), FixedPrice()])
def test_nobody_with_a_list_price_that_stays_pays_more_than_it(pricing: PricingPolicy) -> None:
    model = market(shop("one", 2.0, pricing), shop("two", 2.5, pricing), ticks=200)
    posted = model.records.series("ticks", "spot_price")
    prices = model.records.tables["offers"].data["price"][:200]
    before = np.vstack([[2.0, 2.5], prices[:-1]])  # machines are rented before prices are posted
    assert (posted <= before.max(axis=1) + 1e-9).all()
    assert posted.max() > 0.5


def test_cost_plus_rises_until_demand_fits() -> None:
    # Demand of both at price p is 2 (100 - 10 p); 50 machines are enough at 7.5. The price climbs by its margin a
    # day, overshoots since it is yesterday's orders that are expected, and falls back: a sawtooth around it.
    model = market(shop("one", 2.0, CostPlus(0.1, 24.0)), shop("two", 2.0, CostPlus(0.1, 24.0)), ticks=24 * 28)
    late = model.records.tables["offers"].data["price"][24 * 20 : 24 * 28]
    assert late.min() < 7.5 < late.max()
    assert late.max() / late.min() < 2.0


def test_costs_of_busy_hours_count_for_more() -> None:
    """A price for all day covers what machines cost on average over what is sold, not over hours."""
    users = CurveSegment("users", tuple(LinearDemand(10.0, 0.1 if h < 12 else 1.0) for h in range(24)))
    rival = CurveSegment("rival users", (LinearDemand(10.0, 0.1),), offers=("rival offer",))
    mine = Provider("mine", (Offer("mine offer", 3.0, 1.0),), spot=True, headroom=0.0, pricing=CostPlus(0.0, 24.0))
    model = TokenMarket(
        Economy(
            (CurveSegment("users", users.curves, offers=("mine offer",)), rival),
            (mine, shop("rival", 4.0, FixedPrice())),
            hyperscalers=(Hyperscaler("cloud", 100.0, reserve=0.5),),
        ),
        rng=1,
    )
    model.run_for(24 * 20)
    day = slice(24 * 10, 24 * 20)
    price = model.records.tables["offers"].data["price"][day, 0]
    spots = model.records.series("ticks", "spot_price")[day]
    racks = model.records.tables["providers"].data["spot"][day, 0]
    weighted = float((spots * racks).sum() / racks.sum())
    assert abs(price.mean() - weighted) < abs(price.mean() - spots.mean())


def after_a_day(prices: Sequence[float], needs: Sequence[float], earned: float) -> Purchases:
    """What is known after a day in which a rack-hour earned so much in every hour."""
    known = nothing_bought(0.0, len(prices))
    for period, (price, need) in enumerate(zip(prices, needs, strict=True)):
        known = known.after((0, period), price, need, earned)
    return known


def test_what_calm_hours_leave_over_pays_for_busy_ones() -> None:
    # Needs 10, 10 and 20 at prices 1, 2 and 9; a rack-hour earns 4: 30 + 20 are left over for the 20 of the busy hour.
    # At a price of 5 they would pay for 6.5, but no more is bid than a fifth above what the hour costs.
    known = after_a_day([1.0, 2.0, 9.0], [10.0, 10.0, 20.0], 4.0)
    near = after_a_day([1.0, 2.0, 5.0], [10.0, 10.0, 20.0], 4.0)
    assert near.affordable((0, 2), 4.0) == 1.2 * 5.0
    assert known.affordable((0, 2), 4.0) == 4.0 + 50.0 / 20.0
    assert [known.affordable((0, period), 4.0) for period in (0, 1)] == [4.0, 4.0]  # they need nothing of others
    assert known.usual_price == (10.0 + 20.0 + 180.0) / 40.0
    assert known.weight == 20.0 / (40.0 / 3.0)
    assert after_a_day([1.0, 2.0, 9.0], [10.0, 10.0, 20.0], 0.5).affordable((0, 2), 0.5) == 0.5  # nothing is left over
    shared = after_a_day([1.0, 5.0, 9.0], [10.0, 10.0, 20.0], 4.0)
    assert shared.affordable((0, 1), 4.0) == 4.0 + 30.0 / 30.0  # with the hour that is dearer
    assert shared.affordable((0, 2), 4.0) == 4.0 + 20.0 / 20.0


def test_the_whole_day_pays_if_all_dear_hours_cost_what_is_bid_in_them() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        prices, needs, earned = rng.exponential(1.0, 24), rng.random(24), float(rng.exponential(1.0))
        known, now = after_a_day(prices, needs, earned), int(rng.integers(24))
        dear = prices >= 0.95 * prices[now]
        paid = np.where(dear, known.affordable((0, now), earned), prices)
        left = float((needs * (earned - paid)).sum())
        cheaper = float((needs * (earned - prices))[~dear].sum())
        assert left >= min(cheaper, 0.0) - 1e-9


def test_hours_that_all_cost_the_same_pay_for_no_other() -> None:
    known = after_a_day([1.0, 1.01, 0.99, 1.02], [5.0] * 4, 3.0)
    assert [known.affordable((0, period), 3.0) for period in range(4)] == [3.0] * 4


def test_a_list_that_rises_makes_no_hour_calm() -> None:
    """In every hour it earned what it paid; that it earns more today is nothing that yesterday left over."""
    known = nothing_bought(0.0, 4)
    for period, price in enumerate([1.0, 1.1, 1.2, 1.3]):
        known = known.after((0, period), price, 5.0, price)
    assert known.affordable((0, 3), 1.4) == 1.4


def test_who_is_near_cost_keeps_its_peak_while_machines_get_dearer() -> None:
    """Machines get 1 % dearer a day. What calm hours leave over pays for busy ones at prices not seen before.

    At its list 30 requests come in calm hours and 120 in four busy ones. Bids at prices that had been seen got it 63 in
    the last days, though calm hours left over 6 USD for each of them.
    """
    curves = tuple(LinearDemand(10.0, 0.2 if h < 20 else 0.05) for h in range(24))
    users = CurveSegment("users", curves)
    labs = Research("labs", 24.0 * 200.0, growth=1.01**365)
    model = TokenMarket(
        Economy((users,), (shop("thin", 4.0, FixedPrice()),), (Hyperscaler("cloud", 150.0),), research=(labs,)), rng=1
    )
    model.run_for(24 * 30)
    racks = model.records.tables["providers"].data["spot"][:720, 0].reshape(-1, 24)
    assert racks[-5:, 21:23].min() > 100.0
    revenue = model.records.tables["offers"].data["revenue"][:720, 0]
    spent = racks.ravel() * model.records.series("ticks", "spot_price")
    assert spent[-120:].sum() < 1.05 * revenue[-120:].sum()


@cache
def after_a_stop(*, rival: bool, needs_without_waits: bool) -> Floats:
    """Requests that a seller serves by the day; machines stand still on two days, then there are plenty again.

    Users go where they need not wait: to a rival with machines of its own, or nowhere. Half of them stay attached.
    """
    work = FixedWork(1.0)
    hours = (1.0,) * 16 + (3.0,) * 8
    users = Segment(
        "users",
        Workload(1_000, 1_000),
        users=1_000,
        individuals=200,
        requests_per_day=24.0,
        worth_usd=8.0,
        worth_spread=0.5,
        taste_noise=0.2,
        outside=0.0,
        patience_h=0.5,
        attachment=0.5,
        time_value=0.5,
        shape=LoadShape.of_loads(hours, hours),
    )
    one = Provider("one", (Offer("one offer", 2_000.0, technology=work),), spot=True)
    other = Provider("other", (Offer("other offer", 2_000.0, technology=work),), (Pool(2_000.0),))
    stop = Outage(name="stop", begin=datetime(2026, 1, 4, tzinfo=UTC), days=2.0, of=("cloud",))
    economy = Economy(
        (users,),
        (one, other) if rival else (one,),
        (Hyperscaler("cloud", 3_000.0),),
        events=(stop,),
        needs_without_waits=needs_without_waits,
    )
    model = TokenMarket(economy, rng=1)
    model.run_for(24 * 16)
    return model.records.tables["offers"].data["served"][: 24 * 16, 0].reshape(-1, 24).sum(axis=1)


@pytest.mark.parametrize("rival", [True, False])
def test_who_expects_orders_without_waits_gets_its_users_back(rival: bool) -> None:
    served = after_a_stop(rival=rival, needs_without_waits=True)
    assert served[3:5].max() == 0.0
    assert served[-1] > 0.6 * served[2]


@pytest.mark.parametrize("rival", [True, False])
def test_who_goes_by_orders_with_waits_comes_back_later(rival: bool) -> None:
    """What is ordered while users wait is less than what would be: it rents less on the first day with machines."""
    with_waits = after_a_stop(rival=rival, needs_without_waits=False)
    assert with_waits[5] < 0.95 * after_a_stop(rival=rival, needs_without_waits=True)[5]


def test_a_market_at_rest_has_machines_for_all_in_its_first_hour() -> None:
    """At its opening list of 1 a rack-hour earns less than it costs. Its price follows cost: it bids along demand."""
    seller = shop("low", 1.0, CostPlus(0.1))
    users = CurveSegment("users", (LinearDemand(10.0, 0.1),))
    budget = Research("labs", 24.0 * 200.0)
    got = []
    for needs_without_waits in (False, True):
        model = TokenMarket(
            Economy(
                (users,),
                (seller,),
                (Hyperscaler("cloud", 100.0),),
                research=(budget,),
                needs_without_waits=needs_without_waits,
            ),
            rng=1,
        )
        model.run_for(1)
        got.append(float(model.providers[0].spot_racks))
    assert got[0] == 0.0
    assert got[1] > 30.0


def test_before_a_day_is_known_nobody_bids_more_than_a_machine_earns() -> None:
    known = nothing_bought(0.0, 3)
    known = known.after((0, 0), 1.0, 10.0, 4.0)
    assert known.affordable((0, 0), 4.0) == 4.0


def test_half_of_what_is_usual_is_of_today() -> None:
    known = nothing_bought(0.0, 1)
    known = known.after((0, 0), 4.0, 10.0, 7.0)
    known = known.after((0, 0), 8.0, 20.0, 7.0)
    assert known.usual_price == 6.0
    assert known.weight == 20.0 / 15.0


def test_a_mondays_look_goes_by_what_machines_cost_on_all_days() -> None:
    """A dear working day counts five times and a cheap day of the weekend twice."""
    known = nothing_bought(0.0, 1, (5.0, 2.0))
    known = known.after((0, 0), 9.0, 10.0, 9.0)
    for _ in range(2):
        known = known.after((1, 0), 2.0, 5.0, 9.0)
    assert known.usual_price == pytest.approx((5 * 10 * 9.0 + 2 * 5 * 2.0) / (5 * 10 + 2 * 5))
    assert known.weight == pytest.approx(5.0 / ((5 * 10 + 2 * 5) / 7))
    assert known.affordable((0, 0), 9.0) == 9.0  # what weekends leave over pays for no working day
