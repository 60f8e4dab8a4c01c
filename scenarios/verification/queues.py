"""Queues from tick to tick: what is left over, what it costs in time, and that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import nbinom, poisson

from market import TokenMarket
from market.calendar import Calendar
from market.demand.load_shape import LoadShape
from market.demand.segment import Segment
from market.exchange.rationing.base import Rationing
from market.exchange.rationing.first_come import FirstCome
from market.exchange.rationing.lottery import Lottery
from market.exchange.rationing.max_min import MaxMin
from market.exchange.rationing.pro_rata import ProRata
from market.exchange.rationing.strict_priority import StrictPriority
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, exact, iterated, stochastic
from scenarios.verification.formulas import fluid_overload, stationary_backlog
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]

BATCHES = 40


def chain(mean: float, capacity: int, dispersion: float) -> float:
    """Mean of Q in Q' = max(Q + A - c, 0), from the stationary law of the chain.

    The transition matrix on states up to where the tail is below 1e-16, solved as a linear system.
    """
    decay = tail_root(mean, capacity, dispersion)
    states = int(np.ceil(40.0 / decay)) + 8 * capacity
    most = states + capacity
    a = np.arange(most + 1)
    law = nbinom(mean / (dispersion - 1.0), 1.0 / dispersion) if dispersion > 1.0 else poisson(mean)
    weights = law.pmf(a)
    matrix = np.zeros((states + 1, states + 1))
    for q in range(states + 1):
        to = np.clip(q + a - capacity, 0, states)
        matrix[q] = np.bincount(to, weights, minlength=states + 1)
    system = matrix.T - np.eye(states + 1)
    system[-1] = 1.0
    right = np.zeros(states + 1)
    right[-1] = 1.0
    return float(np.linalg.solve(system, right) @ np.arange(states + 1))


def tail_root(mean: float, capacity: int, dispersion: float) -> float:
    """Rate at which the tail of Q falls: the root of log E e^(t A) = t c."""

    def excess(t: float) -> float:
        if dispersion == 1.0:
            return float(mean * np.expm1(t) - t * capacity)
        r, beta = mean / (dispersion - 1.0), dispersion - 1.0
        return float(-r * np.log1p(-beta * np.expm1(t)) - t * capacity)

    most = 20.0 if dispersion == 1.0 else np.log1p(1.0 / (dispersion - 1.0)) * (1 - 1e-12)
    return float(brentq(excess, 1e-6, most))


STATIONS = ((9.0, 10, 1.0), (8.0, 10, 3.0))


@check(
    "backlog-formula",
    "Tick recursion Q' = max(Q + A - c, 0): mean backlog",
    "Lindley (1952); Spitzer (1956)",
    tests="formula",
)
def backlog_formula() -> Iterator[Finding]:
    """The formula against the chain solved as a linear system."""
    for mean, capacity, dispersion in (*STATIONS, (1.8, 2, 1.0), (0.5, 1, 4.0)):
        case = f"mean {mean:g}, capacity {capacity}, dispersion {dispersion:g}"
        yield exact(case, chain(mean, capacity, dispersion), stationary_backlog(mean, capacity, dispersion))


def stations(ticks: int, rng: int = 1) -> TokenMarket:
    """Whole requests at random to pools of their own, nobody leaves."""
    segments = [
        Segment(f"s{k}", UNIT, users=m, requests_per_day=24, outside=None, burstiness=d)
        for k, (m, _, d) in enumerate(STATIONS)
    ]
    firms = [
        Provider(f"firm {k}", (Offer(f"o{k}", 1.0, open_to=(f"s{k}",)),), pools=(Pool(float(c)),))
        for k, (_, c, _) in enumerate(STATIONS)
    ]
    return run(segments, firms, ticks, rng, whole=True)


@check(
    "backlog-simulated",
    "Tick recursion, simulated by the model",
    "Lindley (1952); control variates: Asmussen and Glynn (2007), V.2",
)
def backlog_simulated() -> Iterator[Finding]:
    """Poisson and over-dispersed arrivals: every tick by the recursion, and the long-run mean."""
    model = stations(2500)
    for k, (mean, capacity, dispersion) in enumerate(STATIONS):
        queue = model.records.series("offers", "waiting", f"o{k}")
        arrived = model.records.series("offers", "ordered", f"o{k}")
        before = np.concatenate(([0.0], queue[:-1]))
        case = "Poisson" if dispersion == 1.0 else f"dispersion {dispersion:g}"
        steps = np.maximum(before + arrived - capacity, 0.0)
        yield exact(f"{case}: ticks off the recursion", 0.0, float(np.count_nonzero(steps != queue)))
        found, error = controlled_mean(queue, before, arrived, mean, capacity, dispersion)
        yield stochastic(f"{case}: mean backlog [requests]", chain(mean, capacity, dispersion), found, error)


def controlled_mean(
    queue: Floats, before: Floats, arrived: Floats, mean: float, capacity: int, dispersion: float
) -> tuple[float, float]:
    """Mean backlog and its standard error, less what sums of known mean explain of the batch means."""
    variance = mean * dispersion
    idle = capacity - (before + arrived - queue)
    series = [
        queue,
        arrived - mean,
        (arrived - mean) ** 2 - variance,
        before * (arrived - mean),
        idle - (capacity - mean),
    ]
    start = queue.size // 50
    size = (queue.size - start) // BATCHES
    means = [s[start : start + size * BATCHES].reshape(BATCHES, size).mean(axis=1) for s in series]
    design = np.column_stack((np.ones(BATCHES), *means[1:]))
    fit, *_ = np.linalg.lstsq(design, means[0], rcond=None)
    left = means[0] - design @ fit
    spread = left @ left / (BATCHES - design.shape[1]) * np.linalg.inv(design.T @ design)[0, 0]
    return float(fit[0]), float(np.sqrt(spread))


LOAD = (40.0, 40.0, 60.0, 90.0, 130.0, 150.0, 140.0, 110.0, 80.0, 50.0, 40.0, 40.0)
CAPACITY = 100.0


def day(load: Sequence[float], capacity: float, rule: Rationing | None = None) -> TokenMarket:
    """A day of two-hour ticks with so many requests an hour, to a pool of so many racks, as a fluid."""
    hourly = tuple(float(v) for v in np.repeat(load, 2) / np.mean(load))
    users = Segment(
        "users", UNIT, users=float(np.mean(load)), requests_per_day=24, outside=None, shape=LoadShape(hourly, hourly)
    )
    firm = Provider("firm", (Offer("good", 1.0),), pools=(Pool(capacity),))
    return run(users, firm, 12, calendar=Calendar(tick_hours=2.0), rationing=rule or FirstCome())


@check("rush-hours", "A day's load over capacity: the fluid queue", "Newell (1982), ch. 2; areas of polygons")
def rush_hours() -> Iterator[Finding]:
    """Over capacity from 8 h to 16 h: largest backlog, hours queued, mean wait."""
    # By hand: the backlog is a polygon through (8, 0) (10, 60) (12, 160) (14, 240) (16, 260) (18, 220) (20, 120), and
    # falls by 60 an hour from there, so that it is gone at 22 h.
    corners = [
        (8.0, 0.0),
        (10.0, 60.0),
        (12.0, 160.0),
        (14.0, 240.0),
        (16.0, 260.0),
        (18.0, 220.0),
        (20.0, 120.0),
        (22.0, 0.0),
    ]
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 for a, b in pairwise(corners))
    arrived = 2.0 * sum(LOAD)
    model = day(LOAD, CAPACITY)
    waiting = model.records.series("offers", "waiting", "good")
    seen, ordered = (model.records.series("offers", name, "good") for name in ("wait_h", "ordered"))
    yield exact("largest backlog [requests]", 260.0, float(waiting.max()))
    yield exact("mean wait that users see [h]", area / arrived, float(seen @ ordered / ordered.sum()))
    waits = model.records.series("offers", "served_wait_h", "good")
    yield exact("mean wait of those served [h]", area / arrived, float(waits.sum() / arrived))
    fluid = fluid_overload(LOAD, CAPACITY, 2.0)
    yield exact("formula: largest backlog [requests]", 260.0, fluid.largest_backlog)
    yield exact("formula: hours queued [h]", 14.0, fluid.time_queued)
    yield exact("formula: mean wait [h]", area / arrived, fluid.mean_wait)
    queued = np.concatenate(([0.0], waiting[:-1])) + waiting > 0
    yield exact("model: hours queued [h]", 14.0, 2.0 * float(np.count_nonzero(queued)))


#: A crowd that does not end: requests an hour, work done in an hour, and how fast those who wait leave [1/h].
CAME, DONE, LEAVE = 150.0, 100.0, 6.0


def endless_crowd(ticks_per_hour: int) -> tuple[float, float, float]:
    """Requests that wait [1], share of all that leaves [1], wait that users expect [h], when all is at rest."""
    users = Segment("users", UNIT, users=CAME, requests_per_day=24, outside=None, patience_h=1.0 / LEAVE)
    firm = Provider("firm", (Offer("good", 1.0),), pools=(Pool(DONE),))
    calendar = Calendar(tick_hours=1.0 / ticks_per_hour)
    model = run(users, firm, 4 * ticks_per_hour, calendar=calendar, rationing=FirstCome())
    waits, gone, came, expected = (
        float(model.records.series("offers", name, "good")[-1])
        for name in ("waiting", "impatient", "ordered", "wait_h")
    )
    return waits, gone / came, expected


@check("impatient-crowd", "A crowd that does not end, of whom some leave: the fluid queue", "Whitt (2006)")
def impatient_crowd() -> Iterator[Finding]:
    """Who is served waits ln(load) / leave; between ticks of h hours (came - done) h / (e^(leave h) - 1) wait."""
    found = {}
    for ticks_per_hour in (60, 120):
        case, hours = f"{ticks_per_hour} ticks an hour", 1.0 / ticks_per_hour
        waiting = (CAME - DONE) * hours / np.expm1(LEAVE * hours)
        ahead = waiting + (CAME - DONE) * hours / 2.0
        waits, gone, found[ticks_per_hour] = endless_crowd(ticks_per_hour)
        yield iterated(f"{case}: requests that wait", waiting, waits)
        yield iterated(f"{case}: share that leaves", 1.0 - DONE / CAME, gone)
        yield iterated(f"{case}: wait expected [h]", np.log1p(LEAVE * ahead / DONE) / LEAVE, found[ticks_per_hour])
    # What is off falls with the square of a tick's length.
    yield iterated("wait expected [h], ticks to 0", np.log(CAME / DONE) / LEAVE, (4.0 * found[120] - found[60]) / 3.0)


def crowd(rule: Rationing, whole: bool, tick_hours: float) -> TokenMarket:
    """Three offers in two pools, too small: users wait, run out of patience, miss deadlines, move on."""
    hourly = (0.5,) * 6 + (1.5,) * 6 + (1.2,) * 6 + (0.8,) * 6
    shape = LoadShape(hourly, hourly)
    segments = [
        Segment("a", UNIT, users=60, individuals=7, requests_per_day=24, patience_h=3.0, shape=shape, burstiness=2.0),
        Segment("b", UNIT, users=50, individuals=5, requests_per_day=24, taste_noise=0.5, shape=shape),
    ]
    offers = (
        Offer("first", 0.5, 1.5, tier=Tier("first", priority=0.0)),
        Offer("second", 0.2, 1.0, tier=Tier("second", priority=1.0, deadline_h=6.0 * tick_hours), pool="other"),
        Offer("third", 0.1, 1.0, tier=Tier("third", priority=2.0), pool="other"),
    )
    firm = Provider("firm", offers, pools=(Pool(31.0), Pool(29.0, name="other")))
    calendar = Calendar(tick_hours=tick_hours)
    return run(segments, firm, 60, rng=3, whole=whole, rationing=rule, calendar=calendar, waits=WaitModel(chance=False))


#: A machine that does so many requests an hour, and how many of the upper rank come.
RATE, UPPER = 8.0, 4.0


@check("full-ranks", "More than can be done comes in the lower of two ranks", "Cobham (1954); Kleinrock (1976)")
def full_ranks() -> Iterator[Finding]:
    """The upper rank does not notice, if it interrupts; else it meets a machine that is always busy with the lower."""
    upper = UPPER / RATE
    for lower, preemptive in product((3.9, 8.0, 40.0), (False, True)):
        busy = 1.0 if not preemptive else upper
        segments = [
            Segment(name, UNIT, users=came, requests_per_day=24, outside=None)
            for name, came in (("upper", UPPER), ("lower", lower))
        ]
        offers = tuple(
            Offer(name, 1.0, technology=FixedWork(rack_hours=1.0 / RATE), tier=Tier(name, priority=k), open_to=(name,))
            for k, name in enumerate(("upper", "lower"))
        )
        model = run(
            segments,
            Provider("firm", offers, pools=(Pool(1.0),)),
            3,
            rationing=StrictPriority(within=FirstCome()),
            waits=WaitModel(preemptive=preemptive, fullest=1.0 - 1e-12),
        )
        used = min((UPPER + lower) / RATE, busy) if not preemptive else busy
        wait = used / RATE / (1.0 - upper)
        seen = float(model.records.series("offers", "wait_h", "upper")[-1])
        kind = "interrupted" if preemptive else "not interrupted"
        yield iterated(f"{lower:g} an hour below, {kind}: wait of the upper rank [h]", wait, seen)


def two_ranks(upper: Segment, lower: Segment, racks: float, ticks: int, tick_hours: float) -> TokenMarket:
    """Users of two ranks at one pool, of whom nobody waits by chance."""
    offers = tuple(
        Offer(s.name, 1.0, tier=Tier(s.name, priority=float(k)), open_to=(s.name,))
        for k, s in enumerate((upper, lower))
    )
    firm = Provider("firm", offers, pools=(Pool(racks),))
    calendar = Calendar(tick_hours=tick_hours)
    return run((upper, lower), firm, ticks, calendar=calendar, rationing=StrictPriority(within=FirstCome()))


@check("overtaken", "Who waits below is overtaken: the fluid queue of two ranks", "Newell (1982), ch. 2")
def overtaken() -> Iterator[Finding]:
    """Upper ranks take 5 racks of 10, 8 requests an hour come below: who comes at t is served at t + (8 / 5 - 1) t."""
    upper, lower = (
        Segment(name, UNIT, users=came, requests_per_day=24, outside=None)
        for name, came in (("upper", 5), ("lower", 8))
    )
    model = two_ranks(upper, lower, racks=10.0, ticks=12, tick_hours=1.0)
    for tick in (0, 5, 11):
        seen = model.records.series("offers", "wait_h", "lower")[tick]
        yield exact(f"who comes in hour {tick + 1}: wait seen [h]", (8.0 / 5.0 - 1.0) * (tick + 0.5), float(seen))
    yield exact("upper rank: wait seen [h]", 0.0, float(model.records.series("offers", "wait_h", "upper").max()))


@check(
    "little", "Little's law, exactly, under any order of service", "Little (1961); sample-path version, Stidham (1974)"
)
def little() -> Iterator[Finding]:
    """Queue summed over ticks x tick length = waits of those served, who left, and so far of those who wait."""
    rules = (FirstCome(), ProRata(), Lottery(), MaxMin(), StrictPriority(within=FirstCome()))
    for rule, whole, hours in product(rules, (False, True), (1.0, 0.5)):
        model = crowd(rule, whole, hours)
        offers = model.records.tables["offers"].data
        ticks = model.records.ticks
        queued = float(offers["waiting"][:ticks].sum()) * hours
        waited = float((offers["served_wait_h"] + offers["left_wait_h"])[:ticks].sum() + model.queue.waited_h.sum())
        kind = "whole" if whole else "fluid"
        yield exact(f"{type(rule).__name__}, {kind}, tick {hours:g} h [request-h]", queued, waited)


@check("heavy-traffic", "Backlog of a pool that is nearly full", "Kingman (1962)", tests="formula")
def heavy_traffic() -> Iterator[Finding]:
    """(1 - load) x mean backlog tends to half the variance over the capacity; its limit, by extrapolation."""
    capacity, near = 50, 1e-7
    mean = capacity * (1.0 - near)
    found = float(stationary_backlog(mean, capacity)) * near
    yield Finding("(1 - load) x backlog at load 1 - 1e-7", 0.5, found, 1e-5)
    yield iterated(
        "the same, dispersion 3", 1.5, float(stationary_backlog(capacity * (1 - 1e-9), capacity, 3.0)) * 1e-9
    )
