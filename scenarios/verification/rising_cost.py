"""Prices that earn most where machines do more at a rising cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import root

from market.demand.segment import CurveSegment, LinearDemand
from market.exchange.supply_curve import RisingCost
from market.supply.specs import Pool, Provider
from scenarios.verification.check import Finding, check, iterated
from scenarios.verification.setups import PLENTY, Floats, buyers, run, seller

#: Inverse demand choke - slope q [USD], and the cost of the first.
CHOKE, SLOPE, COST = 20.0, 0.1, 2.0
#: Requests a tick of logit users.
MANY = 100.0


def rising(provider: Provider, rise: float) -> Provider:
    """The same seller on machines whose marginal cost rises by so much with each rack-hour of work."""
    return replace(provider, pools=(Pool(PLENTY, supply=RisingCost(rise)),))


def logit_prices(owner: Sequence[int], quality: Floats, cost: Floats, rise: Floats) -> Floats:
    """Prices at which no owner gains: all its markups are 1 / (1 - its share), on the cost of its last request.

    The logit of ``setups.buyers``, ``MANY`` of them and an outside option of 0. ``rise``: by owner.
    """
    of = np.array(owner)

    def off(price: Floats) -> Floats:
        weights = np.exp(quality - price)
        shares = weights / (1.0 + weights.sum())
        own = np.bincount(of, weights=shares)
        last = cost + rise[of] * MANY * own[of]
        return np.asarray(price - last - 1.0 / (1.0 - own[of]))

    found = root(off, cost + 2.0, tol=1e-13)
    return np.asarray(found.x)


@check("rising-cost", "A monopoly and a duopoly whose marginal cost rises", "Cournot (1838), ch. V; own root")
def rising_cost() -> Iterator[Finding]:
    """Marginal revenue is the cost of the last unit, also where naive steps from cost to price and back diverge."""
    for rise in (0.05, 0.3, 1.0):
        one = rising(seller("firm", [(0.0, COST)]), rise)
        model = run(CurveSegment("users", (LinearDemand(CHOKE, SLOPE),)), one, 12)
        sold = (CHOKE - COST) / (2.0 * SLOPE + rise)
        yield iterated(f"monopoly, {rise} USD more each: price [USD]", CHOKE - SLOPE * sold, model.book.price[0])
        profit = (CHOKE - COST) * sold - (SLOPE + 0.5 * rise) * sold**2
        yield iterated(
            f"monopoly, {rise} USD more each: profit [USD]", profit, model.records.series("providers", "profit")[-1]
        )
    for rises in ((0.02, 0.2), (0.5, 0.5)):
        goods = [[(4.0, 1.0), (3.0, 0.5)], [(3.5, 0.8)]]
        firms = [rising(seller(name, its), rise) for name, its, rise in zip("AB", goods, rises, strict=True)]
        users = replace(buyers(), users=MANY)
        model = run(users, firms, 200)
        quality, cost = np.array(goods[0] + goods[1]).T
        wanted = logit_prices((0, 0, 1), quality, cost, np.array(rises))
        for k, price in enumerate(wanted):
            yield iterated(f"logit, {rises[0]} and {rises[1]}: price {k + 1} [USD]", float(price), model.book.price[k])
