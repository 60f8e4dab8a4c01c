"""Requests that are longer than a model's context."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from statistics import NormalDist

from market.exchange.technology import FixedWork
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, exact, stochastic
from scenarios.verification.setups import PLENTY, buyers, run

#: Standard deviation of the log of a request's tokens, and users who are drawn.
SPREAD, USERS = 0.6, 40_000


def share_of_short(limit: float, spread: float, users: int = 1) -> tuple[float, float]:
    """Share of tokens in requests up to ``limit`` times the mean, log-normal over users, and its standard error.

    ln z is normal of mean -s^2/2: E[z; z <= l] = Phi((ln l - s^2/2) / s), and of z^2 e^(s^2) Phi((ln l - 3 s^2/2) / s).

    >>> round(share_of_short(1.0, 0.6)[0], 4)
    0.3821
    """
    phi, log, square = NormalDist().cdf, math.log(limit), spread**2
    share = phi((log - square / 2.0) / spread)
    below = math.exp(square) * phi((log - 1.5 * square) / spread)
    return share, math.sqrt((below * (1.0 - 2.0 * share) + share**2 * math.exp(square)) / users)


@check("contexts", "Requests longer than a context", "logit; partial moments of the log-normal, own derivation")
def contexts() -> Iterator[Finding]:
    """Two sellers alike, but one serves requests up to a limit only: it gets half of what is short enough."""
    for limit in (0.7, 1.2, 2.0):
        share, error = share_of_short(limit, SPREAD, USERS)
        found = _share_of_first(limit, request_spread=SPREAD, individuals=USERS)
        yield stochastic(f"limit {limit:g} of the mean: share of tokens", share / 2.0, found, error / 2.0)
    for limit, answer in ((0.999, 0.0), (1.0, 0.5)):
        found = _share_of_first(limit, request_spread=0.0, individuals=1)
        yield exact(f"all alike, limit {limit:g} of them: share of tokens", answer, found)


def _share_of_first(limit: float, *, request_spread: float, individuals: int) -> float:
    firms = [
        Provider(name, (Offer(name, 1.0, 2.0, FixedWork(longest=longest)),), pools=(Pool(PLENTY),))
        for name, longest in (("short", limit * 1e6), ("long", math.inf))
    ]
    users = replace(buyers(outside=None), request_spread=request_spread, individuals=individuals)
    orders = run(users, firms, 1, contexts=True).orders[0]
    return float(orders[0] / orders.sum())
