"""Queueing formulas against closed forms, sums in exact arithmetic, and the laws they must keep."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, special
from scipy.sparse import linalg as sparse_linalg

from market.exchange import queueing
from market.exchange.queueing import (
    backlog_recursion,
    erlang_a,
    erlang_b,
    erlang_c,
    fluid_overload,
    priority_waits,
    processor_sharing,
    stationary_backlog,
    wait_exceeds,
    wait_ggc,
    wait_mgc,
    wait_mmc,
    wait_percentile,
)

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


# --- Erlang B and C ---------------------------------------------------------------------------------------

LOADS = [0.01, 0.5, 0.9, 0.99, 1.0, 1.001, 1.05, 1.3, 3.0, 100.0]


@pytest.mark.parametrize("servers", [1, 2, 3, 10, 31, 144, 1000, 20_000])
def test_blocking_is_that_of_the_recursion(servers: int) -> None:
    loads = servers * np.array(LOADS)
    expected = [float(exact_blocking(servers, load)) for load in loads]
    np.testing.assert_allclose(erlang_b(servers, loads), expected, rtol=TIGHT)


@pytest.mark.parametrize("deviations", [-30, -5, -4.1, -1, 0, 1, 3.9, 4.1, 4.6, 30])
def test_blocking_of_a_hundred_thousand_servers(deviations: float) -> None:
    servers = 100_000
    load = servers + deviations * math.sqrt(servers)
    assert erlang_b(servers, load) == pytest.approx(float(exact_blocking(servers, load)), rel=TIGHT)


@pytest.mark.parametrize("servers", [1, 2, 10, 144, 1000])
def test_delay_is_that_of_the_recursion(servers: int) -> None:
    loads = servers * np.array([0.1, 0.5, 0.9, 0.99, 0.999999])
    expected = [float(exact_delay(servers, load)) for load in loads]
    np.testing.assert_allclose(erlang_c(servers, loads), expected, rtol=TIGHT)


def test_ten_servers_with_a_load_of_eight() -> None:
    assert erlang_c(10, 8) == pytest.approx(0.409180, abs=5e-7)
    assert wait_mmc(8, 1, 10) == pytest.approx(0.204590, abs=5e-7)
    load = Fraction(8)
    terms = [load**k / math.factorial(k) for k in range(10)]
    last = load**10 / math.factorial(10) / (1 - load / 10)
    assert erlang_c(10, 8) == pytest.approx(float(last / (sum(terms) + last)), rel=1e-13)


@some
@given(st.floats(0.01, 3e4), st.floats(0.01, 3))
def test_blocking_recursion_holds_between_whole_numbers(servers: float, use: float) -> None:
    load = use * servers
    here = erlang_b(servers, load)
    assert erlang_b(servers + 1, load) == pytest.approx(load * here / (servers + 1 + load * here), rel=1e-10)


@pytest.mark.parametrize(("servers", "load"), [(0.3, 0.2), (0.3, 5.0), (0.5, 40.0), (2.5, 2.0), (7.25, 30.0)])
def test_blocking_is_the_integral_between_whole_numbers(servers: float, load: float) -> None:
    u, weight = np.polynomial.legendre.leggauss(400)
    edges = np.linspace(0, 1, 41)
    # 1/B as an integral over u, mapped to (0, 1) by u = 50 v.
    v = (edges[:-1, None] + edges[1:, None]) / 2 + u * (edges[1:, None] - edges[:-1, None]) / 2
    integrand = np.exp(-50 * v) * (1 + 50 * v / load) ** servers
    inverse = (integrand * weight).sum() * 50 / 80
    assert erlang_b(servers, load) == pytest.approx(1 / inverse, rel=1e-9)


@some
@given(servers_, st.floats(0, 10))
def test_probabilities_are_probabilities(servers: float, use: float) -> None:
    blocked, late = erlang_b(servers, use * servers), erlang_c(servers, use * servers)
    assert 0 <= blocked <= late * (1 + 1e-12) <= 1 + 1e-12


@some
@given(servers_, st.floats(0.01, 0.98))
def test_more_servers_or_less_load_means_less_waiting(servers: float, use: float) -> None:
    load = use * servers
    assert erlang_c(servers * 1.01, load) <= erlang_c(servers, load)
    assert erlang_c(servers, load) <= erlang_c(servers, load * 1.01)


def test_limits_of_load() -> None:
    assert erlang_b(10, 0) == 0
    assert erlang_c(10, 0) == 0
    assert wait_mmc(0, 1, 10) == 0
    np.testing.assert_array_equal(erlang_c(10, [10, 10.5, 1e9]), 1)
    np.testing.assert_array_equal(wait_mmc([10, 10.5, 1e9], 1, 10), np.inf)
    assert erlang_b(10, 1e9) == pytest.approx(1 - 1e-8, rel=1e-12)


def test_one_server_waits_as_in_the_textbook() -> None:
    arrivals = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(wait_mmc(arrivals, 1, 1), arrivals / (1 - arrivals), rtol=1e-12)
    np.testing.assert_allclose(wait_mmc(arrivals / 3, 3, 1), 3 * arrivals / (1 - arrivals), rtol=1e-12)


@some
@given(servers_, st.floats(0.01, 0.99), time_, st.floats(0.0, 0.9999))
def test_percentile_inverts_the_tail(servers: float, use: float, service: float, quantile: float) -> None:
    arrivals = use * servers / service
    wait = wait_percentile(quantile, arrivals, service, servers)
    tail = wait_exceeds(wait, arrivals, service, servers)
    if wait > 0:
        assert tail == pytest.approx(1 - quantile, rel=1e-9)
    else:
        assert tail <= (1 - quantile) * (1 + 1e-12)


def test_tail_integrates_to_the_mean() -> None:
    time = np.linspace(0, 40, 400_001)
    tail = wait_exceeds(time, 8, 1, 10)
    assert np.trapezoid(tail, time) == pytest.approx(wait_mmc(8, 1, 10), rel=1e-8)


def test_percentiles_at_their_ends() -> None:
    assert wait_percentile(0.5, 8, 1, 10) == 0  # 59 % don't wait at all
    assert wait_percentile(0.95, 8, 1, 10) == pytest.approx(math.log(0.409180151 / 0.05) / 2, rel=1e-8)
    np.testing.assert_array_equal(wait_percentile([0, 0.1, 1], 12, 1, 10), [0, np.inf, np.inf])
    assert wait_percentile(1, 8, 1, 10) == np.inf
    assert wait_percentile(1, 0, 1, 10) == 0
    assert wait_exceeds(5, 12, 1, 10) == 1


# --- General service and arrivals -------------------------------------------------------------------------


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
    p, q = ((1 + math.sqrt((scv - 1) / (scv + 1))) / 2 for scv in (arrival_scv, service_scv))
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
    share = (1 + math.sqrt(3 / 5)) / 2
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


# --- Processor sharing ------------------------------------------------------------------------------------


@some
@given(use_, time_, time_)
def test_sharing_one_server_stretches_by_the_idle_share(use: float, service: float, size: float) -> None:
    sojourn = processor_sharing(size, use / service, service)
    assert sojourn == pytest.approx(size / (1 - use), rel=1e-9)


@some
@given(use_, time_, servers_)
def test_sharing_takes_the_mean_request_as_long_as_queueing(use: float, service: float, servers: float) -> None:
    arrivals = use * servers / service
    sojourn = processor_sharing(service, arrivals, service, servers)
    assert sojourn == pytest.approx(service + wait_mmc(arrivals, service, servers), rel=1e-9)


def test_limits_of_sharing() -> None:
    np.testing.assert_array_equal(processor_sharing([0, 1], 12, 1, 10), [0, np.inf])
    assert processor_sharing(3, 0, 1, 10) == 3


# --- Priorities -------------------------------------------------------------------------------------------


def test_three_classes_at_ten_servers() -> None:
    waits = priority_waits([2, 3, 3], 1, 10)
    np.testing.assert_allclose(waits, [0.051148, 0.102295, 0.409180], atol=5e-7)
    late = float(exact_delay(10, 8.0))
    np.testing.assert_allclose(waits, [late / 8, late / 4, late], rtol=1e-12)


@some
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.floats(0.1, 0.99),
    st.floats(0.1, 500),
    st.booleans(),
)
def test_ranks_only_redistribute_the_wait(shares: list[float], use: float, servers: float, preemptive: bool) -> None:
    """Kleinrock's conservation law: with one exponential service the total wait doesn't depend on ranks."""
    total = sum(shares)
    if total < 1e-3:
        return
    arrivals = np.array(shares) / total * use * servers
    waits = priority_waits(arrivals, 1, servers, preemptive=preemptive)
    together = wait_mmc(arrivals.sum(), 1, servers)
    assert (arrivals * waits).sum() / arrivals.sum() == pytest.approx(together, rel=1e-8)
    assert (np.diff(waits) >= -1e-9 * waits[1:]).all()


@some
@given(st.lists(st.tuples(st.floats(0.01, 1), time_, st.floats(0, 8)), min_size=1, max_size=4), st.floats(0.1, 0.95))
def test_one_server_conserves_work(classes: list[tuple[float, float, float]], use: float) -> None:
    """For any services: the sum of load times wait is that of M/G/1 in order of arrival."""
    load, service, scv = (np.array(column) for column in zip(*classes, strict=True))
    load *= use / load.sum()
    waits = priority_waits(load / service, service, 1, service_scv=scv)
    residual = (load * service * (1 + scv) / 2).sum()
    assert (load * waits).sum() == pytest.approx(use * residual / (1 - use), rel=1e-9)


def test_two_classes_with_services_of_their_own() -> None:
    # By hand: λ = (.2, .1), S = (1, 4), scv = (0, 2): W0 = .1 + 2.4 = 2.5, loads .2 and .4.
    waits = priority_waits([0.2, 0.1], [1, 4], service_scv=[0, 2])
    np.testing.assert_allclose(waits, [2.5 / 0.8, 2.5 / (0.8 * 0.4)], rtol=1e-12)
    interrupting = priority_waits([0.2, 0.1], [1, 4], service_scv=[0, 2], preemptive=True)
    np.testing.assert_allclose(interrupting, [0.1 / 0.8, 4 / 0.8 + 2.5 / (0.8 * 0.4) - 4], rtol=1e-12)


@some
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=4), st.floats(0.1, 0.99))
def test_both_preemptive_formulas_agree_on_one_server(shares: list[float], use: float) -> None:
    arrivals = np.array(shares) / sum(shares) * use
    single = priority_waits(arrivals, 1, 1, preemptive=True)
    shared = priority_waits(arrivals, 1, 1 + 1e-12, preemptive=True)  # takes the path for several servers
    np.testing.assert_allclose(shared, single, rtol=1e-8)


@pytest.mark.parametrize("servers", [1.5, 10, 1000])
@pytest.mark.parametrize("use", [0.3, 0.9, 0.999])
def test_a_vanishing_class_waits_as_its_marginal_request(servers: float, use: float) -> None:
    tiny = priority_waits([use * servers, 1e-13 * servers], 1, servers, preemptive=True)[1]
    none = priority_waits([use * servers, 0], 1, servers, preemptive=True)[1]
    assert tiny == pytest.approx(none, rel=1e-7)
    step = 1e-4 * (1 - use) * servers

    def queue(load: float) -> float:
        return float(load * wait_mmc(load, 1, servers))

    slope = (queue(use * servers + step) - queue(use * servers - step)) / (2 * step)
    if none > 1e-6:
        assert none == pytest.approx(slope, rel=1e-4)


def test_the_sum_over_fine_classes_is_smooth() -> None:
    """The difference and its slope meet: halving a class at the switch between them changes nothing."""
    servers, low = 50.0, 45.0
    for step in np.geomspace(1e-3, 1.0, 40):
        whole = priority_waits([low, step], 1, servers, preemptive=True)[1]
        halves = priority_waits([low, step / 2, step / 2], 1, servers, preemptive=True)[1:]
        assert whole == pytest.approx(halves.mean(), rel=1e-10)


def test_overload_below_leaves_those_above_finite() -> None:
    waits = priority_waits([1.0, 1.5, 9.0, 1.0], 1, 4)
    np.testing.assert_array_equal(np.isinf(waits), [False, False, True, True])
    # All servers are always busy: a server frees every 1/4, and class 1 has 3/4 of them to itself.
    np.testing.assert_allclose(waits[:2], [0.25 / 0.75, 0.25 / (0.75 * (1 - 2.5 / 4))], rtol=1e-12)
    interrupting = priority_waits([1.0, 1.5, 9.0, 1.0], 1, 4, preemptive=True)
    np.testing.assert_allclose(interrupting[:2], priority_waits([1.0, 1.5], 1, 4, preemptive=True), rtol=1e-12)
    np.testing.assert_array_equal(interrupting[2:], np.inf)
    # One server: what's met in service is class 1 for .2 of the time and class 2 for the rest.
    waits = priority_waits([0.2, 5.0], [1, 4], service_scv=[0, 2])
    np.testing.assert_allclose(waits[0], (0.2 * 0.5 + 0.8 * 6) / 0.8, rtol=1e-12)


def test_one_class_is_the_station_itself() -> None:
    assert priority_waits([8], 1, 10)[0] == pytest.approx(wait_mmc(8, 1, 10), rel=1e-12)
    assert priority_waits([8], 1, 10, service_scv=3)[0] == pytest.approx(wait_mgc(8, 1, 3, 10), rel=1e-12)
    np.testing.assert_array_equal(priority_waits([0, 0], 1, 10), 0)
    np.testing.assert_array_equal(priority_waits([0, 0], 1, 10, preemptive=True), 0)


def test_priorities_broadcast_over_stations() -> None:
    arrivals = np.array([[2.0, 3.0, 3.0], [1.0, 1.0, 1.0]])
    waits = priority_waits(arrivals, 1, [10, 4])
    np.testing.assert_allclose(waits[0], priority_waits(arrivals[0], 1, 10), rtol=1e-14)
    np.testing.assert_allclose(waits[1], priority_waits(arrivals[1], 1, 4), rtol=1e-14)
    assert priority_waits([2, 3, 3], 1, [10, 12, 14, 16]).shape == (4, 3)


# --- Abandonment ------------------------------------------------------------------------------------------


def exact_abandonment(arrivals: float, servers: int, patience: float) -> tuple[float, float, float]:
    """The birth-death sums of M/M/c+M with service rate 1, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        rate, leave = Decimal(arrivals), 1 / Decimal(patience)
        weight, total, late, queue, n = Decimal(1), Decimal(0), Decimal(0), Decimal(0), 0
        while n <= servers + 1 or weight > queue * Decimal("1e-40") or rate > servers + (n - servers) * leave:
            total += weight
            if n >= servers:
                late += weight
                queue += weight * (n - servers)
            n += 1
            weight *= rate / (min(n, servers) + max(n - servers, 0) * leave)
        return float(late / total), float(queue * leave / total / rate), float(queue / total / rate)


@pytest.mark.parametrize("servers", [1, 3, 10, 200])
@pytest.mark.parametrize("use", [0.2, 0.8, 0.97, 1.0, 1.2, 4.0])
@pytest.mark.parametrize("patience", [0.01, 0.3, 1.0, 7.0, 150.0])
def test_abandonment_is_that_of_the_sums(servers: int, use: float, patience: float) -> None:
    expected = exact_abandonment(use * servers, servers, patience)
    np.testing.assert_allclose(erlang_a(use * servers, 1, servers, patience), expected, rtol=TIGHT)


@pytest.mark.parametrize("use", [0.99, 1.0, 1.02])
def test_abandonment_of_many_servers(use: float) -> None:
    expected = exact_abandonment(use * 20_000, 20_000, 0.5)
    np.testing.assert_allclose(erlang_a(use * 20_000, 1, 20_000, 0.5), expected, rtol=TIGHT)


@some
@given(servers_, st.floats(0.0, 5), time_, st.floats(0, 1e8))
def test_what_arrives_is_served_or_gives_up(servers: float, use: float, service: float, patience: float) -> None:
    arrivals = use * servers / service
    late, lost, wait = erlang_a(arrivals, service, servers, patience)
    assert 0 <= lost <= late * (1 + 1e-12) <= 1 + 1e-9
    assert lost >= 1 - 1 / use - 1e-12 if use else lost == 0
    assert wait == pytest.approx(patience * lost, rel=1e-12)
    assert (1 - lost) * use <= 1 + 1e-9


def test_limits_of_patience() -> None:
    for arrivals in (0.0, 8.0, 10.0, 15.0):
        late, lost, wait = erlang_a(arrivals, 1, 10, 0)
        blocked = erlang_b(10, arrivals)
        assert (late, lost, wait) == pytest.approx((blocked, blocked, 0), rel=1e-14)
        late, lost, wait = erlang_a(arrivals, 1, 10, np.inf)
        assert late == erlang_c(10, arrivals)
        assert lost == max(0.0, 1 - 10 / max(arrivals, 1e-9))
        assert wait == wait_mmc(arrivals, 1, 10)
    assert erlang_a(8, 1, 10, 1e9).wait == pytest.approx(wait_mmc(8, 1, 10), rel=1e-7)
    assert erlang_a(9e4, 1, 1e5, 1e60).wait == pytest.approx(wait_mmc(9e4, 1, 1e5), rel=1e-9)


# --- Backlog from tick to tick ----------------------------------------------------------------------------

work = st.floats(0, 1e6)


@some
@given(st.lists(st.tuples(work, work), min_size=1, max_size=60), work)
def test_backlog_is_that_of_the_loop(ticks: list[tuple[float, float]], start: float) -> None:
    expected, backlog = [], Fraction(start)
    for arrivals, capacity in ticks:
        backlog = max(backlog + Fraction(arrivals) - Fraction(capacity), Fraction(0))
        expected.append(float(backlog))
    arrivals, capacity = np.array(ticks).T
    np.testing.assert_allclose(backlog_recursion(arrivals, capacity, start), expected, rtol=1e-9, atol=1e-7)


def test_backlog_along_either_axis() -> None:
    rng = np.random.default_rng(3)
    arrivals = rng.poisson(5, (40, 3)).astype(float)
    down = backlog_recursion(arrivals, [4, 5, 6], [0, 10, 20], axis=0)
    across = backlog_recursion(arrivals.T, np.array([[4], [5], [6]]), [0, 10, 20])
    np.testing.assert_array_equal(down, across.T)
    np.testing.assert_array_equal(down[:, 2], backlog_recursion(arrivals[:, 2], 6, 20))


def backlog_by_roots(arrivals: float, capacity: int, dispersion: float) -> float:
    """Mean backlog out of the zeros of z^c - A(z) in the unit disc (Janssen & van Leeuwaarden 2005)."""
    turns = np.exp(2j * np.pi * np.arange(1, capacity) / capacity)
    if dispersion == 1:
        use = arrivals / capacity
        z = -special.lambertw(-use * np.exp(-use) * turns) / use
    else:
        z = np.zeros(len(turns), dtype=complex)
        power = -arrivals / (dispersion - 1) / capacity
        for _ in range(3000):
            before, z = z, turns * (1 + (dispersion - 1) * (1 - z)) ** power
            if np.abs(z - before).max(initial=0) < 1e-15:
                break
    second = arrivals * (dispersion - 1) + arrivals**2
    free = second - capacity * (capacity - 1)
    return float((1 / (1 - z)).sum().real + free / (2 * (capacity - arrivals)))


@pytest.mark.parametrize("dispersion", [1.0, 1.5, 5.0, 50.0])
@pytest.mark.parametrize("capacity", [1, 2, 10, 100, 1000])
def test_stationary_backlog_is_that_of_the_roots(capacity: int, dispersion: float) -> None:
    arrivals = capacity * np.array([0.1, 0.5, 0.8, 0.95, 0.99, 0.999])
    expected = [backlog_by_roots(m, capacity, dispersion) for m in arrivals]
    measured = stationary_backlog(arrivals, capacity, dispersion)
    np.testing.assert_allclose(measured, expected, rtol=1e-11, atol=1e-10)


@pytest.mark.parametrize("dispersion", [1.0, 1.001, 1.8, 20.0, 1e4])
def test_stationary_backlog_of_capacity_one_is_closed(dispersion: float) -> None:
    arrivals = np.array([1e-3, 0.1, 0.5, 0.9, 0.99, 0.9999, 0.999999])
    expected = (arrivals * (dispersion - 1) + arrivals**2) / (2 * (1 - arrivals))
    np.testing.assert_allclose(stationary_backlog(arrivals, 1, dispersion), expected, rtol=TIGHT)
    nearly = 1 - np.array([1e-7, 1e-8, 1e-9, 1e-12, 1e-15])
    expected = (nearly * (dispersion - 1) + nearly**2) / (2 * (1 - nearly))
    np.testing.assert_allclose(stationary_backlog(nearly, 1, dispersion), expected, rtol=1e-6)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_stationary_backlog_solves_the_recursion(dispersion: float) -> None:
    """A truncated linear solve of Q = max(Q + A - c, 0)."""
    capacity, mean, size = 4, 3.0, 400
    counts = np.arange(size + capacity)
    if dispersion == 1:
        log = counts * math.log(mean) - mean - special.gammaln(counts + 1)
    else:
        r = mean / (dispersion - 1)
        log = special.gammaln(counts + r) - special.gammaln(counts + 1) - special.gammaln(r)
        log += r * math.log(1 / dispersion) + counts * math.log(1 - 1 / dispersion)
    chance = np.exp(log)
    step = np.zeros((size, size))
    for q in range(size):
        reach = np.arange(max(capacity - q, 0), size + capacity - q)
        step[q, np.maximum(q + reach - capacity, 0)] = chance[reach]
        if q < capacity:
            step[q, 0] = chance[: capacity - q + 1].sum()
    system = np.vstack([step.T - np.eye(size), np.ones(size)])
    stationary = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0))[0]
    expected = stationary @ np.arange(size)
    assert stationary_backlog(mean, capacity, dispersion) == pytest.approx(expected, rel=1e-9)


def test_limits_of_stationary_backlog() -> None:
    np.testing.assert_array_equal(stationary_backlog([0, 10, 11], 10, [[1], [4]]), [[0, np.inf, np.inf]] * 2)
    assert stationary_backlog(9, 10, 1 + 1e-9) == pytest.approx(stationary_backlog(9, 10), rel=1e-7)
    assert 0 < stationary_backlog(99_900, 100_000) < 1000
    assert stationary_backlog(10, 100_000) == 0


# --- A day over capacity ----------------------------------------------------------------------------------


def test_an_evening_over_capacity() -> None:
    # 4 hours of 150 against 100, then 8 of 50: 200 queue up, drained in 4 hours.
    day = fluid_overload([150, 50], 100, [4, 8])
    assert day.largest_backlog == 200
    assert day.time_queued == 8
    assert day.mean_wait == pytest.approx(200 * 8 / 2 / 1000, rel=1e-14)
    assert day.final_backlog == 0


def test_what_is_left_waits_on() -> None:
    # Nothing more arrives after the day, and the 200 left over take 2 hours.
    day = fluid_overload([150, 0], 100, [4, 1e-12])
    whole = fluid_overload([150, 0], 100, [4, 6])
    assert day.mean_wait == pytest.approx(whole.mean_wait, rel=1e-9)
    assert fluid_overload([5, 5], [1, 0], 1).mean_wait == np.inf


def test_days_without_a_queue() -> None:
    assert fluid_overload([0, 0], 0, 1) == (0, 0, 0, 0)
    assert fluid_overload([3, 4, 4], 4, 1) == (0, 0, 0, 0)
    # A tenth three times over doesn't leave a rounding error that queues all day.
    day = fluid_overload([0.3, 0.1, 0.2, 0.2, 0.2], 0.2, [1, 1, 1, 1, 1])
    assert day.time_queued == pytest.approx(2)


interval = st.tuples(st.integers(0, 30), st.integers(1, 20), st.integers(1, 9))


@some
@given(st.lists(interval, min_size=1, max_size=12), st.integers(0, 50))
def test_fluid_is_that_of_exact_arithmetic(day: list[tuple[int, int, int]], start: int) -> None:
    backlog, largest, queued, area = Fraction(start), Fraction(start), Fraction(0), Fraction(0)
    for rate, capacity, eighths in day:
        width, slope = Fraction(eighths, 8), rate - capacity
        lasting = min(width, backlog / -slope) if slope < 0 else width
        lasting = lasting if backlog > 0 or slope > 0 else Fraction(0)
        end = backlog + slope * lasting
        area += lasting * (backlog + end) / 2
        queued += lasting
        backlog, largest = end, max(largest, end)
    arrived = start + sum(Fraction(rate * eighths, 8) for rate, _, eighths in day)
    area += backlog**2 / (2 * day[-1][1])
    rate, capacity, eighths = np.array(day).T
    measured = fluid_overload(rate, capacity, eighths / 8, start)
    expected = [largest, queued, area / arrived if arrived else 0, backlog]
    np.testing.assert_allclose(measured, [float(e) for e in expected], rtol=1e-9, atol=1e-9)


def test_fluid_mean_wait_is_that_of_work_in_order_of_arrival() -> None:
    rates, capacity = np.array([20.0, 150, 90, 130, 10]), 100.0
    fine = np.repeat(rates, 20_000)
    backlog = np.concatenate([[0], backlog_recursion(fine / 20_000, capacity / 20_000)])
    waits = (backlog[:-1] + backlog[1:]) / 2 / capacity
    expected = (fine * waits).sum() / fine.sum()
    assert fluid_overload(rates, capacity, 1).mean_wait == pytest.approx(expected, rel=1e-4)


def test_days_broadcast() -> None:
    rates = np.array([[150.0, 50.0], [90.0, 20.0]])
    both = fluid_overload(rates, 100, [4, 8])
    assert both.largest_backlog.tolist() == [200, 0]
    assert fluid_overload([150, 50], np.array([[100.0], [150.0], [75.0]]), [4, 8]).time_queued.shape == (3,)


# --- Arrays, extremes and refusals ------------------------------------------------------------------------


def test_arrays_give_what_their_elements_give() -> None:
    arrivals = np.array([[0.0], [3.0], [9.99], [40.0]])
    servers = np.array([0.7, 3.0, 10.0, 55.5])
    for function in (
        lambda a, s: wait_mmc(a, 1.0, s),
        lambda a, s: wait_ggc(a, 2.0, 1.0, 0.5, s),
        lambda a, s: erlang_a(a, 1.0, s, 2.0).wait,
        lambda a, s: processor_sharing(2.0, a, 1.0, s),
        lambda a, s: wait_percentile(0.9, a, 1.0, s),
    ):
        grid = function(arrivals, servers)
        assert grid.shape == (4, 4)
        for i, j in np.ndindex(4, 4):
            assert grid[i, j] == pytest.approx(function(arrivals[i, 0], servers[j]), rel=1e-13, nan_ok=False)


def test_scalars_come_back_as_scalars() -> None:
    for result in (wait_mmc(1, 1, 2), erlang_a(1, 1, 2, 3).wait, stationary_backlog(1, 2)):
        assert isinstance(result, float)


@some
@given(st.floats(0, 1e12), st.floats(1e-9, 1e9), st.floats(1e-3, 1e9), st.floats(0, 1e12))
def test_nothing_is_ever_undefined(arrivals: float, service: float, servers: float, patience: float) -> None:
    results = [
        erlang_b(servers, arrivals),
        erlang_c(servers, arrivals),
        wait_mmc(arrivals, service, servers),
        wait_percentile(0.99, arrivals, service, servers),
        wait_exceeds(patience, arrivals, service, servers),
        wait_ggc(arrivals, 3, service, 2, servers),
        processor_sharing(1, arrivals, service, servers),
        *priority_waits([arrivals, arrivals / 2], service, servers),
        *priority_waits([arrivals, arrivals / 2], service, servers, preemptive=True),
        *erlang_a(arrivals, service, servers, patience),
        stationary_backlog(arrivals, math.ceil(servers), 1.5),
    ]
    assert not np.isnan(results).any()
    assert (np.array(results) >= 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(0, 1), r"servers must be above zero and finite, got 0\.0"),
        (lambda: erlang_c(10, [1, -2]), r"load must be zero or more and finite, got -2\.0 at \[1\]"),
        (lambda: wait_mmc(np.nan, 1, 1), r"arrivals must be zero or more and finite, got nan"),
        (lambda: wait_mmc(1, 0, 1), r"service_mean must be above zero and finite, got 0\.0"),
        (lambda: wait_mmc("8", 1, 1), r"arrivals must be a real number or an array of real numbers, got '8'"),
        (lambda: wait_mmc([[1], [1, 2]], 1, 1), r"arrivals must be a real number or an array"),
        (lambda: wait_mmc(1j, 1, 1), r"arrivals must be a real number"),
        (lambda: wait_mmc([1, 2], 1, [1, 2, 3]), r"shapes .* arrivals \(2,\), .* servers \(3,\)"),
        (lambda: wait_exceeds(-1, 1, 1, 1), r"time must be zero or more and finite, got -1\.0"),
        (lambda: wait_percentile(1.5, 1, 1, 1), r"quantile must be from 0 to 1, got 1\.5"),
        (lambda: wait_mgc(1, 1, -1, 2), r"service_scv must be zero or more and finite, got -1\.0"),
        (lambda: wait_ggc(1, np.inf, 1, 1, 2), r"arrival_scv must be zero or more and finite, got inf"),
        (lambda: processor_sharing(-1, 1, 1), r"size must be zero or more and finite, got -1\.0"),
        (lambda: erlang_a(1, 1, 1, -1), r"patience must be zero or more, got -1\.0"),
        (lambda: priority_waits(1, 1), r"arrivals_by_class must be an array with an axis for classes"),
        (lambda: priority_waits([], 1), r"arrivals_by_class must have at least one class"),
        (lambda: priority_waits([1], [1, 2]), r"service_mean and service_scv must have one entry"),
        (lambda: priority_waits([1, 1], [1, 2], 2, preemptive=True), r"one exponential service"),
        (lambda: backlog_recursion(1, 1), r"arrivals must be an array with an axis for ticks"),
        (lambda: backlog_recursion([1], -1), r"capacity must be zero or more and finite, got -1\.0"),
        (lambda: backlog_recursion([1], 1, axis=1), r"axis must be an axis of the shape \(1,\), got 1"),
        (lambda: stationary_backlog(1, 1.5), r"capacity must be a whole number of one or more, got 1\.5"),
        (lambda: stationary_backlog(1, 2, 0.5), r"dispersion must be one or more and finite, got 0\.5"),
        (lambda: fluid_overload(1, 1, 1), r"arrival_rate_by_interval must be an array with an axis"),
        (lambda: fluid_overload([1], [1, 2], 1), r"must have an entry for each interval"),
        (lambda: fluid_overload([1], 1, 0), r"width must be above zero and finite, got 0\.0"),
        (lambda: fluid_overload([1], 1, 1, -1), r"start must be zero or more and finite, got -1\.0"),
    ],
)
def test_refusals_name_the_argument_and_what_is_allowed(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_everything_public_exists() -> None:
    assert all(callable(getattr(queueing, name)) for name in queueing.__all__)
    assert queueing.__all__ == sorted(queueing.__all__)
