"""Two ranks whose requests may leave before they are served: the Markov chain, and what users of a model see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scenarios.verification.check import Finding, check, each, exact
from scenarios.verification.queueing import station

type Floats = NDArray[np.float64]
#: How many of the upper and of the lower rank are there; not interrupted, without those in service. Or, not
#: interrupted and nobody waits: how many are in service, and none.
type State = tuple[int, int] | tuple[str, int]

#: Queues that are counted, of each rank; longer ones never come.
LONGEST = 32


def interrupted(came: tuple[float, float], servers: int, leave: float) -> dict[State, dict[State, float]]:
    """Rates [1/h] from state to state, where who is above takes the server of who is below; a service takes an hour."""
    rates: dict[State, dict[State, float]] = {}
    for upper, lower in product(range(servers + LONGEST), repeat=2):
        served = min(upper, servers), min(lower, servers - min(upper, servers))
        rates[upper, lower] = {
            (upper + 1, lower): came[0],
            (upper, lower + 1): came[1],
            (upper - 1, lower): served[0] + (upper - served[0]) * leave,
            (upper, lower - 1): served[1] + (lower - served[1]) * leave,
        }
    return rates


def in_turn(came: tuple[float, float], servers: int, leave: float) -> dict[State, dict[State, float]]:
    """The same where what is begun is done: by who waits, once all servers are busy."""
    rates: dict[State, dict[State, float]] = {
        ("busy", n): {("busy", n + 1) if n + 1 < servers else (0, 0): sum(came), ("busy", n - 1): float(n)}
        for n in range(servers)
    }
    for upper, lower in product(range(LONGEST), repeat=2):
        after = (upper - 1, lower) if upper else (upper, lower - 1) if lower else ("busy", servers - 1)
        rates[upper, lower] = {(upper + 1, lower): came[0], (upper, lower + 1): came[1]}
        for state, rate in ((after, servers), ((upper - 1, lower), upper * leave), ((upper, lower - 1), lower * leave)):
            rates[upper, lower][state] = rates[upper, lower].get(state, 0.0) + rate
    return rates


def stationary(rates: Mapping[State, Mapping[State, float]]) -> dict[State, float]:
    """Probabilities of the states, where they stay as they are."""
    number = {state: n for n, state in enumerate(rates)}
    flow = np.zeros((len(number), len(number)))
    for state, to in rates.items():
        for other, rate in to.items():
            if other in number:
                flow[number[other], number[state]] += rate
                flow[number[state], number[state]] -= rate
    flow[0] = 1.0
    found = np.linalg.solve(flow, np.eye(len(number))[0])
    return dict(zip(number, found.tolist(), strict=True))


def waits(came: tuple[float, float], servers: int, leave: float, *, preemptive: bool) -> Floats:
    """Mean wait of all requests, by rank [h]: who waits, over who comes [Little 1961]."""
    chance = stationary((interrupted if preemptive else in_turn)(came, servers, leave))
    queue = np.zeros(2)
    for (upper, lower), p in chance.items():
        if isinstance(upper, str):
            continue
        above = max(upper - servers, 0) if preemptive else upper
        below = max(lower - max(servers - upper, 0), 0) if preemptive else lower
        queue += p * np.array([above, below])
    return queue / came


@check("leaving-ranks", "Two ranks whose requests may leave", "Kleinrock (1976); Garnett, Mandelbaum and Reiman (2002)")
def leaving_ranks() -> Iterator[Finding]:
    """Of M/M/c+M with two ranks the chain says what each waits."""
    for came, servers, leave in (((2.0, 5.0), 8, 0.5), ((1.0, 2.5), 4, 2.0)):
        for preemptive in (False, True):
            answer = waits(came, servers, leave, preemptive=preemptive)
            seen = station(came, servers, patience_h=1.0 / leave, preemptive=preemptive).wait_h
            kind = "interrupted" if preemptive else "not interrupted"
            yield from each(exact, f"{came} an hour, {servers} servers, {kind}: seen by users, rank [h]", answer, seen)
