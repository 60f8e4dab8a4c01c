"""Users grouped into cells: what is one thing or another is summed, what differs by degrees is integrated over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.special import expit

from market.demand.segment import Refusal, Segment
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, iterated
from scenarios.verification.setups import PLENTY, UNIT, run

#: Price of a request [USD], scale of tastes, median worth [USD], and spread of its log.
PRICE, TASTES, WORTH, SPREAD = 1.2, 0.2, 2.0, 1.0
SELLER = Provider("seller", (Offer("good", PRICE),), pools=(Pool(PLENTY),), kind="open")


def buys(worth: float) -> float:
    """Share of its requests that a user orders to whom an answer is worth so much [USD]: logit."""
    return float(expit((1.0 - PRICE / worth) / TASTES))


def ordered(**knobs: Any) -> float:
    """Share of their requests that users order who are grouped into cells."""
    users = Segment("users", UNIT, 1.0, requests_per_day=24, taste_noise=TASTES, cells=4096, **knobs)
    return float(run(users, SELLER, 1).orders.sum())


@check("cells", "Users in cells: sums and integrals over how users differ", "McFadden and Train (2000): mixed logit")
def cells() -> Iterator[Finding]:
    """Logit shares summed over listed worths and refusals, and integrated over log-normal worths and their values."""
    yield exact("users alike: share that is ordered", buys(WORTH), ordered(worth_usd=WORTH))
    listed = (0.7, WORTH, WORTH, 5.0)
    mean = sum(buys(worth) for worth in listed) / len(listed)
    yield exact("four listed worths", mean, ordered(worths_usd=listed, individuals=len(listed)))
    some = 0.3 * buys(WORTH)
    refusals = (Refusal("open", 0.7), Refusal("frontier", 0.2))
    yield exact("seven in ten refuse the seller", some, ordered(worth_usd=WORTH, refusals=refusals))

    def density(z: float) -> float:
        return float(np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)) * buys(WORTH * float(np.exp(SPREAD * z)))

    integral = float(quad(density, -8.0, 8.0, epsabs=1e-12)[0])
    found = ordered(worth_usd=WORTH, worth_spread=SPREAD)
    yield iterated("log-normal worths", integral, found)
