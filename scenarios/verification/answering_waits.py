"""Prices of tiers on one queue, by a seller that counts what its prices do to waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr

from market import TokenMarket
from market.demand.haste import TimeValues
from market.demand.segment import Segment
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.pricing.best_response import BestResponse
from market.supply.pricing.every import Every
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]

#: Users that stand for a continuum, and how near profit comes to that of one, and prices, at which it is flat.
MANY, PROFIT, PRICE, LOAD = 2000, 1e-3, 1e-3, 5e-3
#: Ticks in which users find their places, and over which they average waits.
SETTLED, LEARNING = 120, 4.0
YEAR_H = 8_766.0


class Queue(NamedTuple):
    """One server with exponential services, so many an hour, higher ranks first."""

    rate: float
    interrupts: bool = False

    def waits(self, loads: Sequence[float]) -> Floats:
        """Mean wait by rank [h]: Cobham (1954); with interruptions the first k ranks are a queue of their own."""
        upto = np.cumsum(loads)
        above = upto - loads
        if not self.interrupts:
            return np.asarray(upto[-1] / (self.rate - above) / (self.rate - upto))
        return np.asarray(self.rate / (self.rate - above) / (self.rate - upto) - 1.0 / self.rate)


def seller_of_tiers(
    users: Segment, queue: Queue, starts: Sequence[float], *, first_stays: bool = False
) -> tuple[Floats, Floats]:
    """List prices of tiers from the first rank on [USD], and what is ordered of each in an hour, when all is at rest.

    The seller looks once, in the first hour; ``first_stays``: the last rank's list is given.
    """
    offers = tuple(
        Offer(
            f"rank {k}",
            price,
            technology=FixedWork(rack_hours=1.0 / queue.rate),
            tier=Tier(f"rank {k}", priority=float(k)),
            fixed_price=first_stays and k == len(starts) - 1,
        )
        for k, price in enumerate(starts)
    )
    pricing = Every(BestResponse(waits_answer=True), YEAR_H)
    firm = Provider("seller", offers, pools=(Pool(1.0),), pricing=pricing)
    waits = WaitModel(preemptive=queue.interrupts)
    model: TokenMarket = run(users, firm, SETTLED, waits=waits, learning_ticks=LEARNING)
    return np.asarray(model.book.price), np.asarray(model.orders.sum(axis=0))


@check(
    "priority-premium",
    "The premium of priority that earns most, with waits that follow from it",
    "Hassin and Haviv (2003), ch. 4; Balachandran (1972); Cobham (1954)",
)
def priority_premium() -> Iterator[Finding]:
    """Delay costs even on [0, C]: premium C ρ²/(μ (1-ρ)(1 + √(1-ρ))), ρ for ρ² if interrupted.

    1/(1 + √(1-ρ)) of all buy it, which is the split of least delay cost, too.
    """
    for load, queue, most in ((8.0, Queue(10.0), 1.0), (4.0, Queue(6.0), 3.0), (4.0, Queue(6.0, interrupts=True), 3.0)):
        worths = tuple(((np.arange(MANY) + 0.5) * most / MANY).tolist())
        users = Segment(
            "users",
            UNIT,
            load,
            MANY,
            requests_per_day=24,
            worths_usd=worths,
            taste_noise=0.0,
            time_value=1.0,
            outside=None,
        )
        (premium, _), (fast, _) = seller_of_tiers(users, queue, (most, 0.0), first_stays=True)
        rho = load / queue.rate
        root = np.sqrt(1.0 - rho)
        share, busy = 1.0 / (1.0 + root), rho if queue.interrupts else rho**2
        answer = most * busy / (queue.rate * (1.0 - rho) * (1.0 + root))
        case = f"load {load:g} of {queue.rate:g}{', interrupted' if queue.interrupts else ''}"
        yield Finding(f"{case}: premium [USD]", answer, float(premium), PRICE)
        yield Finding(f"{case}: share that buys it", share, float(fast / load), LOAD)
        yield Finding(f"{case}: revenue [USD/h]", answer * share * load, float(premium * fast), PROFIT)


class Theory(NamedTuple):
    """Prices of tiers, loads and profit that earn most."""

    prices: Floats
    loads: Floats
    profit: float


def best(cutoffs: Sequence[float], outcome: Callable[[Floats], tuple[Floats, Floats]]) -> Theory:
    """The best cutoffs from a start; ``outcome``: prices and loads at the logs of cutoffs."""

    def loss(logs: Floats) -> float:
        prices, loads = outcome(logs)
        return -float(prices @ loads) if np.isfinite(prices).all() else np.inf

    options = {"xatol": 1e-12, "fatol": 1e-14, "maxiter": 10_000}
    found = minimize(loss, np.log(cutoffs), method="Nelder-Mead", options=options)
    return Theory(*outcome(found.x), -float(found.fun))


def delay_costs(coming: float, queue: Queue, median: float, spread: float, worth: float, tiers: int) -> Theory:
    """Delay cost c log-normal: slow below c_1, fast up to c_2; the fast price is what is left of the worth at c_2."""

    def outcome(logs: Floats) -> tuple[Floats, Floats]:
        steps = np.sort(logs)[::-1]  # from the first rank on
        below = coming * ndtr((steps - np.log(median)) / spread)
        loads = below - np.append(below[1:], 0.0)
        if loads.sum() >= queue.rate:
            return np.full(tiers, np.inf), loads
        waits, costs = queue.waits(loads), np.exp(steps)
        prices = worth - costs[0] * waits[0] - np.append(0.0, np.cumsum(costs[1:] * np.diff(waits)))
        return prices, loads

    return best([0.3 * 3.0**k for k in range(tiers)][-tiers:], outcome)


def worths(coming: float, queue: Queue, median: float, spread: float, tau: float, tiers: int) -> Theory:
    """Worth w log-normal, utility w (1 - τ W) - p: fast above w_1, slow from w_0 on."""

    def outcome(logs: Floats) -> tuple[Floats, Floats]:
        steps = np.sort(logs)[::-1]
        above = coming * ndtr(-(steps - np.log(median)) / spread)
        loads = np.diff(above, prepend=0.0)
        if loads.sum() >= queue.rate:
            return np.full(tiers, np.inf), loads
        waits, values = queue.waits(loads), np.exp(steps)
        last = values[-1] * (1.0 - tau * waits[-1])
        gaps = values[:-1] * tau * np.diff(waits)
        return last + np.append(np.cumsum(gaps[::-1])[::-1], 0.0), loads

    return best([1.8 * 1.8**k for k in range(tiers)], outcome)


def tiers_of(case: str, users: Segment, queue: Queue, theory: Theory, starts: Sequence[float]) -> Iterator[Finding]:
    """What the seller found, beside theory; profit, which is flat at the top, is what counts."""
    prices, sold = seller_of_tiers(users, queue, starts)
    yield Finding(f"{case}: profit [USD/h]", theory.profit, float(prices @ sold), PROFIT)
    for k, (answer, found) in enumerate(zip(theory.prices, prices, strict=True), start=1):
        yield Finding(f"{case}: price of rank {k} [USD]", float(answer), float(found), PRICE)
    for k, (answer, found) in enumerate(zip(theory.loads, sold, strict=True), start=1):
        yield Finding(f"{case}: load of rank {k} [1/h]", float(answer), float(found), LOAD)


@check(
    "tiers-of-a-queue",
    "Prices of a fast and a slow tier on one queue",
    "Mendelson and Whang (1990); Afèche (2013)",
)
def tiers_of_a_queue() -> Iterator[Finding]:
    """Users who differ in what delay costs them pay .874 and .777, or .837 for one tier; in worth 1.806 and 1.504."""
    queue = Queue(10.0)
    alike = Segment(
        "users",
        UNIT,
        10.0,
        MANY,
        cells=MANY,
        requests_per_day=24,
        taste_noise=0.0,
        time_value=0.5,
        time_values=TimeValues(spread=1.2),
    )
    for tiers, starts in ((2, (0.9, 0.7)), (1, (0.8,))):
        theory = delay_costs(10.0, queue, 0.5, 1.2, 1.0, tiers)
        yield from tiers_of(f"delay costs differ, tiers: {tiers}", alike, queue, theory, starts)
    differ = Segment(
        "users",
        UNIT,
        20.0,
        MANY,
        cells=MANY,
        requests_per_day=24,
        worth_spread=1.0,
        taste_noise=0.0,
        time_value=1.0,
    )
    theory = worths(20.0, queue, 1.0, 1.0, 1.0, 2)
    yield from tiers_of("worths differ, tiers: 2", differ, queue, theory, (1.9, 1.4))
