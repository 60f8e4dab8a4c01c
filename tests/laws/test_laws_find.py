"""The laws find what is wrong: behaviours with a defect each break the law that is about it, and words say how.

The behaviours here have no name, so that no other test finds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from capacity import Workload
from capacity.errors import InputError
from capacity.fields import quantity
from market.exchange.clearing.base import Cleared, Situation
from market.exchange.clearing.posted import PostedPrices
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.supply_curve import SupplyCurve
from market.exchange.tariff import TariffComponent
from market.kinds import Kind
from market.supply.expansion import Expansion, Fleet
from market.supply.outlook import Outlook
from market.supply.pricing.base import PricingPolicy
from market.supply.quotas import QuotaPolicy, Standing
from scenarios.laws.examples import example_of
from scenarios.laws.law import Broken, laws_of
from scenarios.laws.run import bases, hold_to_laws


@dataclass(frozen=True)
class Generous(Rationing):
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Any:
        return claims.work.copy()


@dataclass(frozen=True)
class Wasteful(Rationing):
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Any:
        return np.minimum(claims.work, capacity / claims.work.size)


@dataclass(frozen=True)
class FirstListed(Rationing):
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Any:
        return np.diff(np.minimum(np.cumsum(claims.work), capacity), prepend=0.0)


@dataclass(frozen=True)
class Forgetful(Rationing):
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Any:
        raise KeyError("capacity")


@dataclass(frozen=True)
class Priced(PricingPolicy):
    price: Callable[[Outlook], Any]

    def __call__(self, outlook: Outlook) -> Any:
        return self.price(outlook)


@dataclass(frozen=True)
class Granted(QuotaPolicy):
    share: Callable[[float, float], Any]

    def __call__(self, of: Standing) -> Any:
        return self.share(of.granted, of.utilisation)


@dataclass(frozen=True)
class Billed(TariffComponent):
    billed: float

    def tokens(self, workload: Workload) -> float:
        return self.billed


@dataclass(frozen=True)
class FromNothing(Expansion):
    def __call__(self, fleet: Fleet, years: float) -> float:
        fleet.racks += 1.0
        return 1.0


@dataclass(frozen=True)
class AlwaysAll(SupplyCurve):
    def quantity(self, rent: float, capacity: float) -> float:
        return capacity

    def profit(self, rent: float, capacity: float) -> float:
        return (rent - 1.0) * capacity

    def slope(self, rent: float, capacity: float) -> float:
        return 0.0

    def cost(self, quantity: float) -> float:
        return quantity


@dataclass(frozen=True)
class Deaf(PostedPrices):
    """Takes orders twice over."""

    def clear(self, situation: Situation) -> Cleared:
        found = super().clear(situation)
        found.response.requests[:] *= 2.0
        return found


def broken(behaviour: Any, law: str, *, shrink: bool = True) -> Broken | None:
    (one,) = (one for one in laws_of(behaviour) if one.words == law)
    return one.broken_by(behaviour, shrink=shrink)


PRICES = "prices are numbers of at least 0, one an offer"
GRANTED = "what is granted is a share, from 0 to the most that the policy says"


@pytest.mark.parametrize(
    ("behaviour", "law", "words"),
    [
        (Generous(), "nobody gets more than was asked, and all together no more than there is", "serves 1 rack-h"),
        (Wasteful(), "all capacity is used if all of it is asked", "serves 0.5625 rack-h of the 0.625"),
        (FirstListed(), "the order of claims changes nothing, to the bit", "with the claims in another order"),
        (FirstListed(), "equal claims are served equally", "of which each two are alike"),
        (Forgetful(), "all capacity is used if all of it is asked", "it raised KeyError: 'capacity'"),
        (Priced(lambda outlook: outlook.price * np.nan), PRICES, "gave [nan], which are no numbers"),
        (Priced(lambda outlook: None), PRICES, "gave nothing back"),
        (Priced(lambda outlook: outlook.price[:1]), PRICES, "for 2 offers"),
        (Priced(lambda outlook: np.append(outlook.price, 1.0)), PRICES, "gave [1] for 0 offers"),
        (Priced(lambda outlook: outlook.price - 1.0), PRICES, "gave [-1], below 0"),
        (Priced(lambda outlook: ["dear"] * outlook.price.size), PRICES, "which are no numbers"),
        (Granted(lambda granted, utilisation: 1.5), GRANTED, "granted 1.5 of the quota"),
        (Granted(lambda granted, utilisation: np.nan), GRANTED, "granted nan of the quota"),
        (Granted(lambda granted, utilisation: None), GRANTED, "gave nothing back"),
        (
            Granted(lambda granted, utilisation: min(utilisation, 1.0)),
            "fuller machines never raise what is granted",
            "but 0 with nothing ordered",
        ),
        (Billed(np.nan), "the bill is a number of at least 0", "billed nan tokens"),
        (Billed(-1e9), "the bill is a number of at least 0", "with the shipped components"),
        (FromNothing(), "fleets stay numbers, and none grows out of nothing", "of no racks there came to be 25"),
        (AlwaysAll(), "nothing else than what is offered earns more", "would earn"),
        (Deaf(), "in a plain market, the books of every tick add up", "every request has a fate: in tick 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_defect_is_found(behaviour: Any, law: str, words: str) -> None:
    found = broken(behaviour, law)
    assert found is not None
    assert words in found.words


def test_the_smallest_example_is_shown_the_same_every_time() -> None:
    law = "nobody gets more than was asked, and all together no more than there is"
    one, other = (broken(Generous(), law) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.given == other.given
    assert one.given == {"claims": "claims (work [1], priority [0], arrived [0], size [0])", "share": "0.5"}
    assert one.words == other.words
    assert "rationing rule 'generous' serves 1 rack-h of the 0.5 that there are, where 1 are asked" in one.words


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    verdicts = hold_to_laws([ProRata], examples=2)
    assert len(verdicts) == len(laws_of(ProRata()))
    assert not any(verdict.broken for verdict in verdicts)


def test_every_base_class_of_the_market_has_laws() -> None:
    of_market = {base for base in Kind.__subclasses__() if base.__module__.startswith("market.")}
    assert of_market == {base for base in bases() if Kind in base.__bases__}


def test_an_example_is_made_of_what_fields_say() -> None:
    @dataclass(frozen=True)
    class Half(QuotaPolicy):
        share: float = quantity(..., "1", "share granted", high=1)
        least: float = quantity(0.2, "1", "least granted", high=1)

        def __call__(self, of: Standing) -> float:
            return self.share

    assert example_of(Half) == Half(0.5, 0.2)


def test_what_cannot_be_made_is_a_line() -> None:
    with pytest.raises(InputError, match=r"priced cannot be made, .*'price'.*: give its fields defaults, or desc"):
        example_of(Priced)
