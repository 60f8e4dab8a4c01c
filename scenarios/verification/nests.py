"""Options whose tastes go together: nested logit, and prices of sellers who face it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root

from market.demand.nests import Nest
from market.demand.segment import Segment
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.supply.pricing.fixed import FixedPrice
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import PLENTY, buyers, run, seller

type Floats = NDArray[np.float64]

TICKS = 80


@dataclass(frozen=True)
class NestedLogit:
    """Nested logit with a worth of 1, by its formulas.

    Attributes:
        quality: of each good.
        nest: number of the nest of each good.
        scale: lambda of each nest.
        noise: scale of tastes between nests.
        outside: utility of nothing.
    """

    quality: Sequence[float]
    nest: Sequence[int]
    scale: Sequence[float]
    noise: float = 1.0
    outside: float = 0.0

    def segment(self) -> Segment:
        """The same as the model has it."""
        groups = [tuple(f"good {k}" for k, n in enumerate(self.nest) if n == g) for g in range(len(self.scale))]
        nests = tuple(Nest(scale, offers=offers) for scale, offers in zip(self.scale, groups, strict=True))
        return buyers(taste_noise=self.noise, outside=self.outside, nests=nests)

    def shares(self, price: Floats) -> tuple[Floats, Floats, float]:
        """Shares of all, shares within nests, and the surplus of a request [USD]."""
        value, nest = (np.asarray(self.quality) - price) / self.noise, np.asarray(self.nest)
        scale = np.asarray(self.scale)[nest]
        sums = np.array([np.exp(value[nest == g] / s).sum() for g, s in enumerate(self.scale)])
        within = np.exp(value / scale) / sums[nest]
        total = np.exp(self.outside / self.noise) + (sums ** np.asarray(self.scale)).sum()
        return within * (sums ** np.asarray(self.scale))[nest] / total, within, float(self.noise * np.log(total))

    def elasticities(self, price: Floats) -> Floats:
        """Of the share of good j to the price of good k."""
        share, within, _ = self.shares(price)
        more = 1.0 / np.asarray(self.scale)[np.asarray(self.nest)] - 1.0
        same = np.equal.outer(self.nest, self.nest)
        across = share + same * more[:, None] * within
        return np.asarray(price / self.noise * (across - np.diag(1.0 + more)))

    def nash(self, cost: Sequence[float], owner: Sequence[int]) -> Floats:
        """Prices at which s_j + sum over the owner's goods k of (p_k - c_k) ds_k/dp_j is 0 for every good j."""
        costs, same = np.asarray(cost, dtype=float), np.equal.outer(owner, owner)

        def conditions(price: Floats) -> Floats:
            share, _, _ = self.shares(price)
            slopes = share[:, None] * self.elasticities(price) / price
            return np.asarray(1.0 + (same * slopes).T @ (price - costs) / share)

        found = root(conditions, costs + 1.5 * self.noise, method="hybr", options={"xtol": 1e-14})
        if np.max(np.abs(conditions(found.x))) > 1e-9:
            raise RuntimeError("the first-order conditions were not solved")
        return np.asarray(found.x)


@check(
    "nested-logit",
    "Nested logit: shares, elasticities, surplus",
    "McFadden (1978); Cardell (1997); Berry (1994)",
)
def nested_logit() -> Iterator[Finding]:
    """One nest against nothing; and a good by itself beside a nest of two."""
    cases = {
        "one nest": (NestedLogit((2.0, 1.0), (0, 0), (0.5,)), (1.0, 0.5)),
        "two nests": (NestedLogit((1.2, 0.8, 0.7), (0, 1, 1), (1.0, 0.4), noise=0.5), (0.9, 0.3, 0.2)),
    }
    for case, (theory, price) in cases.items():
        firms = [
            Provider(f"firm {k}", (Offer(f"good {k}", p, q),), pools=(Pool(PLENTY),), pricing=FixedPrice())
            for k, (p, q) in enumerate(zip(price, theory.quality, strict=True))
        ]
        # An auction asks users how they mind prices; with so many machines it adds nothing to them.
        answer = run(theory.segment(), firms, 1, clearing=ScarcityAuction()).cleared.response
        bought, prices = answer.requests[0], np.array(price)
        share, _, surplus = theory.shares(prices)
        yield from each(exact, f"{case}: share of good", share, bought)
        found = answer.derivative(0) * prices / bought[:, None]
        for j, k in np.ndindex(found.shape):
            name = f"{case}: elasticity of good {j + 1} to price {k + 1}"
            yield exact(name, theory.elasticities(prices)[j, k], found[j, k])
        market = float((answer.derivative(0) @ prices).sum() / bought.sum())
        yield exact(f"{case}: elasticity of all to all prices", -(1.0 - share.sum()) / theory.noise
                    * float(share @ prices / share.sum()), market)  # fmt: skip
        yield exact(f"{case}: surplus of a request [USD]", surplus, answer.surplus[0])


@check(
    "nested-bertrand",
    "Bertrand-Nash with nests",
    "Anderson, de Palma and Thisse (1992), ch. 7; own first-order conditions",
)
def nested_bertrand() -> Iterator[Finding]:
    """Qualities (2, 2), costs (1, .8), lambda .5: two owners, and one. Then three goods in two nests, two owners."""
    pair = NestedLogit((2.0, 2.0), (0, 0), (0.5,))
    three = NestedLogit((2.5, 1.8, 2.0), (0, 1, 1), (1.0, 0.4), noise=0.7, outside=0.2)
    for case, theory, cost, owner in (
        ("two owners", pair, (1.0, 0.8), (0, 1)),
        ("one owner", pair, (1.0, 0.8), (0, 0)),
        ("two nests", three, (0.9, 0.5, 0.6), (0, 0, 1)),
    ):
        answer = theory.nash(cost, owner)
        prices, bought = market_prices(theory, cost, owner)
        yield from each(iterated, f"{case}: price of good [USD]", answer, prices)
        yield from each(iterated, f"{case}: share of good", theory.shares(answer)[0], bought)


def market_prices(theory: NestedLogit, cost: Sequence[float], owner: Sequence[int]) -> tuple[Floats, Floats]:
    """Prices and shares in which the model settles, by good. Goods of an owner stand beside each other."""
    firms = []
    for f in sorted(set(owner)):
        made = seller(f"firm {f}", [(theory.quality[k], cost[k]) for k, o in enumerate(owner) if o == f])
        names = [f"good {k}" for k, o in enumerate(owner) if o == f]
        offers = tuple(
            Offer(name, one.price, one.quality, cost=one.cost) for name, one in zip(names, made.offers, strict=True)
        )
        firms.append(Provider(made.name, offers, pools=made.pools, pricing=made.pricing))
    model = run(theory.segment(), firms, TICKS)
    return model.book.price, np.asarray(model.orders[0])
