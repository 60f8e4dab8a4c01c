"""Prices of input and output tokens that a seller finds by itself, where users ask for different shares of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import lambertw

from capacity import Workload
from market import TokenMarket
from market.demand.segment import CurveSegment, IsoelasticDemand, Segment
from market.exchange.tariff import CachedTokens, InputTokens, LongContext, OutputTokens, Tariff
from market.exchange.technology import LOADS, Technology
from market.supply.pricing.parts import PartsOfBill
from market.supply.specs import Offer, Pool, Provider
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import PLENTY, run

type Floats = NDArray[np.float64]

#: Looks until a seller has come to rest, one a tick.
LOOKS = 6
#: How near single prices come: profit is flat at the top, and comes nearer.
PRICES = 1e-4
#: Machine time of a million output, input and cached tokens [rack-h]; a rack-hour costs a dollar.
WORK = (1.0, 0.2, 0.01)
OUTPUT, INPUT, CACHED = range(3)
MILLION = 1_000_000


@dataclass(frozen=True)
class PerToken(Technology):
    """Each kind of token takes a time of its own, whatever else a request asks for; ``long``, so much more when long.

    Attributes:
        work_of: rack-hours of a million output, input and cached tokens.
        longer: factor on that of requests that read more than two million tokens.
    """

    work_of: tuple[float, float, float] = WORK
    longer: float = 1.0

    def token_work(self, workload: Workload, speed: float) -> Floats:  # noqa: ARG002
        """Rack-hours of a million tokens of each kind [rack-h]."""
        return np.array(self.work_of) * (self.longer if workload.input > 2 * MILLION else 1.0)

    def work(self, workload: Workload, speed: float) -> float:
        """Of all tokens of a request [rack-h]."""
        return float(self.token_work(workload, speed) @ tokens(workload))

    def speeds(self, workload: Workload, speed: float) -> Floats:  # noqa: ARG002
        """At once."""
        return np.full(LOADS.shape, np.inf)

    def slots(self, workload: Workload, speed: float) -> float:  # noqa: ARG002
        """One at a time."""
        return 1.0


def tokens(workload: Workload) -> Floats:
    """Million output, input and cached tokens of a request."""
    return np.array([workload.output, workload.fresh, workload.input * workload.cached]) / MILLION


def request(output: float, fresh: float, cached: float = 0.0) -> Workload:
    """A request of so many million tokens of each kind."""
    whole = fresh + cached
    return Workload(whole * MILLION, output * MILLION, cached=cached / whole if whole else 0.0)


def found(
    users: Sequence[Segment | CurveSegment], tariff: Tariff, *, power: bool = True, technology: Technology | None = None
) -> tuple[TokenMarket, Floats]:
    """A seller alone that starts with ratios of 1/2, and its prices of short output, input and cached tokens [USD]."""
    offer = Offer("good", 2.0, 2.0, technology or PerToken(), tariff=tariff)
    policy = PartsOfBill(market_power=power, parts_hours=1.0)
    firm = Provider("firm", (offer,), pools=(Pool(PLENTY, running_cost=1.0),), pricing=policy)
    model = run(users, firm, LOOKS)
    book = model.state.posted.book
    rates = book.tariffs[0].quoted
    return model, np.array([1.0, rates.input, rates.cached]) * book.price[0]


TWO = Tariff((OutputTokens(), InputTokens(0.5)))
THREE = Tariff((*TWO.components, CachedTokens(0.25)))


def curves(requests: Sequence[Workload], elasticities: Sequence[float]) -> list[CurveSegment]:
    """Segments of isoelastic demand."""
    pairs = zip(requests, elasticities, strict=True)
    return [
        CurveSegment(f"users {k}", (IsoelasticDemand(10.0 * (k + 1), elasticity),), one)
        for k, (one, elasticity) in enumerate(pairs)
    ]


@check("parts", "Prices of input and output that earn most", "Ramsey (1927); Baumol and Bradford (1970)")
def parts() -> Iterator[Finding]:
    """As many prices as kinds of request: each pays its own monopoly price, c e/(e - 1) or that of a logit."""
    requests = (request(1.0, 1.0), request(0.5, 4.0))
    amounts = np.array([tokens(one)[:CACHED] for one in requests])
    cost = amounts @ WORK[:CACHED]
    model, prices = found(curves(requests, (3.0, 2.0)), TWO)
    answer = cost * np.array([3.0 / 2.0, 2.0])
    yield from each(iterated, "isoelastic: bill of segment [USD]", answer, model.book.request_prices()[:, 0])
    two = np.linalg.solve(amounts, answer)
    yield from each(iterated, "isoelastic: price of output, of input [USD]", two, prices[:2])
    noise, quality = np.array([0.5, 1.5]), 2.0
    users = [
        Segment(f"users {k}", one, 1, 1, requests_per_day=24, taste_noise=float(noise[k]))
        for k, one in enumerate(requests)
    ]
    model, _ = found(users, TWO)
    answer = cost + noise * (1.0 + lambertw(np.exp((quality - cost) / noise - 1.0)).real)
    yield from each(iterated, "logit: bill of segment [USD]", answer, model.book.request_prices()[:, 0])


@check("parts-at-cost", "Ratios of cost where all mind prices alike", "Ramsey (1927); Baumol and Bradford (1970)")
def parts_at_cost() -> Iterator[Finding]:
    """Three kinds of request and token, one elasticity: each token at its cost x e/(e - 1); so do ratios at cost."""
    requests = (request(1.0, 1.0, 0.0), request(0.5, 4.0, 6.0), request(0.2, 0.5, 8.0))
    for power in (True, False):
        _, prices = found(curves(requests, (2.0,) * 3), THREE, power=power)
        ratios, case = prices / prices[0], "earns most" if power else "at cost"
        kinds = zip(("input", "cached"), WORK[1:], ratios[1:], strict=True)
        for kind, work, ratio in kinds:
            yield Finding(f"{case}: price of {kind} tokens over output's", work / WORK[0], float(ratio), PRICES)
        if power:
            yield Finding("earns most: price of output [USD]", 2.0, float(prices[0]), PRICES)
    long = Tariff((*TWO.components, LongContext(2 * MILLION, 0.1, 0.1, 0.0)))
    users = curves((request(1.0, 1.0), request(1.0, 4.0)), (2.0, 2.0))
    model, _ = found(users, long, power=False, technology=PerToken(longer=3.0))
    tariff = model.state.posted.book.tariffs[0]
    yield exact("at cost: output of a long request over that of a short one", 3.0, tariff.rates(3.0 * MILLION).output)
    yield exact("at cost: input of a long request", 0.6, tariff.rates(3.0 * MILLION).input)


@check("parts-of-three", "More kinds of request than prices", "first-order conditions, solved apart from the model")
def parts_of_three() -> Iterator[Finding]:
    """Three kinds of request, two prices: none pays its own best bill."""
    requests, elasticities = (request(1.0, 0.5), request(0.5, 4.0), request(0.3, 1.0)), np.array([4.0, 2.0, 1.5])
    amounts, scale = np.array([tokens(one)[:CACHED] for one in requests]), np.array([10.0, 20.0, 30.0])
    cost = amounts @ WORK[:CACHED]

    def lost(logs: Floats) -> float:
        bill = amounts @ np.exp(logs)
        return -float((scale * bill**-elasticities) @ (bill - cost))

    best = minimize(lost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-15, "maxiter": 4000})
    _, prices = found(curves(requests, list(elasticities)), TWO)
    for kind, price, here in zip(("output", "input"), np.exp(best.x), prices, strict=False):
        yield Finding(f"price of {kind} [USD]", float(price), float(here), PRICES)
    yield iterated("profit [USD a tick]", -best.fun, -lost(np.log(prices[:2])))
