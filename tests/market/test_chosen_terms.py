"""Sellers that choose the terms of their tiers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capacity.errors import InputError
from market import TokenMarket
from market.demand.segment import Segment
from market.exchange.technology import FixedWork
from market.exchange.tier_terms import TierTerms
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.chosen_terms import ChosenTerms
from market.supply.pricing.every import Every
from market.supply.pricing.fixed import FixedPrice
from market.supply.pricing.parts import PartsOfBill
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.library import SCENARIOS
from scenarios.verification.setups import PLENTY, UNIT, run

QUARTER_DAY = 6.0
TWO_HOURS, SIX_HOURS = TierTerms(least_h=2.0), TierTerms(least_h=6.0)


def people(noise: float = 0.05) -> list[Segment]:
    """To one a request is worth 10 and an hour .8, to the other 6 and .1."""
    return [
        Segment(name, UNIT, share, requests_per_day=24, worth_usd=worth, time_value=hour / worth, taste_noise=noise)
        for name, worth, hour, share in (("high", 10.0, 0.8, 0.6), ("low", 6.0, 0.1, 0.4))
    ]


def market(may: tuple[TierTerms, ...] = (SIX_HOURS,), gain: float = 0.0, ticks: int = 8) -> TokenMarket:
    slow = Offer("slow", 5.0, tier=Tier("slow", least_h=0.5, may_choose=may))
    pricing = ChosenTerms(Every(BestResponse(30), 8_766.0), QUARTER_DAY, gain)
    seller = Provider("seller", (Offer("fast", 8.0), slow), pools=(Pool(PLENTY),), pricing=pricing)
    return run(people(), seller, ticks)


def test_a_worse_version_is_chosen_where_it_earns_more_and_the_list_with_it() -> None:
    model = market()
    before, after = (model.records.tables["offers"].data[name] for name in ("price", "terms"))
    assert after[: int(QUARTER_DAY)].tolist() == [[0, 0]] * 6
    assert after[7].tolist() == [0, 1]
    assert model.book.least_h.tolist() == [0.0, 6.0]
    assert before[7, 0] > before[5, 0]
    revenue = model.records.tables["offers"].data["revenue"][:8].sum(axis=1)
    assert revenue[7] > 1.02 * revenue[5]


def test_terms_stay_where_a_change_is_not_worth_it_or_none_are_better() -> None:
    assert market(gain=0.5).book.least_h[1] == 0.5
    assert market(may=(TierTerms(least_h=40.0),)).book.least_h[1] == 0.5
    assert market(may=()).book.least_h[1] == 0.5


def test_explain_tells_terms_and_why() -> None:
    told = market().explain("slow")
    assert "Terms: after 6 h at least, which earned most on its seller's estimate" in told
    assert "(after 0.5 h at least)" in told
    assert "Terms:" not in market(may=()).explain("slow")


def test_users_feel_the_speed_that_is_chosen() -> None:
    """Terms of the book are those of a tier that was made with them."""
    quick = FixedWork(seconds=36.0)
    tiers = (Tier("a", speed=10.0, most_speed=20_000.0), Tier("b", speed=10.0, least_h=1.0, deadline_h=9.0))
    offers = tuple(Offer(tier.name, 1.0, technology=quick, tier=tier) for tier in tiers)
    book = run(people(), Provider("s", offers, pools=(Pool(9.0),)), 1).book
    turned = book.with_terms(0, tiers[1].terms, 1.0).with_terms(1, tiers[0].terms, 1.0)
    for name in ("hours", "least_h", "deadline_ticks"):
        values = getattr(book, name)
        assert np.array_equal(getattr(turned, name), values[:, ::-1] if values.ndim > 1 else values[::-1])
    assert book.hours[0, 0, 0] == pytest.approx(1e6 / 20_000 / 3600)


def test_what_cannot_be_terms_is_refused() -> None:
    with pytest.raises(InputError, match="most_speed is 5, but must be at least 35"):
        Tier(may_choose=(TierTerms(most_speed=5.0),))
    with pytest.raises(InputError, match="deadline_h must be a number"):
        Tier(spare=True, deadline_h=24.0, may_choose=(TierTerms(least_h=1.0),))


def test_policies_around_it_pass_it_on_and_it_stands_within_what_sets_hours() -> None:
    chosen = ChosenTerms(BestResponse())
    assert Blocks(PartsOfBill(chosen)).moves_terms
    assert not Every(FixedPrice()).moves_terms
    with pytest.raises(InputError, match="sets hours of the week"):
        ChosenTerms(Blocks()).fits("x", 1)


def test_a_scenario_says_who_chooses_among_what() -> None:
    changes = {
        "labs.*.pricing.terms.policy": "earn-most",
        "labs.*.tiers.batch.may_choose": [{"least_h": 4.0, "deadline_h": 24.0, "most_speed": 60.0}],
    }
    lab = SCENARIOS["baseline-2026"].with_changes(changes).economy(10).providers[0]
    assert lab.pricing.moves_terms
    batch = next(offer.tier for offer in lab.offers if offer.tier.name == "batch")
    assert batch.may_choose == (TierTerms(60.0, 4.0, 24.0),)
    assert math.isinf(TierTerms().deadline_h)


def test_variants_of_a_scenario_let_labs_choose() -> None:
    tiers = SCENARIOS["priority-tiers"]
    for name, says in (("chosen-terms", "moves_terms"), ("parts-that-pay", "moves_parts")):
        sellers = tiers.variant(name).economy(10).providers
        assert all(getattr(p.pricing, says) == (p.kind == "frontier") for p in sellers), name
