"""Auctions and rationing: who gets what is scarce, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_array
from scipy.special import logsumexp

from market.demand.segment import Segment
from market.exchange.call_auction import CallAuction
from market.exchange.clearing.scarcity_auction import ScarcityAuction
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.claims import Claims
from market.exchange.rationing.max_min import MaxMin
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.supply.contract import Contract
from market.supply.pricing.marginal_cost import MarginalCost
from market.supply.specs import Hyperscaler, Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, each, exact, iterated
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]
type Quotes = tuple[list[float], list[float]]

ASKS: Quotes = ([1, 2, 4], [40, 30, 20])


def program(bids: Quotes, asks: Quotes) -> tuple[float, float]:
    """Largest welfare of a book, and quantity traded at it, as a linear program (HiGHS)."""
    worth = np.array([*bids[0], *(-p for p in asks[0])])
    balance = np.array([[1.0] * len(bids[0]) + [-1.0] * len(asks[0])])
    most = [(0.0, q) for q in (*bids[1], *asks[1])]
    # Trade that gains nothing counts for nothing, so a hair's breadth of welfare breaks the tie to more trade.
    hair = 1e-9 * np.repeat([1.0, 0.0], [len(bids[0]), len(asks[0])])
    solution = linprog(-(worth + hair), A_eq=balance, b_eq=[0.0], bounds=most)
    return float(worth @ solution.x), float(solution.x[: len(bids[0])].sum())


@check(
    "call-auction",
    "Call auction = welfare optimum",
    "Rustichini, Satterthwaite and Williams (1994); LP duality",
    tests="formula",
)
def call_auction() -> Iterator[Finding]:
    """Two books from a blackboard: one with enough for all who pay, one in shortage."""
    cases: tuple[tuple[str, Quotes, float], ...] = (
        ("plenty", ([10, 5, 3, 1.5], [30, 20, 15, 30]), 2.0),
        ("shortage", ([10, 6, 3], [60, 60, 15]), 6.0),
    )
    for case, bids, price in cases:
        outcome = CallAuction().clear(bids[0], bids[1], *ASKS)
        welfare, quantity = program(bids, ASKS)
        yield exact(f"{case}: price [USD]", price, outcome.price)
        yield exact(f"{case}: quantity", quantity, outcome.quantity)
        yield exact(f"{case}: welfare [USD]", welfare, outcome.welfare)


def books(count: int, seed: int) -> list[tuple[Quotes, Quotes]]:
    """Small books on a coarse grid, so that ties and shortages abound."""
    rng = np.random.default_rng(seed)

    def side(most: int) -> Quotes:
        n = int(rng.integers(1, 7))
        return (rng.integers(0, 11, n) / 2.0).tolist(), rng.integers(1, most + 1, n).astype(float).tolist()

    return [(side(int(rng.choice([4, 12]))), side(8)) for _ in range(count)]


def batch(some: Sequence[tuple[Quotes, Quotes]]) -> tuple[Floats, Floats]:
    """Largest welfare and a shadow price of each book, all as one block-diagonal program (HiGHS)."""
    gain = np.concatenate([[*bids[0], *(-p for p in asks[0])] for bids, asks in some])
    most = np.concatenate([[*bids[1], *asks[1]] for bids, asks in some])
    sign = np.concatenate([[1.0] * len(bids[0]) + [-1.0] * len(asks[0]) for bids, asks in some])
    row = np.repeat(np.arange(len(some)), [len(bids[0]) + len(asks[0]) for bids, asks in some])
    balance = csr_array((sign, (row, np.arange(gain.size))), shape=(len(some), gain.size))
    limits = np.column_stack((np.zeros(gain.size), most))
    solution = linprog(-gain, A_eq=balance, b_eq=np.zeros(len(some)), bounds=limits)
    return np.bincount(row, gain * solution.x, minlength=len(some)), -solution.eqlin.marginals


@check("random-books", "Welfare clearing = linear program, 10,000 random books", "LP duality; HiGHS", tests="formula")
def random_books() -> Iterator[Finding]:
    """Every book: same welfare, and the program's shadow price between the lowest and the highest clearing price."""
    some = books(10_000, seed=2026)
    welfare, shadow = batch(some)
    outcomes = [CallAuction().clear(*bids, *asks) for bids, asks in some]
    worst = max(abs(o.welfare - w) / max(w, 1.0) for o, w in zip(outcomes, welfare, strict=True))
    outside = sum(not o.price_low - 1e-9 <= p <= o.price_high + 1e-9 for o, p in zip(outcomes, shadow, strict=True))
    yield exact("largest error of welfare, relative", 0.0, worst)
    yield exact("books whose shadow price is no clearing price", 0.0, outside)
    yield exact("sum of welfare [USD]", float(welfare.sum()), float(sum(o.welfare for o in outcomes)))


@check("spot-market", "The model's spot market = welfare optimum", "issue 3, wholesale; LP by HiGHS")
def spot_market() -> Iterator[Finding]:
    """Providers whose tokens are worth (10, 6, 3) a rack-hour bid for machines that cost (1, 2, 4)."""
    worth, wanted = [10.0, 6.0, 3.0], [60.0, 60.0, 15.0]
    segments = [Segment(f"users {k}", UNIT, users=q, requests_per_day=24, outside=None) for k, q in enumerate(wanted)]
    providers = [
        Provider(f"firm {k}", (Offer(f"good {k}", p, open_to=(f"users {k}",)),), spot=True, headroom=0.0)
        for k, p in enumerate(worth)
    ]
    owners = tuple(
        Hyperscaler(f"owner {k}", racks=q + (5.0 if k == 0 else 0.0), reserve=p)
        for k, (p, q) in enumerate(zip(*ASKS, strict=True))
    )
    contract = Contract("owner 0", "firm 0", racks=5.0, price=2.0)
    model = run(segments, providers, 3, hyperscalers=owners, contracts=(contract,))
    bids = ([10.0, 6.0, 3.0], [55.0, 60.0, 15.0])
    welfare, quantity = program(bids, ASKS)
    yield exact("price [USD per rack-h]", 6.0, model.allotment.price)
    yield exact("quantity [rack-h]", quantity, float(model.allotment.spot.sum()))
    yield exact("welfare [USD]", welfare, model.allotment.outcome.welfare)
    yield exact("contract first [rack-h]", 5.0, float(model.allotment.by_contract[0]))


@check("rationing", "Rationing 100 of (80, 60, 40, 20)", "O'Neill (1982); Moulin (2000); Bertsekas and Gallager (1992)")
def rationing() -> Iterator[Finding]:
    """By the rule itself, and as four offers of one pool of a model."""
    asked = np.array([80.0, 60.0, 40.0, 20.0])
    rules: tuple[tuple[str, Rationing, list[float]], ...] = (
        ("pro rata", ProRata(), [40, 30, 20, 10]),
        ("priority", StrictPriority(), [80, 20, 0, 0]),
        ("max-min", MaxMin(), [80 / 3, 80 / 3, 80 / 3, 20]),
    )
    for name, rule, answer in rules:
        served = rule.share(Claims.of(asked, priority=np.arange(4.0)), 100.0, np.random.default_rng(0))
        yield from each(exact, f"{name}: rule, claim", answer, served)
        yield from each(exact, f"{name}: model, offer", answer, rationed_market(asked, rule))


def rationed_market(asked: Floats, rule: Rationing, racks: float = 100.0) -> Floats:
    """Requests served by offers that share a pool; each is bought by a segment of its own."""
    segments = [Segment(f"s{k}", UNIT, users=q, requests_per_day=24, outside=None) for k, q in enumerate(asked)]
    offers = tuple(
        Offer(f"o{k}", 1.0, tier=Tier(f"t{k}", priority=float(k)), open_to=(f"s{k}",)) for k in range(asked.size)
    )
    model = run(segments, Provider("firm", offers, pools=(Pool(racks),)), 1, rationing=rule)
    return np.asarray(model.round.served.sum(axis=0))


def logit_dual(
    quality: Floats, cost: Floats, capacity: Floats, users: Floats, worth: Floats, noise: Floats
) -> tuple[Floats, float]:
    """Rents and value of the planner's problem for logit users, by a general-purpose minimiser (L-BFGS-B)."""

    def dual(rent: Floats) -> tuple[float, Floats]:
        utility = np.column_stack((quality - (cost + rent) / worth[:, None], np.zeros(users.size))) / noise[:, None]
        total = logsumexp(utility, axis=1)
        shares = np.exp(utility - total[:, None])[:, :-1]
        value = float(users * worth * noise @ total + capacity @ rent)
        return value, capacity - users @ shares

    box = [(0.0, None)] * capacity.size
    options = {"ftol": 1e-16, "gtol": 1e-12, "maxiter": 10_000, "maxfun": 100_000}
    found = minimize(dual, np.full(capacity.size, 0.1), jac=True, method="L-BFGS-B", bounds=box, options=options)
    return np.asarray(found.x), float(found.fun)


@check("scarcity-auction", "Scarcity auction = planner's optimum", "design/model.md; duality; L-BFGS-B")
def scarcity_auction() -> Iterator[Finding]:
    """Five pools, three segments: rents and value of the planner's problem, and no duality gap."""
    rng = np.random.default_rng(7)
    pools, kinds = 5, 3
    quality = rng.uniform(0.5, 2.0, (kinds, pools))
    cost, capacity = rng.uniform(0.1, 0.5, pools), rng.uniform(2.0, 12.0, pools)
    users, worth, noise = rng.uniform(10, 30, kinds), rng.uniform(0.5, 2.0, kinds), rng.uniform(0.1, 0.5, kinds)
    segments = [
        Segment(f"s{s}", UNIT, users=users[s], requests_per_day=24, worth_usd=worth[s], taste_noise=noise[s])
        for s in range(kinds)
    ]
    providers = [
        Provider(
            f"p{j}",
            (Offer(f"o{j}", cost[j], {f"s{s}": quality[s, j] for s in range(kinds)}, cost=cost[j]),),
            pools=(Pool(capacity[j]),),
            pricing=MarginalCost(),
        )
        for j in range(pools)
    ]
    model = run(segments, providers, 2, clearing=ScarcityAuction())
    rents, value = logit_dual(quality, cost, capacity, users, worth, noise)
    yield from each(iterated, "rent of pool [USD per rack-h]", rents, model.rents)
    found = float(model.cleared.response.surplus.sum() + capacity @ model.rents)
    yield iterated("value of the dual [USD]", value, found)
    yield exact("duality gap over money spent", 0.0, model.cleared.gap)


def assignment(gain: Floats, mass: Floats, capacity: Floats) -> float:
    """Largest sum of gains when everybody's requests go to pools with room (HiGHS)."""
    people, pools = gain.shape
    rows = np.concatenate((np.repeat(np.arange(people), pools), people + np.tile(np.arange(pools), people)))
    matrix = csr_array((np.ones(rows.size), (rows, np.tile(np.arange(gain.size), 2))))
    return float(-linprog(-gain.ravel(), A_ub=matrix, b_ub=np.concatenate((mass, capacity))).fun)


@check("assignment", "Scarcity auction without taste noise = assignment problem", "Koopmans and Beckmann (1957); HiGHS")
def assignment_game() -> Iterator[Finding]:
    """Forty individuals of different worths, three pools of different quality: demand jumps, and still clears."""
    rng = np.random.default_rng(11)
    worths = tuple(rng.uniform(0.5, 3.0, 40).tolist())
    quality, cost, capacity = np.array([1.0, 0.8, 0.5]), np.array([0.3, 0.2, 0.1]), np.array([9.5, 8.0, 12.3])
    users = Segment("users", UNIT, users=40, individuals=40, requests_per_day=24, taste_noise=0.0, worths_usd=worths)
    providers = [
        Provider(f"p{j}", (Offer(f"o{j}", c, q, cost=c),), pools=(Pool(k),), pricing=MarginalCost())
        for j, (q, c, k) in enumerate(zip(quality, cost, capacity, strict=True))
    ]
    model = run(users, providers, 2, clearing=ScarcityAuction())
    best = assignment(np.outer(worths, quality) - cost, np.ones(40), capacity)
    yield iterated("welfare [USD]", best, float(model.cleared.response.surplus.sum() + capacity @ model.rents))
    yield iterated("sold [requests]", float(capacity.sum()), float(model.round.served.sum()))
    yield iterated("duality gap over money spent", 0.0, model.cleared.gap)
