"""In random order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

import numpy as np

from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims, Floats, total
from market.exchange.rationing.whole_requests import requests_in, slack_of


@dataclass(frozen=True)
class Lottery(Rationing):
    """Served in random order until the capacity is used up.

    The order is drawn over *requests*, not over claims, so a claim neither gains nor loses by being split
    in two. This is the proportional random allocation of Moulin, Social Choice and Welfare 19 (2002)
    381-413: pro rata in expectation, by luck in the event.

    - Claims of requests (``size`` above 0): each request draws a time, and the earliest that fit are
      served. For requests of equal size the numbers served are multivariate hypergeometric, and split
      claims have the same *distribution* as the whole. With unequal sizes every request has the same chance
      at every place in the order; the expectation is pro rata but for the last request before the capacity.
    - Divisible claims: laid round a circle in random order, an arc as long as the capacity is served from a
      random point on. All but the two at its ends are served in full or not at all, and the *expectation*
      is exactly pro rata (Madow, Annals of Mathematical Statistics 20 (1949) 333-354). Serving whole claims
      in random order would not do. Take claims of 2 and 1. At equal chances and a capacity of 1 the first
      expects 1/2, but 2/3 if it comes as two of 1; at chances in proportion to work and a capacity of 2 it
      expects 5/3, but 4/3 as two.
    - Both at once: each kind gets its part of the capacity pro rata, and holds its own lottery.

    With the same state of ``rng`` more capacity gives nobody less, if all claims are divisible or all
    requests of one size.
    """

    kind = "lottery"

    @override
    def allot(self, claims: Claims, capacity: float, rng: np.random.Generator) -> Floats:
        """Draw who is served."""
        served = np.zeros(claims.work.size)
        in_requests = claims.size > 0
        whole, divisible = np.flatnonzero(in_requests), np.flatnonzero(~in_requests)
        part = total(claims.work[whole]) / total(claims.work) if divisible.size else 1.0
        if whole.size:
            size = claims.size[whole]
            requests = requests_in(claims.work[whole], size)
            served[whole] = size * _earliest_requests(requests, size, capacity * part, rng)
        if divisible.size:
            served[divisible] = _arc(claims.work[divisible], capacity * (1 - part), rng)
        return served


def _arc(work: Floats, length: float, rng: np.random.Generator) -> Floats:
    """Work within an arc of ``length``, from a random point of a circle of claims in random order."""
    order = rng.permutation(work.size)
    edges = work[order].cumsum()
    start = int(edges.searchsorted(rng.random() * edges[-1], side="right"))
    order = np.roll(order, -min(start, work.size - 1))
    pieces = np.append(work[order], 0.0)
    pieces[-1] = pieces[0] * rng.random()  # the part of the first claim that lies before the random point
    pieces[0] -= pieces[-1]
    before = np.concatenate(([0.0], pieces.cumsum()[:-1]))
    covered = np.clip(length - before, 0.0, pieces)
    served = np.zeros(work.size)
    served[order] = covered[:-1]
    served[order[0]] += covered[-1]
    return served


def _earliest_requests(requests: Floats, size: Floats, capacity: float, rng: np.random.Generator) -> Floats:
    """Requests of each claim served if all are put in random order and served until one does not fit.

    Exact without drawing an order. Let every request have a random time in (0, 1): how many of a claim's
    fall in the first half is binomial. If all of those fit, serve them and go on with the second half, else
    go on with the first half; so the interval in which the capacity ends is halved until one claim is left.
    It takes about log2(all requests) draws, and no number of requests is too large.
    """
    served = np.zeros(requests.size)
    live = np.arange(requests.size)
    remaining, left = requests.astype(np.int64), capacity + slack_of(size, capacity)
    while live.size > 1:
        early = rng.binomial(remaining, 0.5)
        cost = float(early @ size[live])
        if cost <= left:
            served[live] += early
            left -= cost
            remaining = remaining - early
        else:
            remaining = early
        keep = remaining > 0
        live, remaining = live[keep], remaining[keep]
    if live.size:
        served[live] += np.minimum(remaining, np.floor(left / size[live]))
    return served
