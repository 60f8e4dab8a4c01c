"""Stations with general services and arrivals against Markov chains that are solved exactly."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg
from stations import balanced_share, servers_, some, time_, use_

from market.exchange.queueing import wait_ggc
from scenarios.verification.formulas import stationary_backlog, wait_mgc, wait_mmc


@some
@given(use_, time_, st.floats(0, 20))
def test_one_server_is_pollaczek_khinchine(use: float, service: float, scv: float) -> None:
    expected = use / (1 - use) * (1 + scv) / 2 * service
    assert wait_mgc(use / service, service, scv, 1) == pytest.approx(expected, rel=1e-9)
    assert wait_ggc(use / service, 1, service, scv, 1) == pytest.approx(expected, rel=1e-9)


@some
@given(use_, time_, servers_)
def test_exponential_service_is_exact(use: float, service: float, servers: float) -> None:
    arrivals = use * servers / service
    expected = wait_mmc(arrivals, service, servers)
    assert wait_mgc(arrivals, service, 1, servers) == pytest.approx(expected, rel=1e-9)
    assert wait_ggc(arrivals, 1, service, 1, servers) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("servers", [2, 5, 20, 100, 1000])
def test_constant_service_is_near_its_exact_wait(servers: int) -> None:
    loads = servers * np.array([0.5, 0.7, 0.8, 0.9, 0.95, 0.99])
    exact = stationary_backlog(loads, servers) / loads  # M/D/c is that recursion, with a service time for a tick
    approximate = wait_mgc(loads, 1, 0, servers)
    seen = exact > 3e-3
    np.testing.assert_allclose(approximate[seen], exact[seen], rtol=0.025)
    np.testing.assert_allclose(approximate, exact, rtol=0.15, atol=1e-12)


def exact_renewal_wait(start: list[float], phases: list[list[float]], arrivals: float, servers: int) -> float:
    """Mean wait in PH/M/c with service rate 1: a quasi-birth-death process, solved level by level."""
    alpha, inner = np.array(start), np.array(phases)
    inner *= arrivals * -alpha @ np.linalg.solve(inner, np.ones(len(alpha)))
    up, eye = np.outer(-inner.sum(axis=1), alpha), np.eye(len(alpha))
    beyond = np.zeros_like(inner)
    for _ in range(20_000):
        update = -up @ np.linalg.inv(inner - servers * eye + servers * beyond)
        done = np.abs(update - beyond).max() < 1e-15
        beyond = update
        if done:
            break
    rates = [beyond]
    for n in range(servers - 1, -1, -1):
        rates.insert(0, -up @ np.linalg.inv(inner - (n + 1) * eye + rates[0] * min(n + 2, servers)))
    values, vectors = np.linalg.eig((inner + rates[0]).T)
    level = np.real(vectors[:, np.argmin(np.abs(values))])
    total = 0.0
    for n in range(servers):
        total += level.sum()
        level = level @ rates[n]
    sums = np.linalg.inv(eye - beyond)
    total += (level @ sums).sum()
    return float((level @ beyond @ sums @ sums).sum() / total / arrivals)


def exact_uneven_wait(arrivals: float, arrival_scv: float, service_scv: float, servers: int, levels: int) -> float:
    """Mean wait in H2/H2/c, balanced means and mean service 1: the Markov chain of (requests, first-phase
    services, arrival phase), cut off at `levels` requests."""
    p, q = balanced_share(arrival_scv), balanced_share(service_scv)
    shape = (levels, servers + 1, 2)
    n, j, phase = (axis.ravel() for axis in np.indices(shape))
    busy = np.minimum(n, servers)
    come = arrivals * np.where(phase == 0, 2 * p, 2 * (1 - p)) * (n < levels - 1)
    first, second = 2 * q * j, 2 * (1 - q) * (busy - j)
    moves = []

    def move(change: int, shift: int, to: Any, speed: Any) -> None:
        here = np.flatnonzero((j <= busy) & (speed > 0))
        target = np.ravel_multi_index((n[here] + change, j[here] + shift, np.broadcast_to(to, n.shape)[here]), shape)
        moves.append((here, target, speed[here]))

    for to, chance in ((0, p), (1, 1 - p)):
        move(1, 1, to, come * chance * q * (n < servers))
        move(1, 0, to, come * chance * np.where(n < servers, 1 - q, 1))
    for shift, speed in ((-1, first), (0, second)):
        move(-1, shift, phase, speed * (n <= servers))
        move(-1, shift + 1, phase, speed * q * (n > servers))
        move(-1, shift, phase, speed * (1 - q) * (n > servers))
    source, target, speed = (np.concatenate(column) for column in zip(*moves, strict=True))
    flow = sparse.csc_matrix((speed, (target, source)), (n.size, n.size))
    flow -= sparse.diags(np.asarray(flow.sum(axis=0)).ravel())
    states = np.flatnonzero(j <= busy)
    flow = flow[states][:, states]
    chances = np.append(1, sparse_linalg.spsolve(flow[1:, 1:].tocsc(), -flow[1:, [0]].toarray().ravel()))
    return float(chances @ np.maximum(n[states] - servers, 0) / chances.sum() / arrivals)


def test_the_exact_solutions_agree() -> None:
    assert exact_renewal_wait([1.0], [[-1.0]], 8, 10) == pytest.approx(wait_mmc(8, 1, 10), rel=1e-10)
    assert exact_uneven_wait(8, 1, 1, 10, 200) == pytest.approx(wait_mmc(8, 1, 10), rel=1e-10)
    share = balanced_share(4)
    phases = [[-2 * share, 0.0], [0.0, -2 * (1 - share)]]
    exact = exact_renewal_wait([share, 1 - share], phases, 8, 10)
    assert exact_uneven_wait(8, 4, 1, 10, 600) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("servers", [1, 2, 10, 30])
@pytest.mark.parametrize(("arrival_scv", "service_scv"), [(1, 2), (1, 4), (2, 2), (4, 1), (4, 4), (4, 2)])
@pytest.mark.parametrize("use", [0.8, 0.9])
def test_uneven_arrivals_and_services_are_near_their_exact_wait(
    servers: int, arrival_scv: float, service_scv: float, use: float
) -> None:
    levels = servers + round(15 * max(arrival_scv, service_scv) / (1 - use))
    exact = exact_uneven_wait(use * servers, arrival_scv, service_scv, servers, levels)
    assert wait_ggc(use * servers, arrival_scv, 1, service_scv, servers) == pytest.approx(exact, rel=0.08)


@pytest.mark.parametrize("servers", [1, 4, 10, 50])
@pytest.mark.parametrize("use", [0.8, 0.9, 0.95])
def test_smooth_arrivals_are_near_their_exact_wait(servers: int, use: float) -> None:
    phases = (-4 * np.eye(4) + 4 * np.eye(4, k=1)).tolist()
    exact = exact_renewal_wait([1, 0, 0, 0], phases, use * servers, servers)
    assert wait_ggc(use * servers, 0.25, 1, 1, servers) == pytest.approx(exact, rel=0.05)


@some
@given(use_, servers_, st.floats(0, 50), st.floats(0, 50))
def test_waits_of_general_stations_are_finite_and_grow_with_variance(
    use: float, servers: float, arrival_scv: float, service_scv: float
) -> None:
    def wait(arrival: float, service: float) -> float:
        return float(wait_ggc(use * servers, arrival, 1, service, servers))

    assert 0 <= wait(arrival_scv, service_scv) < np.inf
    assert wait(1, service_scv) <= wait(1, service_scv + 1) * (1 + 1e-12)


def test_limits_of_general_stations() -> None:
    np.testing.assert_array_equal(wait_ggc(0, [0, 1, 5], 1, [0, 1, 5], 10), 0)
    np.testing.assert_array_equal(wait_ggc([10, 11], 2, 1, 3, 10), np.inf)
    assert wait_ggc(9, 0, 1, 0, 10) == 0
    assert np.isfinite(wait_ggc(99_999, 5, 1, 3, 100_000))
