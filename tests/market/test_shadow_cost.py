"""Prices of machines of one's own, against what can be worked out by hand: demand 100 - p for one offer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from market.supply.outlook import Estimate, Outlook
from market.supply.pricing.shadow_cost import ShadowCost

COST, WORK, RENT = 10.0, 0.5, 120.0


def seen(capacity: float, price: float = 40.0) -> Outlook:
    """A seller with machines that do so many rack-hours a tick; others' rent for 120 USD, so that it costs 70 there."""

    def estimate(prices: np.ndarray) -> Estimate:
        return Estimate(np.maximum(100.0 - prices, 0.0), np.ones(1), np.ones((1, 1)))

    one, none = np.ones(1), np.zeros(1)
    return Outlook(
        tick=0,
        period=0,
        hour=12.0,
        price=price * one,
        movable=np.ones(1, dtype=bool),
        cost=COST * one,
        usual_cost=COST * one,
        weight=1.0,
        work=WORK * one,
        utilisation=0.5,
        sold=one,
        capacity=capacity,
        toll=lambda: none,
        estimate=estimate,
        usual_estimate=estimate,
        public_prices=price * one,
        opening_price=price * one,
        on_sale_h=none,
        rack_hour_usd=RENT,
    )


def policy(**more: float) -> ShadowCost:
    return ShadowCost(**{"fill": 1.0, "relist": 0.1, **more})


def test_it_asks_what_fills_its_machines() -> None:
    """20 rack-hours serve 40 million tokens, which are asked at 60."""
    assert policy()(seen(20.0))[0] == pytest.approx(60.0, rel=1e-3)


def test_machines_that_cannot_be_filled_cost_nothing_more() -> None:
    assert policy()(seen(50.0))[0] == COST


@pytest.mark.parametrize(("power", "price"), [(0.0, 10.0), (0.5, 32.5), (1.0, 55.0)])
def test_with_market_power_idle_machines_are_dearer_up_to_a_monopolists_list(power: float, price: float) -> None:
    """A monopolist at a cost of 10 lists (100 + 10) / 2, to the nearest of the rents that it looks at (six dollars)."""
    assert policy(market_power=power)(seen(50.0))[0] == pytest.approx(price, abs=1.5)


def test_market_power_never_fills_more_than_its_machines() -> None:
    """What fills them is dearer than what earns most."""
    assert policy(market_power=1.0)(seen(20.0))[0] == pytest.approx(60.0, rel=1e-3)


def test_once_full_it_costs_what_others_cost_and_a_margin() -> None:
    """At 70, the cost with others' machines, 30 million tokens are asked: more than 10 rack-hours serve."""
    assert policy(markup=0.2, market_power=0.5)(seen(10.0))[0] == pytest.approx(1.2 * (COST + RENT * WORK))


def test_a_catalogue_stands_until_it_is_off_by_its_threshold() -> None:
    assert policy(relist=0.5)(seen(20.0, price=40.0))[0] == 40.0
    assert policy(relist=0.4)(seen(20.0, price=40.0))[0] == pytest.approx(60.0, rel=1e-3)


def test_where_nobody_elses_machines_can_be_rented_there_is_no_rent_that_earns_most() -> None:
    alone = replace(seen(50.0), rack_hour_usd=float("inf"))
    assert policy(market_power=1.0)(alone)[0] == COST
