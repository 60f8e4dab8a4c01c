"""A policy that gives nothing, the wrong length or NaN is named, with what was expected."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from capacity.errors import InputError
from market import TokenMarket
from market.exchange.rationing.base import Rationing
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy
from scenarios.library import SCENARIOS

WRONG = {
    "None": (None, "gave NoneType"),
    "text": ("much", "gave str"),
    "short": (np.ones(1), "gave 1 numbers"),
    "square": (np.ones((2, 2)), "gave 2x2 numbers"),
    "nan": ("nan", "gave NaN at place 0"),
}


def nothing(size):
    return np.full(size, np.nan)


@dataclass(frozen=True)
class Odd(PricingPolicy):
    """It gives what it was told to."""

    gives: object = None

    def __call__(self, outlook):
        return (
            np.full(outlook.price.size, np.nan) if isinstance(self.gives, str) and self.gives == "nan" else self.gives
        )


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

    def share(self, claims, capacity, rng):
        return nothing(claims.work.size) if isinstance(self.gives, str) and self.gives == "nan" else self.gives

    def allot(self, claims, capacity, rng):
        raise NotImplementedError


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


@pytest.mark.parametrize("name", WRONG)
def test_a_pricing_policy_is_named(economy, name):
    gives, said = WRONG[name]
    first, *others = economy.providers
    text = complaint(replace(economy, providers=(replace(first, pricing=Odd(gives)), *others)))
    assert f"provider '{first.name}': pricing policy Odd {said}" in text
    assert f"but must be {len(first.offers)} numbers: list prices of its offers" in text


@pytest.mark.parametrize(("gives", "said"), [(None, "gave NoneType"), (np.ones(2), "gave 2"), (np.nan, "gave NaN")])
def test_a_quota_policy_is_named(gives, said):
    economy = SCENARIOS["free-tier"].economy(30)
    limited = next(p for p in economy.providers if any(np.isfinite(offer.tier.quota_per_day) for offer in p.offers))
    changed = tuple(replace(p, quotas=OddQuota(gives)) if p is limited else p for p in economy.providers)
    text = complaint(replace(economy, providers=changed))
    assert f"provider '{limited.name}': quota policy OddQuota {said}" in text
    assert "but must be one number: share of the quota granted" in text


@pytest.mark.parametrize("name", WRONG)
def test_a_rationing_rule_is_named(economy, name):
    gives, said = WRONG[name]
    text = complaint(replace(economy, rationing=OddRule(gives)), ticks=48)
    assert f"rationing rule OddRule {said}" in text
    assert "work served per claim [rack-h]" in text
