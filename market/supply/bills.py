"""A seller's bills by kind of token: what each is billed at, what requests cost it, and who would buy at other bills.

A request of segment s pays offer j, at level P and ratios r,

    b_sj = P_j (f_sj + sum over parts k of r_jk a_sjk)                                                        (1)

with f million tokens that are billed in full and a million tokens that part k bills at its ratio. A seller with
running cost c a million tokens billed, and machines that cost it M_sj a request, earns

    sum over s, j of  n_sj(b) ((P_j - c_j) b_sj / P_j - M_sj)                                                 (2)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

#: Parts of a bill that have a ratio, in the order of the last axis of arrays.
INPUT, CACHED, LONG_OUTPUT, LONG_INPUT, LONG_CACHED = range(5)
PARTS = 5


@dataclass(frozen=True)
class Requests:
    """Requests at some bills and how they fall with them, by segment and own offer; as ``exchange.clearing.Response``.

    Attributes:
        count: requests a tick.
        own, cross: their slopes by the bill of a request [requests per USD].
    """

    count: Floats
    own: Floats
    cross: Floats


@dataclass(frozen=True)
class Parts:
    """Parts of bills as a seller posts them.

    Attributes:
        ratios: price of a token of each part over that of output, by own offer and part.
        level: list price of output, over what it was, by own offer.
    """

    ratios: Floats
    level: Floats


@dataclass(frozen=True)
class Bills:
    """Bills of own offers (J) to all segments (S).

    Attributes:
        price: what a million output tokens cost, on average over the hours of a week [USD], by offer.
        full: billed at that price whatever the ratios [million tokens], by segment and offer.
        amounts: what each part bills [million tokens], by segment, offer and part.
        ratios: present price of each part over that of output, by offer and part; 0 where the tariff has no such part.
        there: whether the tariff has the part.
        machines: what the machines of a request cost [USD], by segment and offer.
        running: what a million tokens billed cost beside machines [USD], by offer.
        token_work: machine time of a million output, input and cached tokens [rack-h], by segment and offer.
        orders: what it sold last, by segment and offer; of what nobody ordered, 1 for each segment that may.
        ask: requests in a tick of mean load at bills of a request [USD], by segment and offer.
    """

    price: Floats
    full: Floats
    amounts: Floats
    ratios: Floats
    there: Flags
    machines: Floats
    running: Floats
    token_work: Floats
    orders: Floats
    ask: Callable[[Floats], Requests]

    def billed(self, ratios: Floats) -> Floats:
        """Million output-equivalent tokens of a request, by segment and offer."""
        return np.asarray(self.full + np.einsum("sjk,jk->sj", self.amounts, ratios))

    def mean_billed(self, ratios: Floats) -> Floats:
        """The same of all requests that it sold last, by offer."""
        return np.asarray((self.orders * self.billed(ratios)).sum(axis=0))

    def level_of_same_bill(self, ratios: Floats) -> Floats:
        """Level, over the present one, at which these ratios bill as much of what it sold last, by offer."""
        now, then = self.mean_billed(self.ratios), self.mean_billed(ratios)
        return np.divide(now, then, out=np.ones_like(now), where=(now > 0) & (then > 0))

    def profit(self, price: Floats, ratios: Floats) -> tuple[float, Floats, Floats]:
        """Equation (2) [USD a tick], and its slopes by price, by offer, and by ratio, by offer and part."""
        billed = self.billed(ratios)
        asked = self.ask(price * billed)
        margin = (price - self.running) * billed - self.machines
        count = asked.count
        lost = np.einsum("skj,sk->sj", asked.cross, margin) - asked.own * margin
        by_ratio = np.einsum("sj,sjk->jk", count * (price - self.running) + lost * price, self.amounts)
        return float((count * margin).sum()), ((count + lost) * billed).sum(axis=0), by_ratio

    def at_cost(self) -> Floats:
        """Ratios that are those of machine time: of short requests, and what long ones take more, by offer and part.

        As they are where output takes no time; a surcharge where all requests are short, or all long.
        """
        ratios = self.ratios.copy()
        for j in range(self.price.size):
            weight, work = self.orders[:, j], self.token_work[:, j]
            long = (self.amounts[:, j, LONG_OUTPUT:] > 0).any(axis=1)
            both = bool(weight[long].sum() > 0 and weight[~long].sum() > 0)
            base = np.average(work, axis=0, weights=weight * ~long if both else weight) if weight.sum() > 0 else work[0]
            if base[0] <= 0:
                continue
            at_cost = np.append(base[1:] / base[0], ratios[j, LONG_OUTPUT:])
            if both:
                more = np.average(work, axis=0, weights=weight * long) - base
                at_cost[LONG_OUTPUT:] = np.maximum(more, 0.0) / base[0]
            ratios[j] = np.where(self.there[j], at_cost, 0.0)
        return ratios
