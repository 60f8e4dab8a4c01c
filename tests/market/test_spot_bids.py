"""What providers pay for rented machines: never more than these earn."""

from __future__ import annotations

import numpy as np
import pytest

from market import TokenMarket
from market.demand.segment import CurveSegment, LinearDemand
from market.economy import Economy
from market.exchange.clearing.posted import PostedPrices
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.sticky import Sticky
from market.supply.pricing.surge import Surge
from market.supply.purchases import Purchases
from market.supply.specs import Hyperscaler, Offer, Provider
from market.supply.wholesale import Wholesale

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
    model = market(shop("one", 2.0, CostPlus(0.1, 24.0)), shop("two", 2.0, CostPlus(0.1, 24.0)), ticks=24 * 60)
    late = model.records.tables["offers"].data["price"][24 * 40 : 24 * 60]
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
    model.run_for(24 * 40)
    day = slice(24 * 30, 24 * 40)
    price = model.records.tables["offers"].data["price"][day, 0]
    spots = model.records.series("ticks", "spot_price")[day]
    racks = model.records.tables["providers"].data["spot"][day, 0]
    weighted = float((spots * racks).sum() / racks.sum())
    assert abs(price.mean() - weighted) < abs(price.mean() - spots.mean())


def test_what_calm_hours_leave_over_pays_for_busy_ones() -> None:
    # Needs 10, 10 and 20 at prices 1, 2 and 9; a rack-hour earns 4: 30 + 20 left over pay for the hour at 9 only if
    # it loses no more than 50.
    known = Purchases(0.0, 3)
    for period, (price, need) in enumerate([(1.0, 10.0), (2.0, 10.0), (9.0, 20.0)]):
        known.learn(period, price, need)
    assert known.affordable(4.0) == 4.0  # 50 - 100 < 0: not the last hour
    assert known.affordable(6.0) == 9.0  # 90 - 60 > 0
    assert known.affordable(0.5) == 0.5
    assert known.usual_price == (10.0 + 20.0 + 180.0) / 40.0
    assert known.weight == 20.0 / (40.0 / 3.0)


def test_before_a_day_is_known_nobody_bids_more_than_a_machine_earns() -> None:
    known = Purchases(0.0, 3)
    known.learn(0, 1.0, 10.0)
    assert known.affordable(4.0) == 4.0


def test_half_of_what_is_usual_is_of_today() -> None:
    known = Purchases(0.0, 1)
    known.learn(0, 4.0, 10.0)
    known.learn(0, 8.0, 20.0)
    assert known.affordable(7.0) == 7.0
    assert known.usual_price == 6.0
    assert known.weight == 20.0 / 15.0
