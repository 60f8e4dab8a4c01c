"""Stations drawn at random, and what the tests of several queueing formulas measure them against."""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import spsolve

TIGHT = 1e-9
servers_ = st.floats(0.05, 2000)
use_ = st.floats(0.0, 0.999)
time_ = st.floats(1e-3, 1e3)
some = settings(max_examples=50, deadline=None)


def exact_blocking(servers: int, load: float) -> Decimal:
    """Erlang's B by its recursion, in 50 digits."""
    with localcontext() as context:
        context.prec = 50
        inverse = Decimal(1)
        for k in range(1, servers + 1):
            inverse = 1 + inverse * k / Decimal(load)
        return 1 / inverse


def exact_delay(servers: int, load: float) -> Decimal:
    """Erlang's C out of the same recursion."""
    blocked, use = exact_blocking(servers, load), Decimal(load) / servers
    return blocked / (1 - use * (1 - blocked))


def balanced_share(scv: float) -> float:
    """Share of the first phase in the hyperexponential distribution with balanced means of that variance."""
    return (1 + math.sqrt((scv - 1) / (scv + 1))) / 2


type State = tuple[int, ...]


def long_run(start: State, leads_to: Callable[[State], Iterable[tuple[State, float]]]) -> dict[State, float]:
    """Share of time that a Markov chain spends in each state, from the rates at which a state leads to others."""
    number, todo = {start: 0}, [start]
    moves: list[tuple[int, int, float]] = []
    while todo:
        state = todo.pop()
        for other, rate in leads_to(state):
            if other not in number:
                number[other] = len(number)
                todo.append(other)
            moves += [(number[other], number[state], rate), (number[state], number[state], -rate)]
    to, of, rates = (np.array(column) for column in zip(*moves, strict=True))
    flows = sparse.csc_matrix((rates, (to, of)), shape=(len(number), len(number)))
    # Over the share of the first state, whose balance the others imply: a row of ones would fill the factors.
    others = spsolve(flows[1:, 1:], -flows[1:, [0]].toarray()[:, 0])
    shares = np.concatenate(([1.0], others)) / (1.0 + others.sum())
    return dict(zip(number, shares.tolist(), strict=True))


def exact_two_classes(
    rates: tuple[float, float], services: tuple[float, float], servers: int, most: tuple[int, int], *, preemptive: bool
) -> tuple[float, float]:
    """Waits of two classes with exponential services of their own; with room for ``most`` of each to wait."""
    (a, b), (short, long) = rates, (1 / services[0], 1 / services[1])

    def interrupting(state: State) -> Iterable[tuple[State, float]]:
        first, second = state
        served = min(first, servers), min(second, servers - min(first, servers))
        moves = (first + 1, second), (first, second + 1), (first - 1, second), (first, second - 1)
        speeds = a * (first < most[0]), b * (second < most[1]), served[0] * short, served[1] * long
        return [(move, speed) for move, speed in zip(moves, speeds, strict=True) if speed > 0]

    def patient(state: State) -> Iterable[tuple[State, float]]:
        i, j, first, second = state  # in service, and waiting

        def next_in(i: int, j: int) -> State:
            if first:
                return i + 1, j, first - 1, second
            return (i, j + 1, first, second - 1) if second else (i, j, first, second)

        free = i + j < servers
        moves = (
            (i + free, j, first + (not free), second),
            (i, j + free, first, second + (not free)),
            next_in(i - 1, j),
            next_in(i, j - 1),
        )
        speeds = a * (free or first < most[0]), b * (free or second < most[1]), i * short, j * long
        return [(move, speed) for move, speed in zip(moves, speeds, strict=True) if speed > 0]

    shares = long_run((0, 0), interrupting) if preemptive else long_run((0, 0, 0, 0), patient)
    mean = np.array(list(shares.values())) @ np.array(list(shares))
    if preemptive:
        return float(mean[0] / a - services[0]), float(mean[1] / b - services[1])
    return float(mean[2] / a), float(mean[3] / b)
