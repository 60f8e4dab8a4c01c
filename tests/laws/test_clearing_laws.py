"""Laws of clearing mechanisms: nobody pays above worth, scarcity falls with capacity, and order is nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.base import Rationing
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.laws import clearing  # noqa: F401  # its laws
from scenarios.laws.examples import CLEARINGS, RULES, draws_lots
from scenarios.laws.law import Law, cases
from scenarios.laws.plain_economies import market_of, must_be_same, people, run, seller
from scenarios.laws.tick import BOOKS


@pytest.mark.parametrize(("law", "mechanism"), [one for one in cases(CLEARINGS) if one[0].words != BOOKS], ids=str)
def test_mechanisms_keep_the_laws(law: Law, mechanism: Clearing) -> None:
    law.hold(mechanism)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "mechanism"), [one for one in cases(CLEARINGS) if one[0].words == BOOKS], ids=str)
def test_mechanisms_keep_the_laws_of_a_tick(law: Law, mechanism: Clearing) -> None:
    law.hold(mechanism)


def test_laws_of_rents_concern_an_auction_only() -> None:
    auctions = {type(mechanism) for law, mechanism in cases(CLEARINGS) if "rent" in law.words}
    assert auctions == {ScarcityAuction}


@pytest.mark.parametrize("rule", [rule for rule in RULES if not draws_lots(rule)], ids=str)
def test_order_of_agents_changes_nothing_in_queues(rule: Rationing) -> None:
    """Posted prices far too low, so that every rule has to ration, to rounding."""
    tiers = [Tier("fast", priority=0.0), Tier("slow", priority=1.0, deadline_h=6.0)]
    sellers = [
        Provider(f"p{k}", tuple(Offer(f"p{k} {t.name}", 1.0 + k, 1.0, tier=t) for t in tiers), pools=(Pool(40.0 + k),))
        for k in range(3)
    ]
    users = [people("one"), people("two", patience_h=math.inf, worth_usd=30.0)]
    one = run(market_of(*users, *sellers, rationing=rule), 10)
    turned = [replace(p, offers=p.offers[::-1]) for p in reversed(sellers)]
    other = run(market_of(*users[::-1], *turned, rationing=rule), 10)
    assert one.records.series("ticks", "waiting")[-1] > 0
    must_be_same(one, other)


def test_auction_and_posted_prices_agree_where_nothing_is_scarce() -> None:
    agents = (people(), seller("p", racks=1e6), seller("q", 2.0, 0.8, racks=1e6))
    posted, auction = (run(market_of(*agents, clearing=c), 5) for c in (PostedPrices(), ScarcityAuction()))
    must_be_same(posted, auction)
