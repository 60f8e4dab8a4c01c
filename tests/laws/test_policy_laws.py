"""Laws of pricing policies and of others that can be swapped, and what some of them do."""

from __future__ import annotations

import numpy as np
import pytest

from market.quality import QualityPath
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.price_adjustment import PriceAdjustment
from market.supply.specs import Offer, Pool, Provider
from scenarios.laws import expansion, pricing, quotas, racks, tariff, training  # noqa: F401  # their laws
from scenarios.laws.examples import (
    COMPONENTS,
    EVENTS,
    EXPANSIONS,
    PATHS,
    POLICIES,
    QUOTAS,
    RACK_ALLOTMENTS,
    RACK_PRICES,
    RESEARCH_POLICIES,
)
from scenarios.laws.law import Law, cases
from scenarios.laws.plain_economies import market_of, people, run, seller
from scenarios.laws.tick import BOOKS

CASES = cases(
    [*POLICIES, *QUOTAS, *EXPANSIONS, *COMPONENTS, *EVENTS, *RACK_ALLOTMENTS, *RACK_PRICES, *RESEARCH_POLICIES]
)


@pytest.mark.parametrize(("law", "behaviour"), [one for one in CASES if one[0].words != BOOKS], ids=str)
def test_behaviours_keep_the_laws(law: Law, behaviour: object) -> None:
    law.hold(behaviour)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "behaviour"), [one for one in CASES if one[0].words == BOOKS], ids=str)
def test_behaviours_keep_the_laws_of_a_tick(law: Law, behaviour: object) -> None:
    law.hold(behaviour)


def test_dearer_rivals_and_costs_raise_the_best_response() -> None:
    def posted(cost: float, rival: float) -> float:
        own = Provider("p", (Offer("o", 3.0, 1.0, cost=cost),), pools=(Pool(1e6),), pricing=BestResponse())
        model = run(market_of(people(), own, seller("rival", rival, racks=1e6)), 2)
        return float(model.book.price[0])

    assert posted(1.0, 4.0) < posted(2.0, 4.0)
    assert posted(1.0, 2.0) < posted(1.0, 6.0)


def test_an_adjusted_price_rises_in_shortage_and_falls_in_plenty() -> None:
    for machines, sign in ((10.0, 1), (1e4, -1)):
        economy = market_of(people(), seller("p", 5.0, racks=machines, pricing=PriceAdjustment(1e-3)))
        prices = run(economy, 4).records.series("offers", "price")
        assert sign * (prices[-1] - prices[0]) > 0


def test_cost_plus_does_not_sell_below_cost() -> None:
    model = run(market_of(people(), seller("p", 0.1, racks=1e4, pricing=CostPlus(0.0))), 5)
    assert model.book.price[0] >= 1.0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
def test_qualities_never_fall(path: QualityPath) -> None:
    values = [path.at("more", years) for years in (0.0, 0.1, 1.0, 5.0, 50.0)]
    assert values == sorted(values)
    assert np.isfinite(values).all()
