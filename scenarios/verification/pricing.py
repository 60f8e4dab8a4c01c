"""Prices of sellers who know what their customers do: logit demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root
from scipy.special import lambertw, softmax

from market import TokenMarket
from market.demand.segment import CurveSegment as Curves
from market.demand.segment import IsoelasticDemand, LinearDemand, Segment
from market.exchange.technology import FixedWork
from market.supply.pricing.cost_plus import CostPlus
from market.supply.specs import Hyperscaler, Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import UNIT, buyers, run, seller

type Floats = NDArray[np.float64]

TICKS = 56


def shares(price: Floats, quality: Floats, alpha: float, noise: float, outside: float | None) -> Floats:
    """Logit shares of the offers."""
    utility = (quality - alpha * price) / noise
    if outside is None:
        return np.asarray(softmax(utility))
    return np.asarray(softmax(np.append(utility, outside / noise))[:-1])


def nash(
    quality: Sequence[Sequence[float]],
    cost: Sequence[float],
    owner: Sequence[int],
    users: Sequence[float] = (1.0,),
    alpha: Sequence[float] = (1.0,),
    noise: Sequence[float] = (1.0,),
    outside: Sequence[float | None] = (0.0,),
) -> Floats:
    """Bertrand-Nash prices of firms that own several goods and sell to several segments.

    The root of the first-order conditions, own derivation: for every good j, the sum over segments of
    n s_j (1 - (alpha/noise)(m_j - sum over the owner's goods k of s_k m_k)) is 0, with m = price - cost.
    """
    qualities, costs = np.asarray(quality, dtype=float), np.asarray(cost, dtype=float)
    same = np.equal.outer(owner, owner)

    def conditions(price: Floats) -> Floats:
        total, weight = np.zeros(costs.size), np.zeros(costs.size)
        margin = price - costs
        for row, n, a, mu, out in zip(qualities, users, alpha, noise, outside, strict=True):
            s = shares(price, row, a, mu, out)
            total += n * s * (1.0 - a / mu * (margin - same @ (s * margin)))
            weight += n * s
        return np.asarray(total / np.maximum(weight, 1e-300))

    typical = float(np.max(np.asarray(noise) / np.asarray(alpha)))
    for start in (1.5, 1.0, 2.0, 3.0, 5.0, 8.0):
        found = root(conditions, costs + start * typical, method="hybr", options={"xtol": 1e-14}).x
        # Far beyond what anybody would pay the conditions hold as well.
        if np.max(np.abs(conditions(found))) < 1e-9 and np.max(found - costs) < 40.0 * typical:
            return np.asarray(found)
    raise RuntimeError("the first-order conditions were not solved from any start")


def prices_and_shares(model: TokenMarket) -> tuple[Floats, Floats]:
    """List prices, and orders by offer, of the last tick."""
    return model.book.price, np.asarray(model.orders.sum(axis=0))


def oligopoly(
    quality: Sequence[float], cost: Sequence[float], alpha: float, noise: float, outside: float | None
) -> Iterator[Finding]:
    """One good a firm, one segment."""
    firms = [seller(f"firm {k}", [(q, c)]) for k, (q, c) in enumerate(zip(quality, cost, strict=True))]
    model = run(buyers(price_coefficient=alpha, taste_noise=noise, outside=outside), firms, TICKS)
    price, share = prices_and_shares(model)
    answer = nash([quality], cost, range(len(cost)), alpha=[alpha], noise=[noise], outside=[outside])
    yield from each(iterated, "price of firm [USD]", answer, price)
    yield from each(iterated, "share of firm", shares(answer, np.array(quality), alpha, noise, outside), share)


@check("bertrand", "Bertrand-logit Nash", "Anderson, de Palma and Thisse (1992), ch. 7")
def bertrand() -> Iterator[Finding]:
    """Qualities (6, 5, 4), costs (3, 2, 1): prices 4.45194, 3.45194, 2.45194."""
    yield from oligopoly((6.0, 5.0, 4.0), (3.0, 2.0, 1.0), 1.0, 1.0, 0.0)


@check("bertrand-2", "Bertrand-logit Nash, other numbers", "Anderson, de Palma and Thisse (1992), ch. 7")
def bertrand_again() -> Iterator[Finding]:
    """Four firms, another price coefficient, noise and outside option."""
    yield from oligopoly((3.0, 2.2, 2.9, 1.0), (0.5, 0.2, 0.9, 0.05), 1.7, 0.6, 0.4)


@check("bertrand-covered", "Bertrand-logit Nash, nobody stays out", "Anderson, de Palma and Thisse (1992), ch. 7")
def bertrand_covered() -> Iterator[Finding]:
    """Without an outside option."""
    yield from oligopoly((2.0, 1.5, 1.0), (1.0, 0.8, 0.1), 2.0, 0.7, None)


@check("monopoly", "Monopoly logit: Lerner", "Lerner (1934); closed form by Lambert's W")
def monopoly() -> Iterator[Finding]:
    """Price = c + (mu/alpha)(1 + W(e^((q - alpha c - mu)/mu))); Lerner index = 1/elasticity."""
    quality, cost, alpha, mu = 4.0, 1.5, 1.3, 0.8
    price, share = prices_and_shares(
        run(buyers(price_coefficient=alpha, taste_noise=mu), seller("monopolist", [(quality, cost)]), TICKS)
    )
    w = float(np.real(lambertw(np.exp((quality - alpha * cost - mu) / mu))))
    answer = cost + mu / alpha * (1.0 + w)
    yield iterated("price [USD]", answer, price[0])
    yield iterated("share", w / (1.0 + w), share[0])
    elasticity = alpha / mu * price[0] * (1.0 - share[0])
    yield iterated("Lerner index = 1/elasticity", 1.0 / elasticity, (price[0] - cost) / price[0])


@check("monopoly-curves", "Monopoly price, linear and isoelastic demand", "Cournot (1838); Lerner (1934)")
def monopoly_curves() -> Iterator[Finding]:
    """(choke + cost)/2, and cost x elasticity/(elasticity - 1)."""
    firm = seller("monopolist", [(1.0, 2.0)])
    linear = run(Curves("users", (LinearDemand(20.0, 0.1),)), firm, TICKS)
    yield iterated("linear demand: price [USD]", 11.0, linear.book.price[0])
    elastic = run(Curves("users", (IsoelasticDemand(500.0, 3.0),)), firm, TICKS)
    yield iterated("isoelastic demand: price [USD]", 3.0, elastic.book.price[0])


GOODS = ((6.0, 3.0), (5.0, 2.0), (4.0, 1.0))
QUALITY, COST = [q for q, _ in GOODS], [c for _, c in GOODS]


@check(
    "multi-product",
    "Multi-product ownership and a merger",
    "Anderson, de Palma and Thisse (1992); Werden and Froeb (1994)",
)
def merger() -> Iterator[Finding]:
    """Firms of goods (1), (2), (3); then 1 and 2 merge; then one owns all."""
    cases = {
        "three firms": [0, 1, 2],
        "1 and 2 merged": [0, 0, 1],
        "one firm": [0, 0, 0],
    }
    for case, owner in cases.items():
        firms = [
            seller(f"firm {f}", [g for g, o in zip(GOODS, owner, strict=True) if o == f]) for f in range(max(owner) + 1)
        ]
        price, share = prices_and_shares(run(buyers(), firms, TICKS))
        answer = nash([QUALITY], COST, owner)
        yield from each(iterated, f"{case}: price of good [USD]", answer, price)
        yield from each(iterated, f"{case}: share of good", shares(answer, np.array(QUALITY), 1.0, 1.0, 0.0), share)


@check(
    "two-segments",
    "Bertrand-Nash, two segments of different tastes",
    "Berry, Levinsohn and Pakes (1995); own first-order conditions",
)
def two_segments() -> Iterator[Finding]:
    """One list price a good for segments that differ in number, qualities, tastes and outside option."""
    qualities = [[3.0, 2.0, 1.5], [1.0, 2.5, 1.2]]
    cost, owner = [1.0, 0.8, 0.3], [0, 1, 1]
    users, alpha, noise, outside = [3.0, 1.0], [1.0, 2.0], [0.5, 1.1], [0.0, 0.3]
    segments = [
        Segment(
            f"s{k}",
            UNIT,
            users=users[k],
            requests_per_day=24,
            price_coefficient=alpha[k],
            taste_noise=noise[k],
            outside=outside[k],
        )
        for k in range(2)
    ]
    goods = [({f"s{k}": qualities[k][j] for k in range(2)}, cost[j]) for j in range(3)]
    model = run(segments, [seller("one", goods[:1]), seller("two", goods[1:])], TICKS)
    answer = nash(qualities, cost, owner, users, alpha, noise, outside)
    yield from each(iterated, "price of good [USD]", answer, model.book.price)
    for k in range(2):
        theory = users[k] * shares(answer, np.array(qualities[k]), alpha[k], noise[k], outside[k])
        yield from each(iterated, f"orders of segment {k + 1}, good", theory, model.orders[k])


def duopoly(cost: Floats, scale: float = 1.0) -> tuple[Floats, Floats]:
    """Prices and shares of two firms of qualities (2, 1), where all money is ``scale`` times as much."""
    firms = [seller(f"firm {k}", [(q, scale * c)]) for k, (q, c) in enumerate(zip((2.0, 1.0), cost, strict=True))]
    return prices_and_shares(run(buyers(worth_usd=scale), firms, TICKS))


@check("pass-through", "Pass-through of cost, and money without an anchor", "Weyl and Fabinger (2013); homogeneity")
def pass_through() -> Iterator[Finding]:
    """Work x rent in competition; implicit differentiation of Bertrand-Nash prices; all money times ten."""
    good = Offer("good", 1.0, technology=FixedWork(rack_hours=0.001), cost=0.1)
    rival = Provider("firm", (good,), pools=(Pool(0.0),), pricing=CostPlus(margin=0.0), spot=True)
    for rent in (300.0, 330.0, 600.0):
        model = run(buyers(), rival, 6, hyperscalers=(Hyperscaler("cloud", 10.0, reserve=rent),))
        yield exact(f"competition, rack-hour at {rent:g}: price [USD]", 0.001 * rent + 0.1, model.book.price[0])
    cost, step = np.array([0.5, 0.2]), 1e-3
    answer = nash([[2.0, 1.0]], cost.tolist(), [0, 1])
    share = shares(answer, np.array([2.0, 1.0]), 1.0, 1.0, 0.0)
    # p = c + 1/(1 - s) moves by dp = dc + ds/(1 - s)^2, and ds = -(diag(s) - s s') dp.
    slopes = (np.diag(share) - np.outer(share, share)) / ((1.0 - share) ** 2)[:, None]
    passed = np.linalg.inv(np.eye(2) + slopes)
    for case, rise, theory in (
        ("both costs up", np.ones(2), passed.sum(axis=1)),
        ("first cost up", np.array([1.0, 0.0]), passed[:, 0]),
        ("second cost up", np.array([0.0, 1.0]), passed[:, 1]),
    ):
        up, down = (duopoly(cost + sign * step * rise)[0] for sign in (1, -1))
        yield from each(iterated, f"{case}: rise of price", theory, (up - down) / (2.0 * step))
    prices, bought = duopoly(cost, scale=10.0)
    yield from each(iterated, "all money x 10: price of firm [USD]", 10.0 * answer, prices)
    yield from each(iterated, "all money x 10: share of firm", share, bought)
