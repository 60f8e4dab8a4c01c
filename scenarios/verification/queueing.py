"""Waits within a tick: the formulas that the model uses, and the waits that its users see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import TokenMarket
from market.calendar import Calendar
from market.demand.segment import Segment
from market.exchange.queueing import erlang_a, priority_waits
from market.exchange.technology import FixedWork
from market.exchange.waits import WaitModel
from market.supply.specs import Offer, Pool, Provider, Tier
from scenarios.verification.check import Finding, check, each, exact
from scenarios.verification.formulas import (
    erlang_b,
    erlang_c,
    processor_sharing,
    wait_exceeds,
    wait_mgc,
    wait_mmc,
)
from scenarios.verification.setups import UNIT, run

type Floats = NDArray[np.float64]


def chance_of_waiting(servers: int, load: float) -> float:
    """Erlang's C as the sum that is in every textbook."""
    full = load**servers / factorial(servers) * servers / (servers - load)
    return full / (sum(load**n / factorial(n) for n in range(servers)) + full)


def mmc_wait(servers: int, load: float, service: float) -> float:
    """Mean wait in M/M/c."""
    return chance_of_waiting(servers, load) * service / (servers - load)


def station(
    arrivals: Sequence[float] | Floats,
    servers: float,
    service: float = 1.0,
    tick_hours: float = 1.0,
    slots: float = 1.0,
    patience_h: float = float("inf"),
    **waits: Any,
) -> TokenMarket:
    """A pool of racks with ``slots`` servers each, one tier for each class of arrivals [requests/h], served by rank."""
    segments = [
        Segment(f"class {k}", UNIT, users=a, requests_per_day=24, outside=None, patience_h=patience_h)
        for k, a in enumerate(arrivals)
    ]
    technology = FixedWork(rack_hours=service / slots, slots_per_rack=slots)
    offers = tuple(
        Offer(f"tier {k}", 1.0, technology=technology, tier=Tier(f"tier {k}", priority=float(k)), open_to=(s.name,))
        for k, s in enumerate(segments)
    )
    firm = Provider("firm", offers, pools=(Pool(servers / slots),))
    return run(segments, firm, 3, waits=WaitModel(**waits), calendar=Calendar(tick_hours=tick_hours))


@check("mm10", "M/M/10, arrivals 8, service 1", "Erlang (1917); Kleinrock (1975)")
def mm10() -> Iterator[Finding]:
    """By the formula, and as the wait that users of a model see."""
    yield exact("probability of waiting", chance_of_waiting(10, 8.0), erlang_c(10, 8.0))
    yield exact("mean wait, formula [h]", mmc_wait(10, 8.0, 1.0), wait_mmc(8.0, 1.0, 10))
    yield exact("mean wait, seen by users [h]", mmc_wait(10, 8.0, 1.0), station([8.0], 10).wait_h[0])
    for hours in (0.5, 2.0, 12.0):
        found = station([8.0], 10, tick_hours=hours).wait_h[0]
        yield exact(f"the same, tick of {hours:g} h [h]", mmc_wait(10, 8.0, 1.0), found)
    found = station([30.0], 12, service=0.3, slots=4.0).wait_h[0]
    yield exact("M/M/12 as 3 racks with 4 slots, service .3 h [h]", mmc_wait(12, 9.0, 0.3), found)


@check("priority-classes", "Three priority classes, arrivals (2, 3, 3), 10 servers", "Cobham (1954)")
def priority_classes() -> Iterator[Finding]:
    """Without preemption: waits .051148, .102295, .409180."""
    start = chance_of_waiting(10, 8.0) / 10.0
    edges = 1.0 - np.cumsum([0.0, 2.0, 3.0, 3.0]) / 10.0
    answer = start / (edges[:-1] * edges[1:])
    yield from each(exact, "formula, class [h]", answer, priority_waits([2.0, 3.0, 3.0], 1.0, 10))
    yield from each(exact, "seen by users, class [h]", answer, station([2.0, 3.0, 3.0], 10).wait_h)


@check("preemption", "Three classes with preemption", "Kleinrock (1976), section 3.6; Buzen and Bondi (1983)")
def preemption() -> Iterator[Finding]:
    """The first k classes are an M/M/c of their own; and M/G/1 with services of their own."""
    arrivals = np.array([2.0, 3.0, 3.0])
    upto = np.cumsum(arrivals)
    queue = np.array([mmc_wait(10, a, 1.0) * a for a in upto])
    answer = np.diff(queue, prepend=0.0) / arrivals
    yield from each(
        exact, "10 servers: seen by users, class [h]", answer, station(arrivals, 10, preemptive=True).wait_h
    )
    rate, mean, scv = np.array([0.2, 0.1, 0.05]), np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, 3.0])
    load = rate * mean
    below, above = 1.0 - np.cumsum(load), 1.0 - np.cumsum(load) + load
    ahead = np.cumsum(rate * mean**2 * (1.0 + scv) / 2.0)
    sojourn = mean / above + ahead / (above * below)
    found = priority_waits(rate, mean, 1.0, preemptive=True, service_scv=scv)
    yield from each(exact, "M/G/1: formula, class [h]", sojourn - mean, found)


@check("mg1", "M/G/1: Pollaczek-Khinchine, and priorities", "Pollaczek (1930); Khinchine (1932); Cobham (1954)")
def mg1() -> Iterator[Finding]:
    """Constant, exponential and very uneven services."""
    for scv in (0.0, 1.0, 4.0):
        answer = 0.7 * (1.0 + scv) / 2.0 / 0.3
        yield exact(f"scv {scv:g}: formula [h]", answer, wait_mgc(0.7, 1.0, scv, 1))
        yield exact(f"scv {scv:g}: seen by users [h]", answer, station([0.7], 1, service_scv=scv).wait_h[0])
    rate, mean, scvs = np.array([0.2, 0.1, 0.05]), np.array([1.0, 2.0, 4.0]), np.array([0.5, 1.0, 3.0])
    residual = float(np.sum(rate * mean**2 * (1.0 + scvs)) / 2.0)
    edges = 1.0 - np.cumsum(np.append(0.0, rate * mean))
    answers = residual / (edges[:-1] * edges[1:])
    yield from each(exact, "formula, class [h]", answers, priority_waits(rate, mean, 1.0, service_scv=scvs))
    same = residual_of_one(0.2, 0.3, 0.1, scv=2.0)
    yield from each(exact, "scv 2: seen by users, class [h]", same, station([0.2, 0.3, 0.1], 1, service_scv=2.0).wait_h)


def residual_of_one(*rates: float, scv: float) -> Floats:
    """Cobham's waits with one server and one service of mean 1."""
    edges = 1.0 - np.cumsum(np.append(0.0, rates))
    return np.asarray(sum(rates) * (1.0 + scv) / 2.0 / (edges[:-1] * edges[1:]))


def birth_death(birth: Floats, death: Floats) -> Floats:
    """Stationary probabilities of a birth-death chain: birth from n to n+1, death from n+1 to n."""
    logs = np.concatenate(([0.0], np.cumsum(np.log(birth) - np.log(death))))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


@check("erlang-a", "Erlang-A: waits and abandonment", "Palm (1957); Garnett, Mandelbaum and Reiman (2002)")
def erlang_with_abandonment() -> Iterator[Finding]:
    """Against the birth-death chain, below and above full load; and as users of a model see it."""
    for arrivals, service, servers, patience in ((8.0, 1.0, 10, 2.0), (15.0, 1.0, 10, 0.5), (3.0, 0.4, 1, 5.0)):
        count = 600
        n = np.arange(1, count + 1)
        deaths = np.minimum(n, servers) / service + np.maximum(n - servers, 0) / patience
        p = birth_death(np.full(count, arrivals), deaths)
        queue = float(np.maximum(np.arange(count + 1) - servers, 0) @ p)
        found = erlang_a(arrivals, service, servers, patience)
        case = f"arrivals {arrivals:g}, {servers} servers, patience {patience:g}"
        yield exact(f"{case}: has to wait", float(p[servers:].sum()), found.delayed)
        yield exact(f"{case}: gives up", queue / patience / arrivals, found.abandoned)
        yield exact(f"{case}: mean wait [h]", queue / arrivals, found.wait)
        if arrivals * service < servers:  # of an overload, what is left at the end of a tick waits besides
            seen = station([arrivals], servers, service, patience_h=patience).wait_h[0]
            yield exact(f"{case}: seen by users [h]", queue / arrivals, seen)


@check("processor-sharing", "Processor sharing", "Kleinrock (1976), section 4.4; Cohen (1979)", tests="formula")
def sharing() -> Iterator[Finding]:
    """x/(1 - load) with one server; with several, from the chain's mean number by Little's law."""
    yield exact("one server: time of size 2 [h]", 2.0 / (1.0 - 0.6), processor_sharing(2.0, 0.6, 1.0))
    count, servers, arrivals = 800, 4, 3.0
    deaths = np.minimum(np.arange(1, count + 1), servers).astype(float)
    p = birth_death(np.full(count, arrivals), deaths)
    answer = float(np.arange(count + 1) @ p) / arrivals * 1.7
    yield exact("four servers: time of size 1.7 [h]", answer, processor_sharing(1.7, arrivals, 1.0, servers))


@check(
    "losses", "Erlang's B, and the tail of the wait", "Erlang (1917); Kleinrock (1975), section 3.5", tests="formula"
)
def losses() -> Iterator[Finding]:
    """By the recursion B(s) = a B(s-1)/(s + a B(s-1)), and by the tail's exponential."""
    load, blocked = 7.3, 1.0
    for servers in range(1, 10):
        blocked = load * blocked / (servers + load * blocked)
    yield exact("blocked, 9 servers, load 7.3", blocked, erlang_b(9, load))
    answer = chance_of_waiting(9, load) * exp(-(9 - load) * 0.5 / 1.0)
    yield exact("waits more than half a service", answer, wait_exceeds(0.5, load, 1.0, 9))
