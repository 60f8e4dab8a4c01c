"""A behaviour that gives what cannot be used is named, with its file and what was expected; so is one within others."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from capacity.errors import InputError
from market import TokenMarket
from market.exchange.clearing.base import Clearing
from market.exchange.clearing.posted import PostedPrices
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.strict_priority import StrictPriority
from market.supply.pricing.base import PricingPolicy
from market.supply.pricing.blocks import Blocks
from market.supply.pricing.cost_plus import CostPlus
from market.supply.pricing.every import Every
from market.supply.pricing.investing import Investing
from market.supply.pricing.menu_cost import MenuCost
from market.supply.pricing.sticky import Sticky
from market.supply.quotas import QuotaPolicy
from scenarios.library import SCENARIOS

WRONG = {
    "None": (None, "gave NoneType"),
    "text": ("much", "gave str"),
    "short": (np.ones(1), "gave a list of 1 number"),
    "square": (np.ones((2, 2)), "gave 2x2 numbers"),
    "nan": (("all", np.nan), "gave NaN at place 0"),
    "infinite": (("all", np.inf), "gave inf at place 0"),
}
NEGATIVE = (("all", -1.0), "gave -1 at place 0")


def given(gives, size):
    """What a behaviour gives: the same number everywhere, or what it was told to."""
    return np.full(size, gives[1]) if isinstance(gives, tuple) else gives


@dataclass(frozen=True)
class Odd(PricingPolicy):
    """It gives what it was told to."""

    gives: object = None

    def __call__(self, outlook):
        return given(self.gives, outlook.price.size)


@dataclass(frozen=True)
class OddQuota(QuotaPolicy):
    """It gives what it was told to."""

    gives: object = None

    def __call__(self, of):
        return self.gives


@dataclass(frozen=True)
class OddRule(Rationing):
    """It gives what it was told to."""

    gives: object = None

    def allot(self, claims, capacity, rng):
        return given(self.gives, claims.work.size)


@dataclass(frozen=True)
class OddClearing(Clearing):
    """It gives what it was told to, or posted prices with something else in place of a field."""

    gives: object = None

    def clear(self, situation):
        if not isinstance(self.gives, dict):
            return self.gives
        found = PostedPrices().clear(situation)
        if "requests" not in self.gives:
            return replace(found, **{name: change(getattr(found, name)) for name, change in self.gives.items()})
        return replace(
            found, response=replace(found.response, requests=self.gives["requests"](found.response.requests))
        )


def run(model, ticks):
    for _ in range(ticks):
        model.step()


def complaint(economy, ticks=3):
    model = TokenMarket(economy, rng=1)
    with pytest.raises(InputError) as caught:
        run(model, ticks)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def economy():
    return SCENARIOS["compute-crunch"].with_changes({"supply.scale": 0.05}).economy(30)


def with_pricing(economy, policy):
    first, *others = economy.providers
    return replace(economy, providers=(replace(first, pricing=policy), *others))


@pytest.mark.parametrize(("gives", "said"), [*WRONG.values(), NEGATIVE], ids=[*WRONG, "negative"])
@pytest.mark.parametrize("around", [None, Sticky, Every, MenuCost, Investing, Blocks])
def test_a_pricing_policy_is_named_also_within_another(economy, around, gives, said):
    odd = Odd(gives)
    text = complaint(with_pricing(economy, odd if around is None else around(odd)), ticks=1)
    first = economy.providers[0]
    assert text.startswith(f"provider '{first.name}': test_answers.py: pricing policy 'odd' {said}")
    assert f"but must be {len(first.offers)} numbers of at least 0: list prices of its offers" in text


def test_one_that_invests_may_go_below_nothing_within(economy):
    """Who counts later sales sees a cost below nothing, and so does the policy within; nothing is the least it asks."""
    policy = Investing(CostPlus(0.0), stays=1.0, periods=9)
    model = TokenMarket(with_pricing(economy, policy), rng=1)
    run(model, 1)
    assert (model.book.price >= 0).all()


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        (None, "gave NoneType"),
        (np.ones(2), "gave 2"),
        (np.nan, "gave NaN"),
        (np.inf, "gave inf"),
        (7, "gave 7"),
        (-0.1, "gave -0.1"),
    ],
)
def test_a_quota_policy_is_named(gives, said):
    economy = SCENARIOS["free-tier"].economy(30)
    limited = next(p for p in economy.providers if any(np.isfinite(offer.tier.quota_per_day) for offer in p.offers))
    changed = tuple(replace(p, quotas=OddQuota(gives)) if p is limited else p for p in economy.providers)
    text = complaint(replace(economy, providers=changed))
    assert text.startswith(f"provider '{limited.name}': test_answers.py: quota policy 'odd quota' {said}")
    assert "but must be one number of at least 0 and at most 1: share of the quota granted" in text


@pytest.mark.parametrize(("gives", "said"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("around", [None, FirstCome, StrictPriority])
def test_a_rationing_rule_is_named_also_within_another(around, gives, said):
    rule = OddRule(gives) if around is None else around(OddRule(gives))
    claims = Claims.of([3.0, 2.0, 4.0])
    with pytest.raises(InputError) as caught:
        rule.share(claims, 5.0, np.random.default_rng(0))
    assert str(caught.value).startswith(f"test_answers.py: rationing rule 'odd rule' {said}")
    assert "but must be 3 numbers: work served per claim [rack-h]" in str(caught.value)


@pytest.mark.parametrize("size", [0.0, 1.0])
@pytest.mark.parametrize(
    ("gives", "given"), [([6.0, 4.0, 8.0], 18), ([0.0, 0.0, 0.0], 0), ([3.0, 2.0, 4.0], 9), ([-1.0, 2.0, 4.0], 5)]
)
def test_a_rule_serves_what_there_is_and_keeps_nothing_back(gives, given, size):
    claims = Claims.of([3.0, 2.0, 4.0], size=size)
    with pytest.raises(InputError) as caught:
        OddRule(np.array(gives)).share(claims, 5.0, np.random.default_rng(0))
    text = str(caught.value)
    assert text.startswith(
        f"test_answers.py: rationing rule 'odd rule' serves {given} rack-h of the 5 that there are, where 9 are asked"
    )


def test_a_rule_that_is_refused_ends_a_run(economy):
    assert "rationing rule 'odd rule' gave NaN" in complaint(
        replace(economy, rationing=StrictPriority(within=OddRule(("all", np.nan)))), ticks=48
    )


ODD_OUTCOMES = {
    "None": (None, "gave NoneType, but must be a Cleared"),
    "no response": ({"response": lambda _: None}, "gave NoneType, but must be a Cleared"),
    "paid": ({"prices": lambda prices: -prices}, "gave -"),
    "infinite": ({"prices": lambda prices: prices + np.inf}, "gave inf at place 0"),
    "one price": ({"prices": lambda _: 1.0}, "gave a single number"),
    "rents": ({"rents": lambda rents: rents - 1.0}, "gave -1 at place 0"),
    "nobody": ({"requests": lambda requests: requests * np.nan}, "gave NaN at place 0"),
    "given back": ({"requests": lambda requests: requests - 1.0}, "gave -1 at place"),
}


@pytest.mark.parametrize(("gives", "said"), ODD_OUTCOMES.values(), ids=ODD_OUTCOMES)
def test_a_clearing_mechanism_is_named(economy, gives, said):
    text = complaint(replace(economy, clearing=OddClearing(gives)), ticks=1)
    assert text.startswith(f"test_answers.py: clearing mechanism 'odd clearing' {said}")
